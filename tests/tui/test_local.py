"""The file browser: facts of a JSONL at a glance, hidden files, ways up and down, bad entries."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from batchtui.errors import InputError
from batchtui.tui import entries, places
from batchtui.tui.entries import Entry, in_order, look_into, scan
from batchtui.tui.screens.local import LocalScreen
from batchtui.tui.start import AtDirectory, AtFile
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import screen_lines, screen_text, type_text, until, until_shown


def entry(path: Path) -> Entry:
    return Entry(path.name, path, path.is_dir(), path.stat().st_size)


async def test_browsing(make_app: MakeApp, write_input: WriteInput, tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_input(1_200, name="data/reviews.jsonl")
    (folder / ".hidden").write_text("x")
    (folder / "notes.txt").write_text("hello\n")
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "data/")
        await pilot.press("g", "j", "enter")
        await until_shown(pilot, "1,200")
        assert "chat/completions" in screen_text(app)
        assert "echo" in screen_text(app)
        assert ".hidden" not in screen_text(app)
        await pilot.press("full_stop")
        await until_shown(pilot, ".hidden")
        await pilot.press("G")
        await until_shown(pilot, '{"custom_id":"r-0"')
        await pilot.press("escape", "escape", "h")
        await until_shown(pilot, "data/")
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        await until(
            pilot, lambda: screen.table.cursor_row and screen.table.cursor_row.name == "data"
        )


async def test_the_cursor_begins_on_the_first_jsonl_file(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    (tmp_path / "a.txt").write_text("hello\n")
    (tmp_path / "folder").mkdir()
    write_input(2, name="b.jsonl")
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "b.jsonl")
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        table = screen.table
        await until(pilot, lambda: table.cursor_row and table.cursor_row.name == "b.jsonl")
        screen.go_to(tmp_path.parent)
        await until(pilot, lambda: table.cursor_row and table.cursor_row.is_dir)
        assert table.cursor_row
        assert table.cursor_row.name != ".."


async def test_a_directory_that_cannot_be_read_is_said_and_left_again(
    make_app: MakeApp, tmp_path: Path
) -> None:
    gone = tmp_path / "away"
    gone.mkdir()
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "away/")
        gone.rmdir()
        await pilot.press("g", "j", "enter")
        await until_shown(pilot, "No such file or directory")
        await pilot.press("enter")
        await until(pilot, lambda: "No such file" not in screen_text(app))


async def test_bad_entries_are_rows_with_their_reason(make_app: MakeApp, tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe.jsonl")
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    (tmp_path / "[b]\x1b]0;evil\x07.jsonl").write_text("x")
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(120, 24)) as pilot:
        await until_shown(pilot, "not a regular file")
        await until_shown(pilot, "[b]␛]0;evil␇.jsonl")
        assert "loop" in screen_text(app)


async def test_a_file_opens_at_its_line(make_app: MakeApp, write_input: WriteInput) -> None:
    app = make_app(start=AtFile(write_input(50), 40))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "40 of 50")
        await pilot.press("escape")
        await until_shown(pilot, "[3 Local]")


async def test_twenty_thousand_entries_can_be_filtered(make_app: MakeApp, tmp_path: Path) -> None:
    crowd = tmp_path / "crowd"
    crowd.mkdir()
    for number in range(20_000):
        (crowd / f"{number:05}.txt").touch()
    app = make_app(start=AtDirectory(crowd))
    async with app.run_test(size=(80, 24)) as pilot:
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        await until(pilot, lambda: screen.table.rows.total() == 20_001)
        await pilot.press("slash")
        await type_text(pilot, "19999")
        await until_shown(pilot, "19999.txt")
        await pilot.press("enter")
        await until(pilot, lambda: "1 of 20,001" in screen_lines(app)[-2])


def test_scan_comes_in_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(entries, "FIRST_PORTION", 3)
    for number in range(7):
        (tmp_path / f"{number}").touch()
    portions = list(scan(tmp_path))
    assert [len(portion) for portion in portions] == [3, 4]


def test_scan_of_nothing_says_why(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        list(scan(tmp_path / "gone"))


def test_directories_come_first_and_the_way_up_before_them(tmp_path: Path) -> None:
    (tmp_path / "b").mkdir()
    for name in ("c.txt", "A.txt"):
        (tmp_path / name).touch()
    found = [each for portion in scan(tmp_path) for each in portion]
    assert [each.name for each in in_order(found, tmp_path)] == ["..", "b", "A.txt", "c.txt"]
    assert not in_order([], Path("/"))


def test_what_would_cost_too_much_is_not_looked_into(
    write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write_input(3)
    assert look_into(entry(path)).lines == 3
    assert look_into(entry(path)).problems == 0
    monkeypatch.setattr(entries, "COUNTED_BYTES", 10)
    monkeypatch.setattr(entries, "VALIDATED_BYTES", 10)
    known = look_into(entry(path))
    assert known.lines is None
    assert known.problems is None
    assert known.endpoint == "/v1/chat/completions"


def test_a_file_that_went_away_is_a_row_with_its_reason(tmp_path: Path) -> None:
    gone = Entry("gone", tmp_path / "gone", is_dir=False, size_bytes=1)
    assert look_into(gone).trouble


async def test_letters_in_order_are_enough_where_no_name_has_the_word(
    make_app: MakeApp, tmp_path: Path
) -> None:
    for name in ("reviews-07.jsonl", "tickets-07.jsonl", "corpus.txt"):
        (tmp_path / name).touch()
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "reviews-07")
        await pilot.press("slash")
        await type_text(pilot, "tix07")
        await until(pilot, lambda: "reviews" not in screen_text(app))
        await pilot.press("escape", "slash")
        await type_text(pilot, "tks07")
        await until_shown(pilot, "tickets-07")
        assert "reviews" not in screen_text(app)
        await pilot.press("escape", "slash")
        await type_text(pilot, "cor")
        await until(pilot, lambda: "tickets" not in screen_text(app))
        assert "corpus.txt" in screen_text(app)


async def test_folders_used_lately_are_one_key_away(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path, machine: Path
) -> None:
    for name in ("one", "two"):
        (tmp_path / name).mkdir()
        write_input(1, name=f"{name}/{name}.jsonl")
    app = make_app(start=AtDirectory(tmp_path / "one"))
    async with app.run_test(size=(120, 24)) as pilot:
        await until_shown(pilot, "one.jsonl")
        await pilot.press("G", "enter")
        await until_shown(pilot, "Question 0")
        await pilot.press("escape")
        await until_shown(pilot, "[3 Local]")
    app = make_app(start=AtDirectory(tmp_path / "two"))
    async with app.run_test(size=(120, 24)) as pilot:
        await until_shown(pilot, "two.jsonl")
        await pilot.press("b")
        await until_shown(pilot, str(machine))
        await pilot.press("enter")
        await until_shown(pilot, "one.jsonl")
        await pilot.press("b")
        await until_shown(pilot, "FOLDER")
        await until_shown(pilot, "one")
        await pilot.press("D")
        await until(pilot, lambda: str(tmp_path / "one") not in screen_text(app))
        await pilot.press("escape")
        await until_shown(pilot, "one.jsonl")


async def test_a_new_copy_and_an_edit_are_seen_on_coming_back(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    path = write_input(2)
    path.write_text(path.read_text().replace("POST", "GETT"))
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "✗ 2 problems")
        await pilot.press("G", "v")
        await until_shown(pilot, "f set POST")
        await pilot.press("f")
        await until_shown(pilot, "nothing to object to")
        write_input(2)
        await pilot.press("escape")
        await until_shown(pilot, "in.fixed.jsonl")
        await until(pilot, lambda: "problems" not in screen_text(app))


def test_an_unreadable_record_of_folders_is_no_trouble(machine: Path) -> None:
    from batchtui import paths

    record = paths.state_dir() / "directories.json"
    record.parent.mkdir(parents=True)
    for text in ("{", "{}", "[1, null]", '["\\u0000"]'):
        record.write_text(text)
        assert places.recent() == []
    places.note(machine)
    assert places.recent() == [machine]
