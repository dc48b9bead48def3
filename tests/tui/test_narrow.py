"""What gives way where there is little room, and what is kept."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchtui.tui.memory import Memory, save
from batchtui.tui.plain_ids import short_file_name
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import CannedApp, make_batch, screen_lines, screen_text, until, until_shown
from tests.tui.test_retry import started, until_final

COUNTS = {"total": 200, "completed": 193, "failed": 7}


async def test_tabs_are_kept_whole_and_statistics_give_way() -> None:
    app = CannedApp(
        make_batch(1, "in_progress", request_counts=COUNTS),
        make_batch(2, "failed", request_counts=None),
        names={"file-1": "reviews-07.jsonl"},
    )
    async with app.run_test(size=(60, 20)) as pilot:
        await until_shown(pilot, "reviews")
        tabs = screen_lines(app)[1]
        assert "[1 Batches] 2 Files  3 Local  4 Jobs" in tabs
        assert tabs.rstrip().endswith(" 1 failed")
        assert "running" not in tabs
        await pilot.resize_terminal(80, 20)
        await until_shown(pilot, "2 loaded  1 running  1 failed")


async def test_how_many_failed_is_kept_longer_than_age() -> None:
    app = CannedApp(make_batch(1, request_counts=COUNTS), names={"file-1": "reviews-07.jsonl"})
    async with app.run_test(size=(60, 20)) as pilot:
        await until_shown(pilot, "200/200")
        head, row = screen_lines(app)[3:5]
        assert head.split() == ["STATUS", "INPUT", "PROGRESS", "FAILED"]
        assert row.rstrip().endswith(" 7")
        assert "! done" in row


@pytest.mark.parametrize(
    ("name", "shown"),
    [
        ("batch_066168713606cf3f22800f6902160ee2_output.jsonl", "batch_..0ee2_output"),
        ("batch_066168713606cf3f22800f6902160ee2_error.jsonl", "batch_..0ee2_error"),
        ("066168713606cf3f.jsonl", "..cf3f"),
        ("reviews-07.jsonl", "reviews-07.jsonl"),
        ("internationalization2026.jsonl", "internationalization2026.jsonl"),
    ],
)
def test_names_made_of_ids_keep_the_end_of_the_id(name: str, shown: str) -> None:
    assert short_file_name(name) == shown


async def test_result_files_are_told_apart(make_app: MakeApp, write_input: WriteInput) -> None:
    app = make_app()
    assert app.profile is not None
    ids = [await started(app.profile, write_input(n, model="echo-once-50")) for n in (20, 21)]
    async with app.run_test(size=(80, 24)) as pilot:
        for each in ids:
            await until_final(pilot, app, each)
        await pilot.press("2")
        await until_shown(pilot, "6 files")
        for each in ids:
            for kind in ("output", "error"):
                assert f"batch_..{each[-4:]}_{kind}" in screen_text(app)


async def test_without_a_connection_the_tabs_say_so(make_app: MakeApp) -> None:
    app = make_app(None)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "Three ways to connect")
        await pilot.press("2")
        await until_shown(pilot, "Files of a server. Not connected: press 1 to see how.")
        assert "upload" not in screen_lines(app)[-1]
        await pilot.press("u")
        await until(pilot, lambda: screen_text(app).count("Not connected: press 1") == 2)
        await pilot.press("4")
        await until_shown(pilot, "No jobs yet")
        await pilot.press("1")
        await until_shown(pilot, "Three ways to connect")


async def test_an_app_that_begins_on_files_lists_them(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    memory = tmp_path / "memory.json"
    save(Memory(tab="files"), memory)
    app = make_app(memory_file=memory)
    assert app.profile is not None
    await started(app.profile, write_input(3))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "in.jsonl")
        assert "[2 Files]" in screen_text(app)
