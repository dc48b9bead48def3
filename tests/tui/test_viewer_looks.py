"""Looks, the opened record and the way back, keys that mean nothing somewhere, narrow screens."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchtui.tui.viewer.prompt import Prompt
from tests.tui.support import until, until_shown
from tests.tui.test_viewer_keys import ask, lines_of, text_of
from tests.tui.viewer_support import (
    answer_line,
    told,
    until_idle,
    viewing_batch,
    viewing_file,
    write_batch,
    write_lines,
)


async def test_no_key_leads_out_of_a_line_that_asks(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        for key in ("slash", "f", "colon", "E"):
            await pilot.press(key, *(["r"] if key == "E" else []))
            await until(pilot, lambda: screen.query_one(Prompt).display)
            await pilot.press("tab", "shift+tab", "x", "y")
            assert "Tab look" not in text_of(screen)
            assert screen.look == "exchange"
            assert screen.query_one(Prompt).display
            await pilot.press("escape")
            await until_shown(pilot, "1 of 40")


async def test_a_line_that_asks_goes_with_the_focus(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("slash", "x")
        screen.set_focus(screen.pane)
        await until_shown(pilot, "1 of 40")


async def test_down_comes_back_to_what_was_not_yet_typed(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        for typed in ("refund", "billing"):
            await ask(pilot, screen, "slash", typed)
        await pilot.press("slash", "up", "up")
        await until_shown(pilot, "/ refund")
        await pilot.press("down")
        await until_shown(pilot, "/ billing")
        await pilot.press("down")
        await until_shown(pilot, "/ text, or re:pattern")


async def test_colon_q_leaves_the_app_as_everywhere(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("colon", "q", "enter")
        await until(pilot, lambda: screen.app._exit)


async def test_a_long_record_is_laid_out_for_the_pane_it_is_in(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"text": "lorem ipsum dolor " * 2000}])
    async with viewing_file(path) as (pilot, _):
        await pilot.press("tab")
        await until_shown(pilot, "lorem ipsum dolor lorem ipsum")


async def test_an_opened_record_names_the_ways_out_and_on(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, "f", "outcome:ok")
        await pilot.press("space", "enter")
        await until_shown(pilot, "Esc list  [ previous  ] next  y copy")
        await pilot.press("j", "j")
        await until_shown(pilot, "body.messages[1]")
        assert "outcome:ok 24" in lines_of(screen)[22]
        assert "1 marked" in lines_of(screen)[22]
        before = screen.number
        await pilot.press("]")
        await until(pilot, lambda: screen.number != before)
        assert screen.in_detail


async def test_escape_goes_back_to_the_look_one_was_in(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("tab", "tab", "j", "enter")
        assert (screen.look, screen.in_detail) == ("record", True)
        await pilot.press("escape")
        assert (screen.look, screen.number) == ("lines", 1)


async def test_unwrapped_again_the_cursor_is_in_view(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"n": n, "t": "x" * 2000} for n in range(30)])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("w", *["j"] * 35, "w")
        await pilot.pause()
        assert screen.pane.cursor in [row for row, _ in screen.pane._view()]


@pytest.mark.parametrize(
    ("look", "keys", "why"),
    [
        ("exchange", ["h"], "nothing is beyond the edges"),
        ("record", ["L"], "nothing is beyond the edges"),
        ("exchange", ["dollar_sign"], "nothing is beyond the edges"),
        ("record", ["w"], "only the look `lines`"),
        ("lines", ["J"], "no record beside the lines"),
        ("lines", ["w", "l"], "the lines are wrapped"),
        ("lines", ["x"], "no more of this line"),
        ("record", ["x"], "nothing of it is cut"),
        ("record", ["enter", "j", "j", "l"], "nothing to fold"),
        ("record", ["enter", "h"], "nothing is around this"),
    ],
)
async def test_a_key_that_means_nothing_says_why(
    tmp_path: Path, look: str, keys: list[str], why: str
) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        while screen.look != look:
            await pilot.press("tab")
        await pilot.press(*keys)
        await until(pilot, lambda: why in told(screen))


async def test_help_leaves_out_what_means_nothing_here(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (_, screen):
        tips = {active.binding.tooltip for active in screen.active_bindings.values()}
        assert "Wrap long lines, or cut them" not in tips
        assert "Scroll lines to the right" not in tips
        assert "Scroll the record beside the list down" in tips


async def test_t_is_offered_for_the_results_of_a_batch_alone(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await until_shown(pilot, "t retry")
    request, _, _ = write_batch(tmp_path)
    async with viewing_file(request) as (pilot, screen):
        assert "t retry" not in text_of(screen)
        await pilot.press("t")
        await until(pilot, lambda: "this is a file" in told(screen))


async def test_lines_scroll_no_further_than_their_ends(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"t": "x" * 200, "end": True}, {"t": 1}])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press(*["L"] * 20)
        assert lines_of(screen)[2].rstrip().endswith('"end": true}')
        await pilot.press("0", "$")
        await until(pilot, lambda: lines_of(screen)[2].rstrip().endswith('"end": true}'))


async def test_a_narrow_screen_shows_list_or_record(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path, size=(40, 10)) as (pilot, screen):
        assert "│" not in text_of(screen)
        await until_shown(pilot, "t-0001 refund")
        await pilot.press("enter")
        await until_shown(pilot, "request")
        assert "t-0002" not in text_of(screen)
        await pilot.press("escape")
        await until_shown(pilot, "t-0002")
        await pilot.resize_terminal(120, 36)
        await until_shown(pilot, "│ request")
        assert lines_of(screen)[2].index("│") > 40, "a wide screen has a wide list"


async def test_rows_of_a_list_differ_where_their_ids_differ(tmp_path: Path) -> None:
    lines = [answer_line(n, f"Answer {n}") for n in range(1, 20)]
    for n, line in enumerate(lines):
        line["custom_id"] = f"crawl-2026-11/documents/{n:08}"
    async with viewing_file(write_lines(tmp_path / "a.jsonl", lines)) as (pilot, screen):
        await until_shown(pilot, "…00000007 Answer 8")
        assert len({line[9:30] for line in lines_of(screen)[2:21]}) == 19


async def test_a_row_without_words_says_what_became_of_it(tmp_path: Path) -> None:
    lines = [answer_line(1, "", "content_filter"), answer_line(2, "")]
    async with viewing_file(write_lines(tmp_path / "a.jsonl", lines)) as (pilot, _):
        await until_shown(pilot, "t-0001 filtered")
        await until_shown(pilot, "t-0002 empty")


async def test_blank_lines_are_counted_nowhere(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [answer_line(1)])
    path.write_text(path.read_text() + "\n   \nnot json\n")
    async with viewing_file(path) as (pilot, screen):
        await until_shown(pilot, "1 unreadable")
        await ask(pilot, screen, "f", "outcome:unreadable")
        await until_shown(pilot, "outcome:unreadable 1")
        await until_idle(pilot, screen)
        assert screen.rows is not None
        assert list(screen.rows.selection or []) == [3]
