"""Every key of the viewer, on a batch of forty requests at 80x24."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from textual import events
from textual.keys import _character_to_key
from textual.pilot import Pilot
from textual.widgets import Input

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.viewer.errors_screen import ErrorsScreen
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.screen import ViewerScreen
from tests.tui.support import screen_lines, screen_text, type_text, until, until_shown
from tests.tui.viewer_support import (
    TOO_LONG,
    told,
    until_idle,
    viewing_batch,
    viewing_file,
    write_batch,
    write_lines,
)


def text_of(screen: ViewerScreen) -> str:
    assert isinstance(screen.app, BatchtuiApp)
    return screen_text(screen.app)


def lines_of(screen: ViewerScreen) -> list[str]:
    return screen_lines(screen.app)


def _typed(key: str) -> tuple[str, str | None]:
    """The name of a key, and the character it types."""
    return (_character_to_key(key), key) if len(key) == 1 else (key, None)


async def ask(pilot: Pilot[Any], screen: ViewerScreen, key: str, typed: str) -> None:
    await pilot.press(key)
    await type_text(pilot, typed)
    await pilot.press("enter")
    await until_idle(pilot, screen)


async def test_a_batch_opens_as_requests_beside_results(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("j", "j")
        await pilot.pause()
        lines = lines_of(screen)
        assert lines[0].startswith(" tickets-w43.jsonl")
        assert "24 ok" in lines[0]
        assert "4 failed" in lines[0]
        assert lines[2].startswith("      1 ✓ t-0001 refund")
        assert lines[4].startswith(" ▌    3 ✗ t-0003 context")
        assert lines[2][33:].startswith("│ request")
        assert lines[2].rstrip().endswith("gpt-4o-mini")
        text = text_of(screen)
        assert "✗ 400 context_length_exceeded" in text
        assert "This model's maximum context length is" in text
        assert lines[22].startswith(" 3 of 40")
        assert lines[22].strip() == "3 of 40", "what says nothing is not said"
        assert lines[23].rstrip().endswith("? help")


@pytest.mark.parametrize(
    ("keys", "number"),
    [
        (["j"], 1),
        (["down", "down"], 2),
        (["j", "j", "k"], 1),
        (["j", "up"], 0),
        (["G"], 39),
        (["end"], 39),
        (["G", "g"], 0),
        (["G", "home"], 0),
        (["pagedown"], 18),
        (["ctrl+f", "pageup"], 0),
        (["ctrl+f", "b"], 0),
        (["ctrl+d"], 9),
        (["ctrl+d", "ctrl+u"], 0),
        (["right_square_bracket", "right_square_bracket", "left_square_bracket"], 1),
        (["colon", "1", "2", "enter"], 11),
        (["colon", "9", "9", "9", "enter"], 39),
    ],
)
async def test_keys_move_through_the_records(tmp_path: Path, keys: list[str], number: int) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press(*keys)
        await until_idle(pilot, screen)
        assert screen.number == number


async def test_colon_finds_a_custom_id_and_says_when_there_is_none(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, "colon", "t-0031")
        assert screen.number == 30
        await ask(pilot, screen, "colon", "nobody")
        await until(pilot, lambda: "no record has the custom_id nobody" in told(screen))
        assert screen.number == 30


async def test_tab_goes_through_the_looks_and_keeps_the_record(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("j", "j")
        await pilot.press("tab")
        await until_shown(pilot, '"custom_id": "t-0003"')
        assert (screen.look, screen.number) == ("record", 2)
        await pilot.press("tab")
        await until(pilot, lambda: '{"id": "batch_req_3"' in text_of(screen))
        assert (screen.look, screen.number) == ("lines", 2)
        await pilot.press("tab")
        assert (screen.look, screen.number) == ("exchange", 2)


async def test_a_file_that_is_no_batch_has_no_exchange(tmp_path: Path) -> None:
    path = tmp_path / "notes.txt"
    path.write_text("first\nsecond\n")
    async with viewing_file(path) as (pilot, screen):
        assert "second" in text_of(screen)
        looks = [screen.look]
        for _ in range(2):
            await pilot.press("tab")
            looks.append(screen.look)
        assert looks == ["lines", "record", "lines"]


async def test_enter_goes_into_the_record_and_escape_comes_back(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("tab", "enter")
        await pilot.pause()
        assert screen.in_detail
        assert "t-0002" not in text_of(screen), "at 80 columns the record has the whole width"
        await pilot.press("j", "j", "j")
        await pilot.pause()
        assert "   custom_id" in lines_of(screen)[22]
        await pilot.press("escape")
        assert not screen.in_detail
        await pilot.pause()
        assert "t-0002" in text_of(screen)


async def test_folds_and_the_way_out_of_a_value(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("tab", "enter", "j", "j", "j", "j")
        await pilot.pause()
        value = screen.detail.value
        assert value is not None
        assert value.path == "response"
        await pilot.press("l")
        await until_shown(pilot, '"response": {… 3},')
        await pilot.press("enter")
        await until_shown(pilot, '"status_code": 200')
        await pilot.press("j", "h")
        value = screen.detail.value
        assert value is not None
        assert value.path == "response"
        await pilot.press("h", "h")
        value = screen.detail.value
        assert value is not None
        assert value.path == ""


async def test_the_lines_look_wraps_and_scrolls_sideways(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"n": "0123456789" * 20, "end": True}] * 3)
    async with viewing_file(path) as (pilot, screen):
        assert '"end"' not in text_of(screen)
        for _ in range(4):
            await pilot.press("L")
        await until_shown(pilot, '"end": true')
        await pilot.press("H", "l", "h", "right", "left")
        await pilot.press("0")
        await until_shown(pilot, '{"n": "0123')
        await pilot.press("w")
        await until_shown(pilot, '"end"')
        assert screen.panes[0].wraps
        await pilot.press("w")
        await until(pilot, lambda: '"end"' not in text_of(screen))


async def test_j_scrolls_through_a_line_taller_than_the_screen(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "a.jsonl", [{"n": "x" * 2000, "last": "END"}, {"n": 2}])
    async with viewing_file(path, size=(60, 14)) as (pilot, screen):
        await pilot.press("w")
        await until(pilot, lambda: "END" not in text_of(screen))
        for _ in range(40):
            await pilot.press("j")
            if screen.number == 1:
                break
        assert screen.number == 1
        await until_shown(pilot, "END")
        await pilot.press("k")
        assert screen.number == 0


async def test_x_shows_more_of_a_long_line_and_of_a_long_text(tmp_path: Path) -> None:
    long = "word " * 4_000
    path = write_lines(tmp_path / "a.jsonl", [{"text": long, "last": "END"}])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("w", "pagedown", "pagedown", "pagedown", "G")
        await pilot.press("end", *["j"] * 60)
        await until_shown(pilot, "more, x shows it")
        await pilot.press("x")
        await pilot.press(*["j"] * 10)
        await until(pilot, lambda: screen.panes[0].limits)
        await pilot.press("tab")
        await until_idle(pilot, screen)
        await pilot.press("enter", "G")
        await until_shown(pilot, '"last": "END"')
        await until_shown(pilot, "characters more, x shows them")
        await pilot.press("x")
        await until_idle(pilot, screen)
        await pilot.press("G")
        await until(pilot, lambda: "characters more" not in text_of(screen))


async def test_search_jumps_to_hits_and_marks_them(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, "slash", "context_length")
        await until(pilot, lambda: screen.number == 2)
        assert screen.hits is not None
        assert len(screen.hits) == 4
        await until_shown(pilot, "search: context_length  1 of 4")
        await pilot.press("n")
        assert screen.number == 12
        await pilot.press("N", "N")
        assert screen.number == 32, "around the end"
        await pilot.press("escape")
        assert screen.hits is None
        await until(pilot, lambda: "search:" not in text_of(screen))


async def test_search_finds_escaped_text_expressions_and_nothing(tmp_path: Path) -> None:
    lines = [{"t": "plain"}, {"t": "naïve"}, {"t": 'say "hi"'}]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    async with viewing_file(path) as (pilot, screen):
        await ask(pilot, screen, "slash", "naïve")
        await until(pilot, lambda: screen.number == 1)
        await ask(pilot, screen, "slash", 'y "hi')
        await until(pilot, lambda: screen.number == 2)
        await ask(pilot, screen, "slash", "re:pl..n")
        await until(pilot, lambda: screen.number == 0)
        await ask(pilot, screen, "slash", "absent")
        await until(pilot, lambda: "not found: absent" in told(screen))
        await ask(pilot, screen, "slash", "re:(")
        await until(pilot, lambda: "not a regular expression" in told(screen))
        await pilot.press("n")
        await until(pilot, lambda: "not found" in told(screen) or "found" in told(screen))


async def test_what_was_typed_before_comes_back(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, "slash", "batch_expired")
        await until(pilot, lambda: screen.number == 8)
        await pilot.press("g", "slash", "up", "enter")
        await until_idle(pilot, screen)
        await until(pilot, lambda: screen.number == 8)
        await pilot.press("slash", "escape")
        assert screen.search_words == "batch_expired"


async def test_a_star_searches_for_the_value_under_the_cursor(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("j", "asterisk")
        await until_idle(pilot, screen)
        assert screen.search_words == "t-0002"
        await pilot.press("tab", "enter", "g", "j", "j", "j", "asterisk")
        await until_idle(pilot, screen)
        assert screen.search_words == "t-0002"
        await pilot.press("k", "asterisk")
        await until_idle(pilot, screen)
        assert screen.search_words == "batch_req_2"


async def test_filters_by_outcome_code_id_and_text(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        assert screen.rows is not None
        for typed, numbers in (
            ("outcome:failed", [2, 12, 22, 32]),
            ("outcome:missing,expired", [6, 8, 16, 18, 26, 28, 36, 38]),
            ("code:batch_expired", [8, 18, 28, 38]),
            ("id:t-002", [19, 20, 21, 22, 23, 24, 25, 26, 27, 28]),
            ("outcome:ok 請求書", [0, 3, 9, 15, 21, 27, 30, 33, 39]),
            ("re:t-00[12]3", [12, 22]),
        ):
            await pilot.press("f", "ctrl+u")
            await type_text(pilot, typed)
            await pilot.press("enter")
            await until_idle(pilot, screen)
            found = list(screen.rows.selection or [])
            if typed.startswith("outcome:ok"):
                assert found, typed
                assert all(screen.records.outcome(n) is Outcome.OK for n in found)  # type: ignore[union-attr]
            else:
                assert found == numbers, typed
        assert screen.filter_words == "re:t-00[12]3"
        await pilot.press("escape")
        assert screen.rows.selection is None


async def test_a_filter_that_matches_nothing_or_means_nothing_says_so(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, "f", "outcome:refused")
        await until_shown(pilot, "nothing matches")
        await pilot.press("j", "k", "G", "g", "n", "y", "E", "space", "enter", "tab", "tab", "o")
        await pilot.pause()
        await pilot.press("escape")
        await until(pilot, lambda: screen.rows is not None and screen.rows.selection is None)
        await ask(pilot, screen, "f", "outcome:nonsense")
        await until(pilot, lambda: "no outcome is called 'nonsense'" in told(screen))


async def test_what_is_typed_takes_the_place_of_what_was_offered(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        for moves, found in (((), "xy"), (("end",), "outcome:okxy"), (("home",), "xyoutcome:ok")):
            screen.ask("other", "what", "outcome:ok")
            await pilot.press(*moves, "x", "y")
            assert screen.query_one(Prompt).query_one(Input).value == found
            assert isinstance(screen.app, BatchtuiApp)
            await until_shown(pilot, "Enter do it  Esc leave")
            await pilot.press("escape")


async def test_a_filter_with_the_cursor_further_down_shows_all_that_fits(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, ":", "40")
        await ask(pilot, screen, "f", "outcome:truncated")
        await until(pilot, lambda: screen.rows is not None and screen.rows.count == 4)
        await until_idle(pilot, screen)
        assert screen.pane.cursor == 3
        assert [row for row, _ in screen.pane._view()] == [0, 1, 2, 3]


async def test_errors_are_grouped_and_enter_lists_one_group(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("e")
        await until(pilot, lambda: isinstance(screen.app.screen, ErrorsScreen))
        await until_shown(pilot, "context_length_exceeded")
        assert isinstance(screen.app, BatchtuiApp)
        text = screen_text(screen.app)
        assert "batch_expired" in text
        assert "16 not ok" in text
        await pilot.press("escape")
        await until(pilot, lambda: screen.app.screen is screen)
        await pilot.press("e")
        await until(pilot, lambda: isinstance(screen.app.screen, ErrorsScreen))
        await pilot.press("enter")
        await until(pilot, lambda: screen.app.screen is screen)
        assert screen.rows is not None
        assert screen.rows.count == 16
        assert screen.filter_words == "outcome:!ok"


async def test_errors_of_a_file_without_any(tmp_path: Path) -> None:
    request, _, _ = write_batch(tmp_path)
    async with viewing_file(request) as (pilot, screen):
        await pilot.press("e")
        await until(pilot, lambda: "no record is known to have failed" in told(screen))


async def test_marks_are_kept_and_cleared(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("space", "space")
        assert screen.marks == {0, 1}
        await until_shown(pilot, "2 marked")
        assert lines_of(screen)[2].startswith("  + ")
        await pilot.press("k", "space")
        assert screen.marks == {0}
        await pilot.press("escape")
        assert screen.marks == set()


@pytest.mark.parametrize(
    ("look", "keys", "copied"),
    [
        ("exchange", ["y", "i"], "t-0003"),
        ("exchange", ["y", "y"], '{"id": "batch_req_3"'),
        ("record", ["enter", "j", "j", "j", "y", "v"], "t-0003"),
        ("record", ["enter", "j", "j", "j", "j", "j", "y", "p"], "response.status_code"),
    ],
)
async def test_copies(tmp_path: Path, look: str, keys: list[str], copied: str) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("j", "j")
        if look == "record":
            await pilot.press("tab")
        await pilot.press(*keys)
        await until(pilot, lambda: screen.app.clipboard)
        assert screen.app.clipboard.startswith(copied)
        assert "sent to the terminal's clipboard" in told(screen)


async def test_copies_an_answer_and_says_where_there_is_none(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("y", "a")
        await until(pilot, lambda: screen.app.clipboard == "refund")
        await pilot.press("j", "j", "y", "a")
        await until(pilot, lambda: "there is no answer here" in told(screen))
        await pilot.press("y")
        await until_shown(
            pilot, "copy:  y line  v value, here the answer  p its path  i custom_id  a answer"
        )
        await pilot.press("z")
        await until_shown(pilot, "3 of 40")


async def test_exports_exactly_what_is_listed(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, "f", "outcome:failed")
        out = tmp_path / "failed.jsonl"
        await pilot.press("E")
        await until_shown(pilot, "export 4 of 40 (outcome:failed):  r result lines  i input lines")
        await pilot.press("i")
        await until_shown(pilot, "export 4 lines to")
        await pilot.press("ctrl+u")
        await type_text(pilot, str(out))
        await pilot.press("enter")
        await until(pilot, lambda: "4 lines written to" in told(screen))
        ids = [json.loads(line)["custom_id"] for line in out.read_text().splitlines()]
        assert ids == ["t-0003", "t-0013", "t-0023", "t-0033"]
        assert "messages" in out.read_text()

        await pilot.press("escape", "space", "j", "space", "E")
        await until_shown(pilot, "export 2 marked:  r result lines")
        await pilot.press("r", "ctrl+u")
        await type_text(pilot, str(out))
        await pilot.press("enter")
        await until_shown(pilot, "Overwrite it?")
        await pilot.press("n")
        await until(pilot, lambda: screen.app.screen is screen)
        assert "messages" in out.read_text(), "No leaves the file as it is"
        await pilot.press("E", "r", "ctrl+u")
        await type_text(pilot, str(out))
        await pilot.press("enter")
        await until_shown(pilot, "Overwrite it?")
        await pilot.press("y")
        await until(pilot, lambda: "2 lines written to" in told(screen))
        ids = [json.loads(line)["custom_id"] for line in out.read_text().splitlines()]
        assert ids == ["t-0003", "t-0005"]


async def test_capital_j_and_k_scroll_the_record_from_the_list(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("tab")
        await until_shown(pilot, "│ result")
        await pilot.press("J")
        await until(pilot, lambda: "│ result" not in text_of(screen))
        assert screen.number == 0
        await pilot.press("K")
        await until_shown(pilot, "│ result")


async def test_escape_leaves(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        app = screen.app
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is not screen)


async def test_q_leaves_whatever_is_marked_or_filtered(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await ask(pilot, screen, "f", "outcome:ok")
        await pilot.press("space", "enter", "q")
        assert screen.app.screen is screen
        await pilot.press("q")
        await until(pilot, lambda: screen.app.screen is not screen)


async def test_keys_that_arrive_together_are_handled_in_order(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        for key in (*"jj:31", "enter", *"k/batch_expired", "enter"):
            screen.app.post_message(events.Key(*_typed(key)))
        await until(pilot, lambda: screen.search_words == "batch_expired")
        await until(pilot, lambda: screen.number == 38)


async def test_help_names_every_key(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        bindings = [active.binding for active in screen.active_bindings.values()]
        own = [each for each in bindings if (each.id or "").startswith(("viewer.", "records."))]
        assert len(own) >= 30
        assert all(each.tooltip for each in own)
        await pilot.press("question_mark")
        await until_shown(pilot, "Next look")
        await pilot.press("escape")


async def test_the_whole_error_is_shown(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path, size=(120, 36)) as (pilot, screen):
        await pilot.press("j", "j")
        await until_shown(pilot, TOO_LONG[:50])
        await until_shown(pilot, "requested.")
        await pilot.press("enter")
        await pilot.pause()
        assert "t-0001" in text_of(screen), "there is room for both"
        assert screen.in_detail
