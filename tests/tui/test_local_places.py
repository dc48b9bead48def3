"""Where Local begins, what is under its cursor on coming back, and which keys it offers."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.local import LocalScreen
from batchtui.tui.start import AtDirectory, AtFile
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import focus, screen_lines, screen_text, type_text, until, until_shown


async def test_a_relative_path_is_shown_whole_and_the_file_selected(
    make_app: MakeApp, write_input: WriteInput, machine: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = machine / "data"
    folder.mkdir()
    for name in ("a.jsonl", "out.jsonl"):
        (folder / name).write_bytes(write_input(2).read_bytes())
    monkeypatch.chdir(folder)
    app = make_app(start=AtFile(Path("out.jsonl")))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "1 of 2")
        await pilot.press("escape")
        await until_shown(pilot, "../")
        assert screen_lines(app)[1].rstrip().endswith(" ~/data")
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        await until(pilot, lambda: screen.table.cursor_row)
        assert screen.table.cursor_row
        assert screen.table.cursor_row.path == folder / "out.jsonl"
        await until(pilot, lambda: app.session)
        await pilot.press("c")
        await until_shown(pilot, "New batch  ~/data")
        await until_shown(pilot, "out.jsonl")


async def test_escape_never_changes_the_folder(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_input(1, name="data/a.jsonl")
    app = make_app(start=AtDirectory(folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "a.jsonl")
        await pilot.press("slash", "a", "enter", "escape", "escape", "escape")
        await until_shown(pilot, "../")
        assert "a.jsonl" in screen_text(app)
        await pilot.press("backspace")
        await until_shown(pilot, "data/")


async def test_the_keys_say_what_enter_does_there(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    write_input(1, name="a.jsonl")
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "Enter view  c new batch")
        await pilot.press("g")
        await until_shown(pilot, "Enter open  b recent")


async def test_after_a_fix_into_a_copy_the_copy_is_selected_and_has_the_draft(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    path = write_input(3, name="data/mine.jsonl")
    path.write_text(path.read_text().replace("POST", "GETT"))
    app = make_app(start=AtDirectory(folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "3 problems")
        await until(pilot, lambda: app.session)
        await pilot.press("c")
        await until_shown(pilot, "Fix 3 into a copy")
        await pilot.press("f")
        await until_shown(pilot, "3 requests, nothing to object to")
        await focus(pilot, "#expiry")
        await type_text(pilot, "12h")
        await pilot.press("escape")
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        row = folder / "mine.fixed.jsonl"
        await until(pilot, lambda: screen.table.cursor_row and screen.table.cursor_row.path == row)
        assert set(app.drafts) == {row}
        await pilot.press("c")
        await until_shown(pilot, "nothing to object to")
        assert app.screen.query_one("#expiry", Input).value == "12h"
        await pilot.press("escape")
        await until(pilot, lambda: app.screen is screen)
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "Fix 3 into a copy")
        assert app.screen.query_one("#expiry", Input).value == ""
