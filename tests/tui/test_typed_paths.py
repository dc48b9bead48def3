"""What is typed as a path never ends the app, whatever the disk says about it."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

import pytest

from batchtui.errors import UsageError
from batchtui.tui.diff.asking import named
from batchtui.tui.typed_paths import Place, file_at, here, is_same, place_for, typed_path
from tests.tui.support import CannedApp, make_batch, type_text, until, until_shown
from tests.tui.viewer_support import offline_app, told, viewing_batch, viewing_file, write_batch


@pytest.fixture
def locked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory into which nobody may look, not even root."""
    directory = tmp_path / "locked"
    directory.mkdir()
    real = os.stat

    def refused(path: os.PathLike[str] | str | int, *args: object, **more: object) -> object:
        if not isinstance(path, int) and f"{directory}/" in os.fspath(path):
            raise PermissionError(13, "Permission denied", os.fspath(path))
        return real(path, *args, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(os, "stat", refused)
    return directory


def test_a_place_to_write_to(tmp_path: Path) -> None:
    there = tmp_path / "there.jsonl"
    there.write_bytes(b"abc")
    assert place_for(f" {tmp_path}/new.jsonl ") == Place(tmp_path / "new.jsonl")
    assert place_for(str(there)).question == f"{there} exists (3 B). Overwrite it?"
    assert place_for(str(tmp_path), name="x.jsonl").path == tmp_path / "x.jsonl"


@pytest.mark.parametrize(
    ("typed", "reason"),
    [
        ("{}", "is a folder"),
        ("{}/none/x", "there is no folder"),
        ("{}/file/x", "there is no folder"),
        ("{}/" + "n" * 300, "File name too long"),
        ("{}/locked/x.jsonl", "Permission denied"),
        ("~nobody-of-that-name/x", "home"),
        ("{}/a\x1bb", "control characters"),
        ("{}/\ud800", ""),
    ],
)
def test_what_can_be_no_file_says_why(
    tmp_path: Path, locked: Path, typed: str, reason: str
) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(UsageError) as caught:
        place_for(typed.format(tmp_path))
    assert reason in caught.value.message
    with pytest.raises(UsageError):
        file_at(typed.format(tmp_path))


def test_what_the_disk_does_not_tell_about_is_not_the_same_file(locked: Path) -> None:
    assert not is_same(locked / "a", locked)
    assert is_same(locked, locked)
    assert typed_path("a").is_absolute()


async def test_a_directory_that_is_gone_is_nowhere_to_write_to(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    gone = tmp_path / "gone"
    gone.mkdir()
    monkeypatch.chdir(gone)
    gone.rmdir()
    assert here().is_absolute()
    with pytest.raises(UsageError, match="No such file"):
        typed_path("out.jsonl")
    async with viewing_batch(tmp_path) as (pilot, _):
        await pilot.press("E", "r")
        await until_shown(pilot, "export 40 lines to")


async def test_a_pager_that_can_have_no_file_is_a_note(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    async with viewing_batch(tmp_path) as (pilot, screen):
        monkeypatch.setattr(tempfile, "TemporaryDirectory", full)
        await pilot.press("o")
        await until(pilot, lambda: "No space left" in told(screen))


async def test_a_name_with_nobodys_home_is_a_name(tmp_path: Path) -> None:
    app = offline_app(tmp_path)
    async with app.run_test():
        assert named(app, ["~nobody-of-that-name"])[0].name == "~nobody-of-that-name"


@pytest.mark.parametrize(
    ("name", "reason"),
    [("locked/out.jsonl", "Permission denied"), ("n" * 300, "File name too long")],
)
async def test_an_export_into_a_place_that_cannot_be_is_a_note(
    tmp_path: Path, locked: Path, name: str, reason: str
) -> None:
    async with viewing_batch(tmp_path) as (pilot, screen):
        await pilot.press("E", "r", "ctrl+u")
        await type_text(pilot, f"{tmp_path}/{name}")
        await pilot.press("enter")
        await until(pilot, lambda: reason in told(screen))
        assert screen.app.screen is screen


@pytest.mark.parametrize("typed", ["{}", "{}/in.jsonl"])
async def test_what_can_not_be_is_refused_before_one_is_asked_to_overwrite(
    tmp_path: Path, typed: str
) -> None:
    path, _, _ = write_batch(tmp_path)
    before = path.read_bytes()
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("E", "ctrl+u")
        await type_text(pilot, typed.format(tmp_path))
        await pilot.press("enter")
        reason = "is a folder" if typed == "{}" else "is looked at here"
        await until(pilot, lambda: reason in told(screen))
        assert screen.app.screen is screen
    assert path.read_bytes() == before


async def test_results_saved_into_a_place_that_cannot_be_are_a_note(
    tmp_path: Path, locked: Path
) -> None:
    batch = make_batch(1, output_file_id="file-out")
    app = CannedApp(batch)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, batch.id)
        await pilot.press("i")
        await until_shown(pilot, "Esc back")
        await pilot.press("d")
        await until_shown(pilot, "Save the results")
        await type_text(pilot, f"{locked}/out.jsonl")
        await pilot.press("enter")

        await until(pilot, lambda: any("Permission" in each.message for each in app._notifications))
