"""Keys that arrive in one piece, as over a slow line, do what they would do one by one."""

from __future__ import annotations

import pytest
from textual import events
from textual.keys import _character_to_key

from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.doctor import DoctorScreen
from batchtui.tui.widgets.filterbar import FilterBar
from tests.tui.support import CannedApp, make_batch, until, until_shown

NAMES = {"escape", "enter"}


def arrive(app: CannedApp, *keys: str) -> None:
    for key in keys:
        if key in NAMES:
            app.post_message(events.Key(key, None))
        else:
            app.post_message(events.Key(_character_to_key(key), key))


def many() -> CannedApp:
    return CannedApp(*(make_batch(number) for number in range(1, 300)))


async def test_a_filter_and_what_follows_it() -> None:
    app = many()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        arrive(app, *"/xyz", "escape", *"/status:done file-29", "enter", *"jjj")
        await until(pilot, lambda: screen.query_one(FilterBar).text == "status:done file-29")
        await until(pilot, lambda: len(screen.table.rows) == 11)
        await until(
            pilot, lambda: screen.table.cursor_row and screen.table.cursor_row.name == "file-292"
        )
        assert screen.table.has_focus
        assert not screen.query_one(FilterBar).display


@pytest.mark.parametrize("word", ["doctor", "doc"])
async def test_a_word_of_the_command_line(word: str) -> None:
    app = many()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        arrive(app, ":", *word, "enter")
        await until(pilot, lambda: isinstance(app.screen, DoctorScreen))


async def test_a_row_by_its_number_and_on_from_there() -> None:
    app = many()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        arrive(app, ":", *"120", "enter")
        await until(
            pilot, lambda: screen.table.cursor_row and screen.table.cursor_row.name == "file-120"
        )
