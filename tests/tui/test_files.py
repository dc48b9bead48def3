"""The server's files: listed, viewed, saved without overwriting, deleted after a question."""

from __future__ import annotations

from pathlib import Path

import pytest
from textual.widgets import Input

from batchtui.models.file import FileObject
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.files import FilesScreen
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.start import AtDirectory
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import CannedApp, screen_text, until, until_shown


@pytest.fixture
def app(make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch) -> BatchtuiApp:
    """Browses a directory with one input, with the working directory beside it."""
    path = write_input(3, name="in.jsonl")
    there = path.parent / "there"
    there.mkdir()
    monkeypatch.chdir(there)
    return make_app(start=AtDirectory(path.parent))


async def test_upload_view_save_and_delete(app: BatchtuiApp, tmp_path: Path) -> None:
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "in.jsonl")
        await until_shown(pilot, "chat/completions")
        await pilot.press("G", "u")
        await until_shown(pilot, "uploaded in.jsonl as file-")

        await pilot.press("2")
        await until_shown(pilot, "1 file   ")
        assert isinstance(app.screen, FilesScreen)
        await pilot.press("enter")
        await until_shown(pilot, "Question 0")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, FilesScreen))

        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("enter")
        saved = tmp_path / "there" / "in.jsonl"
        await until(pilot, saved.exists)
        assert saved.read_bytes() == (tmp_path / "in.jsonl").read_bytes()
        await until_shown(pilot, "saved ")

        await pilot.press("D")
        await until_shown(pilot, "Delete in.jsonl from the server?")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FilesScreen))
        await pilot.press("D", "y")
        await until_shown(pilot, "No files yet")


async def test_a_download_never_overwrites_without_a_question(
    app: BatchtuiApp, tmp_path: Path
) -> None:
    kept = tmp_path / "there" / "in.jsonl"
    kept.write_text("mine")
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "chat/completions")
        await pilot.press("G", "u")
        await until_shown(pilot, "uploaded in.jsonl as file-")
        await pilot.press("2")
        await until_shown(pilot, "1 file   ")
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, FilesScreen))
        assert kept.read_text() == "mine"


async def test_who_uses_a_file_is_shown(app: BatchtuiApp) -> None:
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "chat/completions")
        await pilot.press("G", "c")
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "batches")
        await until_shown(pilot, "done")
        await pilot.press("2")
        await until_shown(pilot, "batch_output")
        assert "✓ in.jsonl" in screen_text(app)


async def test_a_hostile_name_cannot_steer_the_terminal_or_the_place_to_save() -> None:
    app = CannedApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await pilot.press("2")
        screen = app.screen
        assert isinstance(screen, FilesScreen)
        name = "../../etc/\x1b]0;evil\x07[b].jsonl"
        screen.table.set_rows([FileObject(id="file-1", filename=name, purpose="\x1b[2J")])
        await until_shown(pilot, "[b].jsonl")
        await pilot.press("d")
        await until_shown(pilot, "␛]0;evil␇[b].jsonl")
        assert "/etc" not in app.screen.query_one(Input).value
        assert "\x1b" not in screen_text(app)


async def test_what_is_typed_takes_the_place_of_the_path_offered() -> None:
    app = BatchtuiApp(None)
    async with app.run_test() as pilot:
        for moves, found in (((), "x"), (("end",), "/tmp/ax"), (("right",), "/tmp/ax")):
            answers: list[str | None] = []
            await app.push_screen(PromptScreen("Where to?", "/tmp/a"), answers.append)
            await pilot.press(*moves, "x", "enter")
            await until(pilot, lambda: not isinstance(app.screen, PromptScreen))
            assert answers == [found]
