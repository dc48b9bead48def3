"""The columns one chooses: by key, by words, by the configuration, and from one run to the next."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from batchtui.config import AppSettings, Profile
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.columns import ColumnsScreen
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


class Remembering(CannedApp):
    def __init__(self, memory: Path, settings: AppSettings | None = None) -> None:
        super(CannedApp, self).__init__(
            Profile("litellm", "http://localhost:4000"),
            memory_file=memory,
            settings=settings,
            clock=lambda: NOW_S,
        )
        self._batches = (make_batch(1), make_batch(2, "in_progress"))
        self._names = {}


def titles(app: CannedApp) -> list[str]:
    return [each for each in screen_lines(app)[3].split() if each not in "v^"]


async def say(pilot: Pilot[Any], command: str) -> None:
    await pilot.press("colon")
    await type_text(pilot, command)
    await pilot.press("enter")


async def test_columns_are_chosen_by_words_and_come_back(tmp_path: Path) -> None:
    memory = tmp_path / "state.json"
    app = Remembering(memory)
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "INPUT")
        await say(pilot, "columns status batch AGE")
        await until(pilot, lambda: titles(app) == ["STATUS", "BATCH", "AGE"])
        assert "batch_000001" in screen_text(app)
        await pilot.press("o")
        await until_shown(pilot, "STATUS ^")
    app = Remembering(memory)
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: titles(app) == ["STATUS", "BATCH", "AGE"])
        assert "STATUS ^" in screen_text(app)


async def test_an_unknown_column_is_said_and_nothing_changes(tmp_path: Path) -> None:
    app = Remembering(tmp_path / "state.json")
    async with app.run_test(size=(140, 24), notifications=True) as pilot:
        await until_shown(pilot, "INPUT")
        before = titles(app)
        await say(pilot, "columns status price")
        await until_shown(pilot, "no column price")
        assert titles(app) == before


async def test_columns_are_shown_hidden_and_moved_by_keys(tmp_path: Path) -> None:
    app = Remembering(tmp_path / "state.json")
    async with app.run_test(size=(140, 24)) as pilot:
        await until_shown(pilot, "INPUT")
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, ColumnsScreen))
        await until_shown(pilot, "[x]  STATUS")
        await pilot.press("space")
        await until_shown(pilot, "[ ]  STATUS")
        await pilot.press("j", "J")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BatchesScreen))
        await until(pilot, lambda: titles(app)[:2] == ["MODEL", "INPUT"])
        await pilot.press("C", "d")
        await until(pilot, lambda: titles(app)[:2] == ["STATUS", "INPUT"])


async def test_the_last_column_stays(tmp_path: Path) -> None:
    app = Remembering(tmp_path / "state.json")
    async with app.run_test(size=(100, 24)) as pilot:
        await until_shown(pilot, "INPUT")
        await say(pilot, "columns input")
        await until(pilot, lambda: titles(app) == ["INPUT"])
        await pilot.press("C", "space")
        await until_shown(pilot, "[x]  INPUT")


async def test_the_configuration_chooses_until_one_chooses_oneself(tmp_path: Path) -> None:
    settings = AppSettings(columns={"batches": ("age", "status", "nothing")})
    app = Remembering(tmp_path / "state.json", settings)
    async with app.run_test(size=(100, 24)) as pilot:
        await until(pilot, lambda: titles(app) == ["AGE", "STATUS"])
        await say(pilot, "columns input")
        await until(pilot, lambda: titles(app) == ["INPUT"])


async def test_a_chosen_column_without_room_says_so(tmp_path: Path) -> None:
    app = Remembering(tmp_path / "state.json")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "INPUT")
        await pilot.press("C")
        await until(pilot, lambda: isinstance(app.screen, ColumnsScreen))
        (model,) = (line for line in screen_lines(app) if "MODEL" in line)
        assert "[x]" in model
        assert "no room in this width" in model
        (age,) = (line for line in screen_lines(app) if " AGE" in line)
        assert "no room" not in age
