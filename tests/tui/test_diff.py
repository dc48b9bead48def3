"""Two results compared in the app: what changed, word by word, by keyboard."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from batchtui.config import Profile
from batchtui.jsonl.diff import Change
from batchtui.tui.diff.sides import ResultFile
from batchtui.tui.screens.diff import DiffScreen
from batchtui.tui.start import AtDirectory
from batchtui.tui.widgets.lines import Lines
from tests.tui.conftest import MakeApp
from tests.tui.jobs_support import chat, drive, make, write
from tests.tui.support import screen_lines, screen_text, type_text, until, until_shown


def line(custom_id: str, text: str) -> dict[str, Any]:
    message = {"role": "assistant", "content": text}
    body = {"model": "m", "choices": [{"message": message, "finish_reason": "stop"}]}
    return {"custom_id": custom_id, "response": {"status_code": 200, "body": body}, "error": None}


def failure(custom_id: str, message: str) -> dict[str, Any]:
    error = {"code": "rate_limit", "message": message}
    return {"custom_id": custom_id, "response": None, "error": error}


def results(path: Path, *lines: dict[str, Any]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in lines))
    return path


def both(tmp_path: Path) -> tuple[Path, Path]:
    a = results(
        tmp_path / "a.jsonl",
        line("same", "as before"),
        line("changed", "The invoice is wrong"),
        failure("mended", "too many requests"),
        line("gone", "only here"),
    )
    b = results(
        tmp_path / "b.jsonl",
        line("same", "as before"),
        line("changed", "The bill is wrong"),
        line("mended", "fine now"),
        line("new", "only there"),
    )
    return a, b


async def test_words_that_went_and_came_are_marked_not_by_colour_alone(
    make_app: MakeApp, tmp_path: Path
) -> None:
    a, b = both(tmp_path)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))
        await until_shown(pilot, "1 of 4   all changes")
        text = screen_text(app)
        assert "A a.jsonl   B b.jsonl" in text
        assert "The [-invoice-] is wrong" in text
        assert "The {+bill+} is wrong" in text
        assert "1 same  2 changed  1 only in A  1 only in B" in text
        await pilot.press("n")
        await until_shown(pilot, "mended   ! changed")
        assert "✗ failed" in screen_text(app)
        assert "rate_limit" in screen_text(app)
        await pilot.press("n")
        await until_shown(pilot, "gone   - only in A")
        assert "no such request" in screen_text(app)
        await pilot.press("n")
        await until_shown(pilot, "new   + only in B")
        await pilot.press("N")
        await until_shown(pilot, "gone   - only in A")


async def test_one_kind_of_change_after_the_other(make_app: MakeApp, tmp_path: Path) -> None:
    a, b = both(tmp_path)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))
        await until_shown(pilot, "1 of 4   all changes")
        for shown in ("1 of 2   changed", "1 of 1   only in A", "1 of 1   only in B"):
            await pilot.press("f")
            await until_shown(pilot, shown)
        await pilot.press("f")
        await until_shown(pilot, "1 of 1   same")
        await pilot.press("f")
        await until_shown(pilot, "1 of 4   all changes")


async def test_sides_swap_and_the_answers_scroll(make_app: MakeApp, tmp_path: Path) -> None:
    long = "\n".join(f"row {n}" for n in range(60))
    a = results(tmp_path / "a.jsonl", line("x", long))
    b = results(tmp_path / "b.jsonl", line("x", long.replace("row", "line")))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))
        await until_shown(pilot, "[-row-] 0")
        await pilot.press("J", "J")
        await until(pilot, lambda: "A  ✓ ok" not in screen_text(app))
        await pilot.press("K", "K", "tab", "G")
        await until_shown(pilot, "{+line+} 59")
        assert app.screen.query_one("#answers", Lines).has_focus
        await pilot.press("tab", "s")
        await until_shown(pilot, "A b.jsonl   B a.jsonl")
        await until_shown(pilot, "1 of 1   all changes")


async def test_of_long_answers_what_is_around_a_change_is_shown(
    make_app: MakeApp, tmp_path: Path
) -> None:
    long = "\n".join(f"row {n}" for n in range(60))
    a = results(tmp_path / "a.jsonl", line("x", f"{long}\nthe old end"))
    b = results(tmp_path / "b.jsonl", line("x", f"{long}\nthe new end"))
    app = make_app()
    async with app.run_test(size=(80, 30)) as pilot:
        await app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))
        await until_shown(pilot, "the [-old-] end")
        assert "the {+new+} end" in screen_text(app)
        assert "… 53 lines are the same" in screen_text(app)
        assert "row 3" in screen_text(app)
        assert "row 58" in screen_text(app)


async def test_nothing_has_changed(make_app: MakeApp, tmp_path: Path) -> None:
    a = results(tmp_path / "a.jsonl", line("x", "same"))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(DiffScreen(ResultFile(a), ResultFile(a)))
        await until_shown(pilot, "Nothing has changed")
        await pilot.press("n", "N", "f", "f", "s")
        await until_shown(pilot, "None of this kind")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, DiffScreen))


async def test_two_files_marked_in_local(make_app: MakeApp, tmp_path: Path) -> None:
    both(tmp_path)
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "b.jsonl")
        await pilot.press("equals_sign")
        await until(pilot, lambda: "mark both in Local" in app.journal.newest_first()[0].text)
        await pilot.press("G", "space", "k", "space", "equals_sign")
        if not isinstance(app.screen, DiffScreen):
            await pilot.press("k", "space", "equals_sign")
        await until(pilot, lambda: isinstance(app.screen, DiffScreen))
        await until_shown(pilot, "all changes")


async def test_two_files_named_after_the_colon(make_app: MakeApp, tmp_path: Path) -> None:
    both(tmp_path)
    (tmp_path / "b.jsonl").rename(tmp_path / "b c.jsonl")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await pilot.press("colon")
        await type_text(pilot, "diff a.jsonl 'b c.jsonl'")
        await pilot.press("enter")
        await until_shown(pilot, "1 of 4   all changes")
        await pilot.press("escape", "colon")
        await type_text(pilot, "diff a.jsonl none")
        await pilot.press("enter")
        await until(pilot, lambda: "no such file" in app.journal.newest_first()[0].text)
        await pilot.press("colon")
        await type_text(pilot, "diff")
        await pilot.press("enter")
        await until(pilot, lambda: ":diff A B" in app.journal.newest_first()[0].text)


async def test_a_file_that_cannot_be_read_says_so(make_app: MakeApp, tmp_path: Path) -> None:
    a, b = both(tmp_path)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        b.unlink()
        await app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))
        await until_shown(pilot, "✗ cannot read")
        await pilot.press("f", "n", "s", "escape")


async def test_the_last_attempt_of_a_job_beside_the_one_before(
    make_app: MakeApp, profile: Profile, tmp_path: Path
) -> None:
    path = write(tmp_path / "in.jsonl", [chat(0), chat(1, echo="once-100")])
    job = await make(profile, path, name="crawl", max_attempts=2)
    await drive(profile, job, tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(120, 36)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "✓ done")
        await pilot.press("equals_sign")
        await until_shown(pilot, "1 of 1   all changes")
        assert "A crawl up to attempt 1   B attempt 2" in screen_text(app)
        assert "r-1   ! changed" in screen_text(app)


async def test_one_attempt_has_nothing_to_compare_with(
    make_app: MakeApp, profile: Profile, tmp_path: Path
) -> None:
    job = await make(profile, write(tmp_path / "in.jsonl", [chat(0)]), name="crawl")
    await drive(profile, job, tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "✓ done")
        await pilot.press("equals_sign")
        assert "one attempt only" in app.journal.newest_first()[0].text


async def test_hostile_answers_stay_text(make_app: MakeApp, tmp_path: Path) -> None:
    evil = "\x1b[31m[bold]\u202e\r\x00 " + "é" * 30
    a = results(tmp_path / "a.jsonl", line(evil, evil), line("empty", ""))
    b = results(tmp_path / "b.jsonl", line(evil, evil + "x"), line("empty", "{not: json"))
    for size in ((40, 10), (80, 24), (140, 45)):
        app = make_app()
        async with app.run_test(size=size) as pilot:
            await app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))
            await until_shown(pilot, "1 of 2")
            await pilot.press("n")
            for text in (screen_text(app),):
                assert "\x1b" not in text
                assert "\u202e" not in text
            assert len(screen_lines(app)) == size[1]


async def test_the_files_are_closed_at_the_end(make_app: MakeApp, tmp_path: Path) -> None:
    a, b = both(tmp_path)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        screen = DiffScreen(ResultFile(a), ResultFile(b))
        await app.push_screen(screen)
        await until_shown(pilot, "1 of 4")
        found = screen._diff
        assert found is not None
        assert found.counts[Change.CHANGED] == 2
        await pilot.press("escape")
        await until(pilot, lambda: screen._diff is None)
