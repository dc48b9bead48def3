"""What is on the terminal before the app is: plain, harmless, and gone when it fails."""

from __future__ import annotations

import unicodedata
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from batchtui.tui.first_page import BACK, OTHER_SCREEN, first_frame, first_page

HOSTILE = {"Cc", "Cs", "Zl", "Zp"}
SIZE = {"COLUMNS": "40", "LINES": "10"}


@pytest.fixture(autouse=True)
def small_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in SIZE.items():
        monkeypatch.setenv(name, value)


def shown(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    with first_page(path):
        pass
    return capsys.readouterr().err


def test_numbered_lines_in_the_size_of_the_terminal(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "many.jsonl"
    path.write_text("".join(f'{{"custom_id": "r-{n}", "text": "{"x" * 90}"}}\n' for n in range(50)))
    page = shown(path, capsys).removeprefix(OTHER_SCREEN).split("\r\n")
    assert page[0] == " many.jsonl"
    assert page[2].startswith('      1 {"custom_id": "r-0"')
    assert len(page) == 10
    assert {len(line) for line in page[2:8]} == {40}


@pytest.mark.parametrize("content", [b"", b"\x1f\x8b\x08 packed"])
def test_what_cannot_be_read_as_text_shows_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], content: bytes
) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    assert shown(path, capsys) == ""
    assert shown(tmp_path / "missing", capsys) == ""


def test_a_failure_gives_the_terminal_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "file"
    path.write_text("line")
    with pytest.raises(RuntimeError), first_page(path):
        raise RuntimeError
    assert capsys.readouterr().err.endswith(BACK)


@given(content=st.binary(min_size=1, max_size=400))
def test_nothing_steers_the_terminal_and_everything_fits(
    tmp_path_factory: pytest.TempPathFactory, content: bytes
) -> None:
    path = tmp_path_factory.mktemp("page") / "file"
    path.write_bytes(content)
    with pytest.MonkeyPatch.context() as patch:
        written: list[str] = []
        patch.setattr("sys.stderr.write", written.append)
        with first_page(path):
            pass
    page = "".join(written).removeprefix(OTHER_SCREEN)
    assert "\x1b" not in page
    assert not {unicodedata.category(each) for each in page.replace("\r\n", "")} & HOSTILE
    assert all(cell_len(line) <= 40 for line in page.split("\r\n"))


def test_a_tab_is_there_before_the_app(capsys: pytest.CaptureFixture[str]) -> None:
    with first_frame([" batchtui  \x1b[31mwork @ example.com", " [1 Batches]"], " loading"):
        pass
    page = capsys.readouterr().err.removeprefix(OTHER_SCREEN).split("\r\n")
    assert page[0] == " batchtui  ␛[31mwork @ example.com"
    assert page[1:3] == [" [1 Batches]", "─" * 40]
    assert page[7:] == ["─" * 40, " loading", ""]
    assert len(page) == 10


def test_no_tab_is_drawn_where_it_has_no_room(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("LINES", "5")
    with first_frame([" batchtui", " [1 Batches]"], " loading"):
        pass
    assert not capsys.readouterr().err
