"""The whole main job by keyboard alone at 80x24: browse, create, watch, read."""

from __future__ import annotations

from pathlib import Path

from textual.widgets import Input

from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.local import LocalScreen
from batchtui.tui.screens.problems import ProblemsScreen
from batchtui.tui.start import AtDirectory
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import focus, screen_text, type_text, until, until_shown


async def test_from_a_file_on_disk_to_a_readable_answer(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    write_input(5, name="reviews.jsonl")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet. Press 3")

        await pilot.press("3")
        await until_shown(pilot, "reviews.jsonl")
        await until_shown(pilot, "chat/completions")
        await pilot.press("G")
        await pilot.press("c")
        await until_shown(pilot, "5 requests, nothing to object to")
        assert "echo   on every line" in screen_text(app)

        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "batches")
        await until_shown(pilot, "done")
        assert "reviews.jsonl" in screen_text(app)
        assert "5/5" in screen_text(app)

        await pilot.press("enter")
        await until(pilot, lambda: "Viewer" in type(app.screen).__name__)
        await until_shown(pilot, "Question 0")
        await pilot.press("escape")
        await until(pilot, lambda: app.screen.id is None and app.current_mode == "batches")
        assert app.return_code is None

        await pilot.press("3")
        await until(pilot, lambda: isinstance(app.screen, LocalScreen))


async def test_metadata_and_expiry_are_sent_and_shown_in_the_detail(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    path = write_input(2)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "2 requests, nothing to object to")
        for selector, text in (("#expiry", "2 days"), (".key", "team"), (".value", "ads")):
            await focus(pilot, selector)
            await type_text(pilot, text)
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until_shown(pilot, "done")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await until_shown(pilot, "team=ads")


async def test_problems_come_with_their_lines_before_anything_is_sent(
    make_app: MakeApp, tmp_path: Path
) -> None:
    line = '{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions", "body": %s}\n'
    body = '{"model": "echo", "messages": [{"role": "user", "content": "x"}]}'
    (tmp_path / "twice.jsonl").write_text((line % body) * 2 + "not json\n")
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "✗ 2 problems")
        await pilot.press("G", "v")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))
        await until_shown(pilot, "2 problems: the server would refuse this file")
        assert "duplicate_custom_id" in screen_text(app)
        assert "invalid_json_line" in screen_text(app)
        await until_shown(pilot, "Give each line its own custom_id.")

        await pilot.press("escape", "c")
        await until_shown(pilot, "Submit anyway")
        await pilot.press("g", "j", "enter")
        await until(pilot, lambda: "Viewer" in type(app.screen).__name__)
        await until_shown(pilot, "3 of 3")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))
        assert not app.account.batches


async def test_what_was_typed_is_kept_when_the_form_is_left(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    path = write_input(2)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        await focus(pilot, ".key")
        await type_text(pilot, "team")
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, CreateScreen))
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        assert app.screen.query_one(".key", Input).value == "team"


async def test_a_failed_batch_opens_its_errors_with_their_lines(
    make_app: MakeApp, tmp_path: Path
) -> None:
    (tmp_path / "bad.jsonl").write_text("not json\n")
    app = make_app(start=AtDirectory(tmp_path))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "bad.jsonl")
        await app.push_screen(CreateScreen(tmp_path / "bad.jsonl"))
        await until_shown(pilot, "Submit anyway")
        await focus(pilot, "#endpoint")
        await type_text(pilot, "/v1/chat/completions")
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until(pilot, lambda: app.current_mode == "batches")
        await until_shown(pilot, "✗ failed")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        assert "line        1" in screen_text(app)
