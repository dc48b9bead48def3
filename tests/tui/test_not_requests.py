"""Files that are no batch input: Local says in a word what each is, the form the way out."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from textual.widgets import Button

from batchtui.jsonl.facts import peek
from batchtui.tui.entries import Entry, look_into
from batchtui.tui.not_requests import sentence
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.local import LocalScreen
from batchtui.tui.screens.problems import ProblemsScreen
from batchtui.tui.screens.several import SeveralScreen
from batchtui.tui.start import AtDirectory
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import screen_lines, screen_text, until, until_shown

RESULT = {"custom_id": "a", "response": {"status_code": 200, "body": {}}, "error": None}
FILES = {
    "array.jsonl": (json.dumps([{"a": 1}, {"a": 2}]), "✗ one JSON array", "jq -c '.[]'"),
    "blank.jsonl": ("\n\n", "✗ blank lines only", "blank lines only, and a batch input"),
    "data.csv": ("id,text\r\n1,hello\r\n", "table", "batchtui prepare data.csv -o data.new.jsonl"),
    "empty.jsonl": ("", "✗ empty", "this file is empty, and a batch input"),
    "notes.jsonl": ("hello\nyou\n", "✗ not JSON lines", "this is text, not JSON"),
    "out.jsonl": (json.dumps(RESULT) + "\n", "results", "results of a batch, not requests"),
    "pretty.json": (json.dumps({"a": [1]}, indent=2), "one JSON document", "over many lines"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    found = tmp_path / "data"
    found.mkdir()
    for name, (content, _, _) in FILES.items():
        (found / name).write_bytes(content.encode())
    (found / "packed.jsonl").write_bytes(b"\0\1\2" * 99)
    return found


async def test_local_says_in_a_word_what_each_file_is(make_app: MakeApp, folder: Path) -> None:
    app = make_app(start=AtDirectory(folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "✗ binary")
        lines = screen_lines(app)
        for name, (_, word, _) in FILES.items():
            (row,) = (line for line in lines if f" {name} " in line)
            assert word in row
        await pilot.press("g", "j", "j", "j")
        await until(pilot, lambda: " id,text " in screen_lines(app)[-2])
        await pilot.press("j")
        await until_shown(pilot, "this file is empty")


@pytest.mark.parametrize("name", FILES)
async def test_the_form_says_what_the_file_is_and_the_way(
    make_app: MakeApp, folder: Path, name: str
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(folder / name))
        await until_shown(pilot, "a batch input has" if name != "out.jsonl" else "not requests")
        assert FILES[name][2] in " ".join(screen_text(app).split())
        assert app.screen.query_one("#submit", Button).disabled is (name != "notes.jsonl")
        assert ("invalid_json_line" in screen_text(app)) is (name == "notes.jsonl")


async def test_of_several_files_the_one_that_is_a_table_says_so(
    make_app: MakeApp, folder: Path, write_input: WriteInput
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 24)) as pilot:
        await app.push_screen(SeveralScreen([write_input(1), folder / "data.csv"]))
        await until_shown(pilot, "would not get through: data.csv")
        await until_shown(pilot, "this is a table")


def test_names_are_quoted_for_a_shell(tmp_path: Path) -> None:
    path = tmp_path / "my $(data).csv"
    path.write_text("id,the text's\n1,x\n")
    said = "".join(text for text, _ in sentence(peek(path), path))
    assert "prepare 'my $(data).csv' -o 'my $(data).new.jsonl'" in said
    assert "'... {the texts} ...'" in said


async def test_what_is_wrong_with_a_file_that_cannot_be_read_is_said(
    make_app: MakeApp, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    (folder / "gone.jsonl").symlink_to(folder / "nowhere")
    app = make_app(start=AtDirectory(folder))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "✗ a link to nothing")
        await until(pilot, lambda: app.session)
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        for key in ("c", "enter", "v", "u"):
            app.clear_notifications()
            app._noted_s.clear()
            await until(pilot, lambda: "gone.jsonl: a link" not in screen_text(app))
            await pilot.press(key)
            await until_shown(pilot, "gone.jsonl: a link to nothing")
            assert app.screen is screen
        assert "Enter" not in screen_lines(app)[-1]


def test_the_reason_leaves_out_the_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "noread.jsonl"
    path.write_text("{}\n")

    def denied(*_: object, **__: object) -> None:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", denied)
    assert look_into(Entry(path.name, path, is_dir=False)).trouble == "Permission denied"


async def test_the_problems_of_a_table_are_that_it_is_one(make_app: MakeApp, folder: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(ProblemsScreen(folder / "data.csv"))
        await until_shown(pilot, "this is a table")
        assert "LINE" not in screen_text(app)
        assert "v check again" in screen_lines(app)[-1]
