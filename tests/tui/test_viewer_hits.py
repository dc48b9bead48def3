"""A search brings its match into view, in every look, and n goes through a record's matches."""

from __future__ import annotations

from pathlib import Path

from batchtui.tui.viewer.content import Row
from batchtui.tui.viewer.in_view import TextHighlight
from batchtui.tui.viewer.row_hits import find, spans_of
from batchtui.tui.viewer.screen import ViewerScreen
from tests.tui.support import until, until_shown
from tests.tui.test_viewer_keys import ask, lines_of, text_of
from tests.tui.viewer_support import answer_line, until_idle, viewing_file, write_lines

FILLING = "\n".join(f"line {number} of the answer" for number in range(40))
ANSWER = f"{FILLING}\nneedle one\n{FILLING}\nneedle two\n{FILLING}"


def write_answers(path: Path) -> Path:
    return write_lines(
        path, [answer_line(n, ANSWER if n in (3, 5) else "nothing") for n in range(1, 9)]
    )


def detail_of(screen: ViewerScreen) -> str:
    return "\n".join(lines_of(screen)[2:21])


async def test_the_match_in_a_long_answer_is_in_view(tmp_path: Path) -> None:
    async with viewing_file(write_answers(tmp_path / "out.jsonl")) as (pilot, screen):
        for look in ("exchange", "record"):
            assert screen.look == look
            await pilot.press("g")
            await ask(pilot, screen, "slash", "needle")
            await until_shown(pilot, "needle one")
            assert screen.number == 2
            await until_shown(pilot, "1 of 2, 1 of 2 in it")
            await pilot.press("n")
            await until_shown(pilot, "needle two")
            assert screen.number == 2, "the next match is in the same record"
            await pilot.press("n")
            await until(pilot, lambda: screen.number == 4)
            await until_shown(pilot, "needle one")
            await pilot.press("N")
            await until(pilot, lambda: screen.number == 2)
            await until_shown(pilot, "needle two")
            await pilot.press("enter")
            await until_shown(pilot, "Esc list")
            assert "needle" in detail_of(screen), "in the opened record too"
            await pilot.press("escape", "escape", "tab")


async def test_lines_are_shifted_to_the_match(tmp_path: Path) -> None:
    texts = ["x" * 900 + "needle" + "y" * 900 + "needle", "short needle", "z" * 6000 + "needle"]
    path = write_lines(tmp_path / "a.jsonl", [{"t": text} for text in texts])
    async with viewing_file(path) as (pilot, screen):
        lines = screen.panes[0]
        await ask(pilot, screen, "slash", "needle")
        await until_shown(pilot, "xxxneedleyyy")
        await pilot.press("n")
        await until_shown(pilot, 'yyyneedle"}')
        assert screen.number == 0
        await pilot.press("n")
        await until_shown(pilot, "short needle")
        assert (screen.number, lines.shift) == (1, 0)
        await pilot.press("n")
        await until_shown(pilot, "zzzneedle")
        assert screen.number == 2, "further than what is drawn of a line at first"
        await pilot.press("N", "N")
        await until_shown(pilot, 'yyyneedle"}')


async def test_wrapped_lines_show_the_part_with_the_match(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"t": "x" * 3000 + "needle" + "y" * 3000}])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("w")
        await ask(pilot, screen, "slash", "needle")
        await until(pilot, lambda: "needle" in detail_of(screen))


async def test_a_match_is_in_view_after_tab_to_another_look(tmp_path: Path) -> None:
    async with viewing_file(write_answers(tmp_path / "out.jsonl")) as (pilot, screen):
        await ask(pilot, screen, "slash", "needle one")
        await until_shown(pilot, "needle one")
        for look in ("record", "lines", "exchange"):
            await pilot.press("tab")
            await until_idle(pilot, screen)
            assert screen.look == look
            await until(pilot, lambda: "needle one" in detail_of(screen))


async def test_what_a_look_does_not_show_is_said(tmp_path: Path) -> None:
    async with viewing_file(write_answers(tmp_path / "out.jsonl")) as (pilot, screen):
        await ask(pilot, screen, "slash", "batch_req_4")
        await until_shown(pilot, "1 of 1, not in this look")
        await pilot.press("tab")
        await until(pilot, lambda: "not in this look" not in text_of(screen))


async def test_more_of_a_long_text_is_read_to_show_the_match(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"t": "word " * 9000 + "needle"}])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("tab")
        await ask(pilot, screen, "slash", "needle")
        await until(pilot, lambda: "needle" in detail_of(screen))


def test_a_match_that_is_wrapped_is_marked_in_both_rows() -> None:
    rows = [
        Row([("  ", ""), ("an address", "")], 1),
        Row([("  ", ""), ("and a ware", "")], 1),
        Row([("  ", ""), ("house", "")], 1),
        Row([("  ", ""), ("house", "")], 2),
    ]
    wanted = TextHighlight("address and", ignore_case=True)
    assert find(rows, wanted, 0, 1) == 0
    assert spans_of(rows, 0, wanted) == [(5, 12)]
    assert spans_of(rows, 1, wanted) == [(2, 5)]
    broken = TextHighlight("warehouse", ignore_case=True)
    assert find(rows, broken, 3, -1) == 1
    assert find(rows, broken, 2, 1) is None


def test_a_line_is_searched_with_the_escapes_of_json() -> None:
    for text, line in (('"hi"', r'{"t": "\"hi\""}'), ("naïve", r'{"t": "na\u00efve"}')):
        assert TextHighlight(text, ignore_case=True).spans(line), text
