"""What went wrong in a batch: its groups, what each means, and how one lists and exports them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui.outcome_words import EXPLAINED
from batchtui.tui.screens.help import HelpScreen
from batchtui.tui.viewer.errors_screen import ErrorsScreen
from batchtui.tui.viewer.finding import Grouped
from batchtui.tui.viewer.screen import ViewerScreen
from tests.tui.support import screen_lines, until, until_shown
from tests.tui.viewer_support import TOO_LONG, told, viewing_batch


async def open_errors(pilot: Pilot[Any], screen: ViewerScreen) -> None:
    await pilot.press("e")
    await until(pilot, lambda: isinstance(screen.app.screen, ErrorsScreen))
    await until_shown(pilot, "16 not ok")


def status_line(screen: ViewerScreen) -> str:
    return screen_lines(screen.app)[22].strip()


def row_of(screen: ViewerScreen, word: str) -> int:
    """Which row of the table has `word`, from 0."""
    lines = screen_lines(screen.app)[3:22]
    return next(at for at, line in enumerate(lines) if word in line)


async def test_each_row_has_words_of_its_own(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await open_errors(pilot, screen)
        found = {}
        for _ in range(5):
            found[status_line(screen)] = True
            await pilot.press("down")
            await pilot.pause()
        for words in (TOO_LONG, EXPLAINED[Outcome.TRUNCATED], EXPLAINED[Outcome.MISSING]):
            assert any(words[:60] in each for each in found), found


async def test_the_marked_groups_are_listed_together(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await open_errors(pilot, screen)
        for word in ("context_length", "batch_expired"):
            await pilot.press("home", *["down"] * row_of(screen, word), "space")
        await until_shown(pilot, "2 rows marked: Enter lists their 8 records")
        await pilot.press("enter")
        await until(pilot, lambda: screen.app.screen is screen)
        assert screen.rows is not None
        assert list(screen.rows.selection or []) == [2, 8, 12, 18, 22, 28, 32, 38]
        await pilot.press("E")
        await until_shown(pilot, "export 8 of 40 (outcome:failed,expired):  r result lines")


async def test_all_rows_marked_are_all_that_is_not_ok(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await open_errors(pilot, screen)
        await until_shown(pilot, "all not ok")
        await pilot.press("asterisk", "enter")
        await until(pilot, lambda: screen.app.screen is screen)
        assert screen.filter_words == "outcome:!ok"
        assert screen.rows is not None
        assert screen.rows.count == 16


@pytest.mark.parametrize("opened", ["question_mark", "f"])
async def test_errors_that_come_late_cover_nothing(tmp_path: Path, opened: str) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press(opened)
        await until_shown(pilot, "Next look" if opened == "question_mark" else "outcome:!ok  code:")
        there = screen.app.screen
        assert isinstance(there, HelpScreen) or there is screen
        screen.post_message(Grouped([]))
        await pilot.pause()
        await pilot.pause()
        assert screen.app.screen is there


@pytest.mark.parametrize(
    ("status", "words", "counted"),
    [
        ("cancelled", "4 cancelled", Outcome.CANCELLED),
        ("expired", "8 expired", Outcome.EXPIRED),
        ("completed", "4 missing", Outcome.MISSING),
    ],
)
async def test_what_became_of_a_request_without_a_line_depends_on_its_batch(
    tmp_path: Path, status: str, words: str, counted: Outcome
) -> None:
    async with viewing_batch(tmp_path, size=(120, 36), status=status) as (pilot, screen):
        await until_shown(pilot, words)
        assert screen.records is not None
        assert screen.records.outcome(6) is counted
        await pilot.press("colon", "7", "enter")
        first_words = " ".join(EXPLAINED[counted].split()[:4])
        await until_shown(pilot, first_words)


async def test_no_more_than_two_notes_are_over_the_record(tmp_path: Path) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        for number in range(5):
            screen.tell(f"note {number}")
            await pilot.pause()
        assert [each.message for each in screen.app._notifications] == ["note 3", "note 4"]
        assert told(screen) == "note 4"
