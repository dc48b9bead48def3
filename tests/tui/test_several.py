"""Several files marked: one batch each, one after the other; a failure stops and says where."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from batchtui.config import Profile
from batchtui.errors import ConnectionFailedError, NotKnownError
from batchtui.gateway.server import Gateway
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.local import LocalScreen
from batchtui.tui.screens.problems import ProblemsScreen
from batchtui.tui.screens.several import SeveralScreen
from batchtui.tui.start import AtDirectory
from batchtui.workflows import submit as submitting
from batchtui.workflows.submit import Creating, Submission
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import screen_text, until, until_shown


async def test_marked_files_become_one_batch_each(
    make_app: MakeApp, write_input: WriteInput, tmp_path: Path
) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    write_input(2, name="data/b.jsonl")
    write_input(3, name="data/c.jsonl")
    app = make_app(start=AtDirectory(folder))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "c.jsonl")
        await pilot.press("asterisk", "c")
        await until_shown(pilot, "S submits them one after the other")
        assert "5 requests in 2 files" in screen_text(app)
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "batches")
        assert len(app.account.batches) == 2


@pytest.fixture
def three(write_input: WriteInput) -> list[Path]:
    return [write_input(number, name=f"{name}.jsonl") for number, name in enumerate("abc", start=1)]


async def test_a_file_with_problems_stops_the_row_and_is_left_out(
    make_app: MakeApp, three: list[Path]
) -> None:
    three[1].write_text("no json\n")
    app = make_app()
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: app.session)
        await app.push_screen(SeveralScreen(three))
        await until_shown(pilot, "1 file would not get through: b.jsonl")
        await pilot.press("S")
        await until_shown(pilot, "stopped at b.jsonl")
        await until_shown(pilot, "1 created, 2 not")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ProblemsScreen))
        await until_shown(pilot, "invalid_json_line")
        await pilot.press("q", "x", "S")
        await until(pilot, lambda: app.current_mode == "batches")
        await until_shown(pilot, "c.jsonl")
        await until(pilot, lambda: len(app.account.batches) == 2)


async def test_what_the_server_refuses_stops_and_can_be_tried_again(
    make_app: MakeApp, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    real, calls = submitting.submit, []

    async def once_down(session: Any, submission: Submission) -> AsyncIterator[Any]:
        calls.append(submission.path.name)
        if len(calls) == 2:
            raise ConnectionFailedError("localhost refused the connection")
        async for event in real(session, submission):
            yield event

    monkeypatch.setattr(submitting, "submit", once_down)
    app = make_app()
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: app.session)
        await app.push_screen(SeveralScreen(three))
        await until_shown(pilot, "6 requests in 3 files")
        await pilot.press("S")
        await until_shown(pilot, "stopped at b.jsonl: localhost refused the connection")
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "batches")
        assert calls == ["a.jsonl", "b.jsonl", "b.jsonl", "c.jsonl"]


async def test_a_lost_create_is_never_sent_again(
    make_app: MakeApp, three: list[Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    calls = []

    async def lost(session: Any, submission: Submission) -> AsyncIterator[Any]:
        calls.append(submission.path.name)
        yield Creating("/v1/chat/completions")
        raise NotKnownError("the answer to the create was lost")

    monkeypatch.setattr(submitting, "submit", lost)
    app = make_app()
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: app.session)
        await app.push_screen(SeveralScreen(three[:1]))
        await until_shown(pilot, "1 request in 1 file")
        await pilot.press("S")
        await until_shown(pilot, "it may exist")
        await pilot.press("S", "v", "S")
        await until_shown(pilot, "? not known")
        assert calls == ["a.jsonl"]


async def test_what_was_submitted_before_asks_first(
    make_app: MakeApp, three: list[Path], gateway: Gateway
) -> None:
    app = make_app(Profile("far", gateway.base_url, kind="compatible", refresh_s=0.1))
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: app.session)
        await app.push_screen(SeveralScreen(three[:2]))
        await until_shown(pilot, "S submits them")
        await pilot.press("S")
        await until(pilot, lambda: len(app.account.batches) == 2)
        await until(pilot, lambda: not isinstance(app.screen, SeveralScreen))
        await app.push_screen(SeveralScreen(three))
        await until_shown(pilot, "S submits them")
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("n")
        await until_shown(pilot, "stopped at a.jsonl: submitted before")
        assert len(app.account.batches) == 2


async def test_much_money_is_asked_about_once_for_all(
    make_app: MakeApp, write_input: WriteInput, gateway: Gateway
) -> None:
    paths = [write_input(2, name=name, model="gpt-4o") for name in ("a.jsonl", "b.jsonl")]
    app = make_app(Profile("far", gateway.base_url, kind="local", confirm_above_usd=0.0))
    async with app.run_test(size=(120, 24)) as pilot:
        await until(pilot, lambda: app.session)
        await app.push_screen(SeveralScreen(paths))
        await until_shown(pilot, "S submits them")
        await pilot.press("S")
        await until_shown(pilot, "Submit 2 files, 4 requests?")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, SeveralScreen))
        assert not app.account.batches


async def test_marked_files_are_uploaded_one_after_the_other(
    make_app: MakeApp, three: list[Path]
) -> None:
    app = make_app(start=AtDirectory(three[0].parent))
    async with app.run_test(size=(120, 24)) as pilot:
        await until_shown(pilot, "c.jsonl")
        screen = app.screen
        assert isinstance(screen, LocalScreen)
        screen.table.marks.update(str(path) for path in three)
        await pilot.press("u")
        await until_shown(pilot, "uploaded c.jsonl")
        assert "file 3 of 3" in screen_text(app)
