"""Every size from 40x10 on, and names of every kind: nothing overflows, moves or is obeyed."""

from __future__ import annotations

import unicodedata
from pathlib import Path
from typing import Any

import pytest
from rich.cells import cell_len
from textual.pilot import Pilot

from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.too_small import TooSmallScreen
from tests.tui.support import CannedApp, make_batch, screen_lines, screen_text, until, until_shown

SIZES = [(40, 10), (60, 15), (80, 24), (119, 30), (140, 45), (200, 60)]
NAMES = {
    "cjk": "データセット評価用-第三版.jsonl",
    "emoji": "👩‍👩‍👧‍👦 launch 🚀🇩🇪.jsonl",
    "combining": "cafe\u0301-na\u0308ive-a\u0300\u0301\u0302\u0303.jsonl",
    "right-to-left": "\u202eمرحبا-שלום.jsonl",
    "markup": "[bold red]x[/] [link=file:///]y[/link].jsonl",
    "escapes": "\x1b]0;owned\x07\x1b[2J\x1b[31m.jsonl",
    "lines": "one\ntwo\r\nthree\t.jsonl",
    "surrogate": "half\ud83d.jsonl",
    "nothing": " ",
    "long": "x" * 300 + ".jsonl",
}
LONG_ID = "batch_" + "0123456789" * 30


def hostile(name: str) -> CannedApp:
    return CannedApp(
        make_batch(1, "in_progress", id=LONG_ID, model=name, metadata={name: name}),
        make_batch(2, "failed", errors={"data": [{"message": name, "code": name, "line": 1}]}),
        make_batch(3, status=name),
        names={"file-1": name, "file-2": name, "file-3": name},
    )


def assert_sound(app: CannedApp) -> None:
    width, height = app.size
    lines = screen_lines(app)
    assert len(lines) == height
    for line in lines:
        assert cell_len(line) == width, line
        assert not {unicodedata.category(each) for each in line} & {"Cc", "Cs", "Zl", "Zp"}
        assert "\u202e" not in line


@pytest.mark.parametrize("kind", NAMES)
async def test_names_of_every_kind_in_list_detail_and_questions(kind: str) -> None:
    app = hostile(NAMES[kind])
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "3 loaded")
        assert_sound(app)
        for keys in ("x", "escape", "i", "escape", "question_mark", "escape", "slash", "escape"):
            await pilot.press(keys)
            await pilot.pause()
            assert_sound(app)
        await resized(pilot, 140, 45)
        assert_sound(app)
        await resized(pilot, 40, 10)
        assert_sound(app)


async def resized(pilot: Pilot[Any], width: int, height: int) -> None:
    await pilot.resize_terminal(width, height)
    await until(pilot, lambda: tuple(pilot.app.size) == (width, height))
    await pilot.pause()


@pytest.mark.parametrize("size", SIZES, ids=lambda size: f"{size[0]}x{size[1]}")
async def test_every_tab_fits(size: tuple[int, int], tmp_path: Path) -> None:
    app = hostile(NAMES["cjk"])
    app.browse_dir = tmp_path
    (tmp_path / NAMES["cjk"]).write_text("{}\n")
    (tmp_path / NAMES["escapes"].replace("/", "")).write_text("{}\n")
    async with app.run_test(size=size) as pilot:
        await until_shown(pilot, "STATUS")
        for tab in "1231":
            await pilot.press(tab)
            await pilot.pause()
            assert_sound(app)
            assert screen_lines(app)[-1].rstrip().endswith("? help")


async def test_from_large_to_tiny_and_back_keeps_the_place() -> None:
    app = CannedApp(*(make_batch(number) for number in range(1, 200)))
    async with app.run_test(size=(140, 45)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press(*"jjjjjjjjjjjj", "space")
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        chosen = screen.table.cursor_row
        for width, height in [(80, 24), (40, 10), (39, 9), (10, 3), (40, 10), (140, 45)]:
            await resized(pilot, width, height)
            if isinstance(app.screen, TooSmallScreen):
                assert "small" in screen_text(app) or width < 20
                continue
            assert_sound(app)
            assert screen.table.cursor_row == chosen
            assert chosen is not None
            assert f" {chosen.name} " in screen_text(app)
            assert len(screen.table.marks) == 1


async def test_a_resize_under_another_screen() -> None:
    app = CannedApp(*(make_batch(number) for number in range(1, 200)))
    async with app.run_test(size=(140, 45)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("G", "i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await resized(pilot, 40, 10)
        assert_sound(app)
        await pilot.press("escape")
        await until_shown(pilot, "file-199")
        assert_sound(app)


async def test_a_hundred_thousand_batches_by_keys() -> None:
    app = CannedApp()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "0 loaded")
        app.take(*(make_batch(number) for number in range(100_000)))
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        await until(pilot, lambda: len(screen.table.rows) == 100_000)
        await pilot.press("G")
        await until_shown(pilot, "file-99999")
        await pilot.press("space", "o", "o", "O")
        await pilot.press("slash", *"file-9999", "enter")
        await until(pilot, lambda: len(screen.table.rows) == 11)
        await until_shown(pilot, "11 of 100,000")
        assert [row.name for row in screen.table.marked_rows] == ["file-99999"]
        await pilot.press("escape")
        await until(pilot, lambda: len(screen.table.rows) == 100_000)
