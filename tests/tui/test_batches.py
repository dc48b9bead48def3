"""The list of batches on an account written by hand: what it shows, keeps and asks."""

from __future__ import annotations

import base64
from pathlib import Path
from typing import Any

import pytest

from batchtui.tui.memory import Memory, View, save
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.help import HelpScreen
from tests.tui.support import (
    NOW_S,
    CannedApp,
    make_batch,
    screen_lines,
    screen_text,
    type_text,
    until,
    until_shown,
)


def counts(total: int, completed: int, failed: int = 0) -> dict[str, int]:
    return {"total": total, "completed": completed, "failed": failed}


def every_status() -> list[Any]:
    duplicate = {"data": [{"code": "duplicate_custom_id", "line": 3, "message": "twice"}]}
    return [
        make_batch(1, "in_progress", request_counts=counts(50_000, 31_000, 4)),
        make_batch(2, "validating", request_counts=counts(12_000, 0)),
        make_batch(3, request_counts=counts(50_000, 50_000)),
        make_batch(4, request_counts=counts(10_000, 9_988, 12)),
        make_batch(5, "failed", errors=duplicate, request_counts=None),
        make_batch(6, "expired", request_counts=counts(10_000, 7_100, 2_900)),
        make_batch(7, "cancelled", request_counts=counts(10_000, 1_000)),
        make_batch(8, "paused_by_operator", request_counts=counts(10, 1)),
    ]


async def test_every_status_has_sign_word_and_figures() -> None:
    app = CannedApp(*every_status(), names={"file-1": "reviews-07.jsonl"})
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "reviews-07.jsonl")
        lines = screen_lines(app)
        rows = lines[4:12]
        for row, parts in zip(
            rows,
            (
                ("● running", "31k/50k", " 4 "),
                ("● validating", "0/12k"),
                ("✓ done", "50k/50k", " 0 "),
                ("! done", "10k/10k", "12"),
                ("✗ failed", "line 3: duplicate_custom_id"),
                ("◌ expired", "10k/10k", "2.9k"),
                ("− cancelled", "1.0k/10k"),
                ("· paused_by", "1/10"),
            ),
            strict=True,
        ):
            for part in parts:
                assert part in row
        assert "8 loaded  2 running  1 failed" in lines[1]
        assert "litellm @ localhost:4000 via openai" in lines[0]
        assert lines[-1].rstrip().endswith("? help")


async def test_the_bell_rings_once_when_running_batches_finish(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    running = [make_batch(number, "in_progress") for number in range(5)]
    app = CannedApp(*running, make_batch(9))
    rung: list[int] = []
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(app, "bell", lambda: rung.append(1))
        await until_shown(pilot, "running")
        done = [make_batch(number) for number in range(5)]
        app.take(*done, make_batch(9), changed=[batch.id for batch in done])
        app.take(*done, make_batch(9))
        await pilot.pause()
        assert rung == [1]


async def test_refresh_keeps_cursor_and_filter() -> None:
    app = CannedApp(*(make_batch(number) for number in range(1, 50)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("slash")
        await type_text(pilot, "status:done file-1")
        await pilot.press("enter", "j", "j")
        assert "11 of 49" in screen_text(app)
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        chosen = screen.table.cursor_row
        app.take(*(make_batch(number) for number in range(50)))
        await pilot.pause()
        assert screen.table.cursor_row == chosen
        assert "11 of 50" in screen_text(app)
        await pilot.press("escape")
        await pilot.pause()
        assert len(screen.table.rows) == 50


async def test_batches_are_found_by_how_many_requests_failed() -> None:
    app = CannedApp(*every_status())
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "8 loaded")
        await pilot.press("slash")
        await until_shown(pilot, "failed:>0  age:<2d")
        await type_text(pilot, "failed:>0")
        await until_shown(pilot, "3 of 8")
        await type_text(pilot, " total:>10k")
        await until_shown(pilot, "1 of 8")
        await type_text(pilot, " failed:x")
        await until_shown(pilot, "failed: needs < or > and a number")
        await pilot.press("escape")


async def test_a_filter_that_is_there_is_told_and_typed_over(tmp_path: Path) -> None:
    memory = tmp_path / "memory.json"
    save(Memory(views={"batches": View(filter="file-2")}), memory)
    app = CannedApp(*(make_batch(number) for number in range(1, 5)), memory_file=memory)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "filter /file-2  1 of 4")
        await pilot.press("slash", *"file-3", "enter")
        await until_shown(pilot, "filter /file-3  1 of 4")
        await pilot.press("slash", "end", *"x", "enter")
        await until_shown(pilot, "filter /file-3x  0 of 4")


async def test_a_filter_that_leaves_nothing_says_so() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("slash", *"state:x")
        await until_shown(pilot, "no field state: status")
        await until_shown(pilot, "Nothing matches the filter. Esc shows all.")
        await pilot.press("escape")
        await until(pilot, lambda: "Nothing matches" not in screen_text(app))


async def test_escape_drops_the_filter_then_the_marks_and_never_leaves() -> None:
    app = CannedApp(*(make_batch(number) for number in range(1, 5)))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("space", "slash", "x", "escape")
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        assert len(screen.table.rows) == 4
        assert screen.table.has_focus
        assert screen.table.marks
        await pilot.press("escape")
        assert not screen.table.marks
        await pilot.press("escape", "escape")
        assert app.screen is screen
        assert app.is_running


async def test_cancel_asks_names_the_batch_and_no_is_the_answer() -> None:
    app = CannedApp(*every_status(), names={"file-1": "reviews-07.jsonl"})
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "reviews-07.jsonl")
        await pilot.press("x")
        assert isinstance(app.screen, ConfirmScreen)
        await until_shown(pilot, "Cancel reviews-07.jsonl? 18,996 requests have not finished.")
        await pilot.press("enter")
        await pilot.pause()
        assert isinstance(app.screen, BatchesScreen)
        await pilot.press("asterisk", "x")
        await until_shown(pilot, "Cancel 3 batches?")
        await pilot.press("escape")
        assert isinstance(app.screen, BatchesScreen)


async def test_what_is_final_cannot_be_cancelled() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("x")
        await until_shown(pilot, "Nothing to cancel")
        assert isinstance(app.screen, BatchesScreen)


async def test_enter_without_results_says_so_and_opens_the_detail() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("enter")
        await until_shown(pilot, "No results yet")
        assert isinstance(app.screen, DetailScreen)
        await pilot.press("q")
        assert isinstance(app.screen, BatchesScreen)


async def test_the_detail_pane_is_there_when_there_is_room() -> None:
    app = CannedApp(*every_status())
    async with app.run_test(size=(120, 36)) as pilot:
        await until_shown(pilot, "endpoint    /v1/chat/completions")
        assert "gpt-4o-mini" in screen_text(app)
        await pilot.resize_terminal(80, 24)
        await until(pilot, lambda: "endpoint    /v1" not in screen_text(app))
        await pilot.press("j")
        await pilot.resize_terminal(120, 36)
        await until_shown(pilot, "endpoint    /v1/chat/completions")


async def test_narrow_terminals_keep_status_input_and_the_way_to_help() -> None:
    app = CannedApp(*every_status())
    async with app.run_test(size=(40, 10)) as pilot:
        await until_shown(pilot, "● running")
        assert "file-1" in screen_text(app)
        assert screen_lines(app)[-1].rstrip().endswith("? help")


async def test_names_are_shown_and_never_obeyed() -> None:
    name = "\x1b]0;x\x07[b]a[/b]\n\u202eb.jsonl"
    errors = {"data": [{"message": "\x1b[31m[red]no[/red]", "code": "bad[/x]", "line": 1}]}
    app = CannedApp(
        make_batch(1, "failed", errors=errors, metadata={"[k": "\x1b[0m"}, model="[/]"),
        names={"file-1": name},
    )
    async with app.run_test(size=(120, 36), notifications=True) as pilot:
        await until_shown(pilot, "␛]0;x␇[b]a[/b]␊<U+202E>b.jsonl")
        await pilot.press("enter")
        await until_shown(pilot, "␛[31m[red]no[/red]")
        app.tell(f"{name} [/] done")
        await pilot.pause()
        await pilot.press("q", "x", "question_mark")
        assert isinstance(app.screen, HelpScreen)
        assert "\x1b" not in screen_text(app)


async def test_ages_are_told_when_the_list_comes() -> None:
    app = CannedApp(make_batch(41), make_batch(60 * 3))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "41m")
        assert "3h" in screen_text(app)
        assert "updated 22:13:20" in screen_lines(app)[0]
        assert NOW_S == 1_700_000_000


async def test_pace_and_time_left_come_from_two_answers() -> None:
    first = make_batch(10, "in_progress", request_counts=counts(1_000, 100))
    later = make_batch(10, "in_progress", request_counts=counts(1_000, 400))
    app = CannedApp(first)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "running")
        app.take(later, changed=[later.id], at_s=NOW_S + 100)
        await until_shown(pilot, "3.0/s")
        assert "~3m" in screen_text(app)


async def test_a_share_is_shown_where_no_counts_are_told() -> None:
    app = CannedApp(
        make_batch(1, "in_progress", request_counts=None, progress=62.5),
        make_batch(2, "in_progress", request_counts=None),
        make_batch(3, "in_progress", request_counts=None, progress=99.9),
    )
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "62%")
        rows = screen_lines(app)[4:7]
        assert "██████░░░░        62%" in rows[0]
        assert "░░░░░░░░░░" in rows[1]
        assert "%" not in rows[1]
        assert "█████████░        99%" in rows[2], "not whole before it is"


async def test_ids_are_shown_as_the_providers_and_copied_as_they_are(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def packed(kind: str, raw: str) -> str:
        inside = base64.urlsafe_b64encode(f"litellm:{raw};model,gpt-4o".encode())
        return f"{kind}{inside.decode().rstrip('=')}"

    batch_id, file_id = packed("batch_", "batch_68a1"), packed("file-", "file-abc123")
    app = CannedApp(make_batch(1, id=batch_id, input_file_id=file_id))
    copied: list[str] = []
    async with app.run_test(size=(80, 24)) as pilot:
        monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
        await until_shown(pilot, "file-abc123")
        assert "batch_68a1" in screen_lines(app)[-2]
        assert "bGl0ZWxsb" not in screen_text(app)
        await pilot.press("y")
        assert copied == [batch_id]


async def test_the_pane_takes_the_rows_that_a_short_list_leaves_over() -> None:
    app = CannedApp(make_batch(1, metadata={"team": "ads"}, output_file_id="file-out"))
    async with app.run_test(size=(140, 45)) as pilot:
        await until_shown(pilot, "created")
        assert "file-out" in screen_text(app)
        pane, table = app.screen.query_one("#pane"), app.screen.query_one("#batches")
        assert table.size.height == 4
        app.take(*(make_batch(number) for number in range(1, 60)))
        await until(pilot, lambda: pane.size.height == 17)
        app.take()
        await until_shown(pilot, "No batches yet")


@pytest.mark.parametrize("key", ["enter", "i", "t", "x", "y"])
async def test_a_key_on_an_empty_list_says_that_it_is_empty(key: str) -> None:
    app = CannedApp()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "No batches yet")
        await pilot.press(key)
        await until_shown(pilot, "There is nothing in the list")


async def test_a_complaint_that_finds_no_room_ends_in_an_ellipsis() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(60, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("slash", *"foo:x")
        await until_shown(pilot, "no field foo: status, model")
        told = screen_lines(app)[-2].rstrip()
        assert told.startswith(" / foo:x")
        assert told.endswith("…")
        await pilot.press("backspace", "backspace")
        await until_shown(pilot, "0 of 1")
