"""Files marked together, and what they are protected from; a batch from a file at the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.models.batch import Batch
from batchtui.models.file import FileObject
from batchtui.tui.account import Account
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.protection import why_keep
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.files import FilesScreen
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.screens.transfers import places
from batchtui.workflows import files, results, saved
from batchtui.workflows.session import Session
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import focus, make_batch, screen_text, until, until_shown


async def upload(session: Session, path: Path) -> None:
    async for _ in files.upload(session, path):
        pass


async def with_files(
    app: BatchtuiApp, pilot: Pilot[Any], write_input: WriteInput, *names: str
) -> FilesScreen:
    """On Files, with uploads of these names."""
    await until(pilot, lambda: app.session)
    assert app.session is not None
    for number, name in enumerate(names, start=1):
        await upload(app.session, write_input(number, name=name))
    await pilot.press("2")
    await until(pilot, lambda: isinstance(app.screen, FilesScreen))
    screen = app.screen
    assert isinstance(screen, FilesScreen)
    await until(pilot, lambda: screen.table.rows.total() == len(names))
    return screen


async def run_batch(app: BatchtuiApp, pilot: Pilot[Any], path: Path) -> None:
    await until(pilot, lambda: app.session)
    await app.push_screen(CreateScreen(path))
    await until_shown(pilot, "nothing to object to")
    await pilot.press("S")
    await until(pilot, lambda: any(b.is_terminal for b in app.account.batches.values()))


async def test_marked_files_are_saved_into_a_folder_and_none_is_overwritten(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    folder = tmp_path / "saved"
    folder.mkdir()
    (folder / "a.jsonl").write_text("mine")
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await with_files(app, pilot, write_input, "a.jsonl", "b.jsonl")
        await pilot.press("asterisk", "d")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        app.screen.query_one(Input).value = str(folder)
        await pilot.press("enter")
        await until_shown(pilot, "saved 2 files in")
        assert (folder / "a.jsonl").read_text() == "mine"
        assert (folder / "a-2.jsonl").read_bytes() == (tmp_path / "a.jsonl").read_bytes()
        assert (folder / "b.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


async def test_a_folder_to_save_into_is_made_when_asked_for(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await with_files(app, pilot, write_input, "a.jsonl", "b.jsonl")
        for answer, folder in (("n", "new"), ("y", "new"), (None, "no/way")):
            await pilot.press("asterisk", "d")
            await until(pilot, lambda: isinstance(app.screen, PromptScreen))
            app.screen.query_one(Input).value = str(tmp_path / folder)
            await pilot.press("enter")
            if answer is None:
                await until_shown(pilot, "is no folder")
                continue
            await until_shown(pilot, "Make it?")
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(app.screen, FilesScreen))
            assert answer == "y" or not (tmp_path / folder).exists()
            if answer == "y":
                await until_shown(pilot, "saved 2 files in")
                await pilot.press("escape")
            await pilot.press("escape")
        assert (tmp_path / "new" / "b.jsonl").read_bytes() == (tmp_path / "b.jsonl").read_bytes()


async def test_a_delete_of_several_keeps_results_that_nobody_saved(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await run_batch(app, pilot, write_input(2))
        await pilot.press("2")
        await until_shown(pilot, "batch_output")
        screen = app.screen
        assert isinstance(screen, FilesScreen)
        await pilot.press("asterisk", "D")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await until_shown(pilot, "Delete 1 of 2 files")
        await until_shown(pilot, "were not saved yet")
        await pilot.press("y")
        await until_shown(pilot, "deleted 1 file")
        (left,) = screen.table.rows.all()
        assert left.purpose == "batch_output"
        assert app.session is not None
        await results.download(app.session, left.id, to=tmp_path / "out.jsonl")
        assert saved.among(app.session, [left.id, "other"]) == {left.id}
        await pilot.press("D")
        await until_shown(pilot, "Delete ")
        assert "not saved" not in screen_text(app)
        await pilot.press("y")
        await until_shown(pilot, "No files yet")


def test_why_a_file_stays() -> None:
    account = Account()
    running = make_batch(1, "in_progress")
    done = make_batch(2, output_file_id="file-out", error_file_id="file-errors")
    for batch in (running, done):
        account.put(batch)
    assert "the input of a batch" in (why_keep(FileObject(id="file-1"), account, ()) or "")
    assert why_keep(FileObject(id="file-2"), account, ()) is None
    for results_id in ("file-out", "file-errors"):
        assert "not saved" in (why_keep(FileObject(id=results_id), account, ()) or "")
        assert why_keep(FileObject(id=results_id), account, {results_id}) is None
    orphan = FileObject(id="file-9", purpose="batch_output")
    assert "not saved" in (why_keep(orphan, account, ()) or "")
    assert why_keep(FileObject(id="file-9", purpose="batch"), account, ()) is None


async def test_all_protected_deletes_nothing_and_says_why(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    def used(account: Account, file_id: str) -> list[Batch]:
        return [make_batch(1, "in_progress", input_file_id=file_id)]

    monkeypatch.setattr(Account, "using", used)
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await with_files(app, pilot, write_input, "a.jsonl", "b.jsonl")
        await pilot.press("asterisk", "D")
        await until_shown(pilot, "Nothing deleted.")
        assert isinstance(app.screen, FilesScreen)


async def test_a_batch_from_a_file_at_the_server(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await with_files(app, pilot, write_input, "a.jsonl")
        await pilot.press("c")
        await until_shown(pilot, "nothing to object to")
        assert "a.jsonl" in screen_text(app)
        assert "at the server" in screen_text(app)
        await pilot.press("S")
        await until(pilot, lambda: len(app.account.batches) == 1)
        (batch,) = app.account.batches.values()
        await until(pilot, lambda: app.current_mode == "batches")
        assert app.session is not None
        assert [file.id async for file in files.list_files(app.session, purpose="batch")] == [
            batch.input_file_id
        ]


async def test_a_fix_of_a_servers_file_is_a_local_copy_and_an_edit_is_refused(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    def bad(count: int, *, name: str) -> Path:
        path = write_input(count, name=name)
        path.write_bytes(path.read_bytes() + b"\n")
        return path

    app = make_app(browse_dir=tmp_path / "browsed")
    (tmp_path / "browsed").mkdir()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await with_files(app, pilot, bad, "a.jsonl")
        await pilot.press("c")
        await until_shown(pilot, "Fix 1 into a copy")
        await focus(pilot, "#problems")
        await pilot.press("e")
        await until_shown(pilot, "A file of the server does not change")
        await pilot.press("f")
        await until_shown(pilot, "nothing to object to")
        assert (tmp_path / "browsed" / "a.fixed.jsonl").exists()
        assert "a.fixed.jsonl" in screen_text(app)


async def test_a_servers_file_that_cannot_be_read_needs_an_endpoint(
    make_app: MakeApp, gateway: Gateway
) -> None:
    app = make_app(Profile("far", gateway.base_url, kind="local"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: app.session)
        assert app.session is not None
        file = FileObject(id="file-gone", filename="gone.jsonl", purpose="batch")
        path = app.session.download_path(file.id)
        await app.push_screen(CreateScreen(path, server_file=file))
        await until_shown(pilot, "It may be used unseen")
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until_shown(pilot, "so write one")
        app.screen.query_one("#endpoint", Input).value = "/v1/chat/completions"
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until_shown(pilot, "at the server   file-gone")


async def test_one_purpose_at_a_time(make_app: MakeApp, write_input: WriteInput) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await run_batch(app, pilot, write_input(2))
        await pilot.press("2")
        await until_shown(pilot, "2 files")
        await until_shown(pilot, "purpose: all")
        await pilot.press("p")
        await until_shown(pilot, "purpose: batch")
        screen = app.screen
        assert isinstance(screen, FilesScreen)
        assert [file.purpose for file in screen.table.rows.all()] == ["batch"]
        await pilot.press("p")
        await until_shown(pilot, "purpose: batch_output")
        await pilot.press("c", "p")
        await until_shown(pilot, "purpose: all")


async def test_a_file_is_sent_from_here(make_app: MakeApp, write_input: WriteInput) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        screen = await with_files(app, pilot, write_input, "a.jsonl")
        for name in ("gone.jsonl", "b.jsonl"):
            path = write_input(2, name="b.jsonl").with_name(name)
            await pilot.press("u")
            await until(pilot, lambda: isinstance(app.screen, PromptScreen))
            app.screen.query_one(Input).value = str(path)
            await pilot.press("enter")
            await until_shown(pilot, "is no file" if name == "gone.jsonl" else "uploaded b.jsonl")
        await until(pilot, lambda: screen.table.rows.total() == 2)


@pytest.mark.parametrize("name", ["../../etc/passwd", "", "..", "/"])
def test_no_name_leads_out_of_the_folder(tmp_path: Path, name: str) -> None:
    (place,) = places([FileObject(id="file-1", filename=name)], tmp_path)
    assert place.parent == tmp_path
    assert place.name not in ("", "..")
