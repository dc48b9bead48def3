"""The form of a new batch when things go wrong: nothing typed is lost, nothing is paid twice."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from textual.widgets import Button, Input

from batchtui.config import Profile
from batchtui.errors import ConnectionFailedError, NotKnownError
from batchtui.gateway.server import Gateway
from batchtui.jsonl.validation import Validation
from batchtui.models.file import FileObject
from batchtui.models.limits import OPENAI
from batchtui.tui.form_values import FormError, expiry_seconds, metadata, window
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.create import CreateScreen
from batchtui.workflows import submit as submitting
from batchtui.workflows.submit import Checked, Creating, Submission, Uploaded, Uploading
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import focus, screen_text, type_text, until, until_shown

Submit = Callable[[Any, Submission], AsyncIterator[Any]]


def play(monkeypatch: pytest.MonkeyPatch, submit: Submit) -> list[Submission]:
    """`submit` in place of the workflow; returns what it was asked to submit."""
    asked: list[Submission] = []

    async def noted(session: Any, submission: Submission) -> AsyncIterator[Any]:
        asked.append(submission)
        async for event in submit(session, submission):
            yield event

    monkeypatch.setattr(submitting, "submit", noted)
    return asked


async def test_a_lost_create_is_told_and_never_offered_again(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(session: Any, submission: Submission) -> AsyncIterator[Any]:
        yield Checked(Validation())
        yield Uploaded(FileObject(id="file-1", bytes=10))
        yield Creating("/v1/chat/completions")
        raise NotKnownError("the answer to the create was lost", hint="look at `batches ls`")

    asked = play(monkeypatch, lost)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until_shown(pilot, "It may exist and cost money")
        assert app.screen.query_one("#submit", Button).disabled
        await pilot.press("S", "f2")
        await pilot.pause()
        assert len(asked) == 1


async def test_an_error_stays_on_the_form_and_it_can_be_sent_again(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def refused(session: Any, submission: Submission) -> AsyncIterator[Any]:
        yield Checked(Validation())
        raise ConnectionFailedError("localhost refused the connection", hint="is it running")

    asked = play(monkeypatch, refused)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await focus(pilot, ".key")
        await type_text(pilot, "team")
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until_shown(pilot, "localhost refused the connection")
        assert app.screen.query_one(".key", Input).value == "team"
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until(pilot, lambda: len(asked) == 2)


async def test_escape_stops_an_upload_and_leaves_no_batch(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    stopped: list[bool] = []

    async def endless(session: Any, submission: Submission) -> AsyncIterator[Any]:
        yield Checked(Validation())
        yield Uploading(5_000_000, 10_000_000)
        try:
            await asyncio.Event().wait()
        finally:
            stopped.append(True)

    play(monkeypatch, endless)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until_shown(pilot, "uploading 5.0 MB of 10.0 MB")
        await pilot.press("escape")
        await until_shown(pilot, "stopped; no batch was created")
        await until(pilot, lambda: stopped)
        assert isinstance(app.screen, CreateScreen)
        assert not app.screen.query_one("#submit", Button).disabled


async def test_the_same_content_asks_before_it_costs_again(
    make_app: MakeApp, write_input: WriteInput, gateway: Gateway
) -> None:
    profile = Profile("far", gateway.base_url, kind="compatible", refresh_s=0.1)
    path = write_input(2)
    app = make_app(profile)
    async with app.run_test(size=(80, 24)) as pilot:
        for _ in range(2):
            await app.push_screen(CreateScreen(path))
            await until_shown(pilot, "nothing to object to")
            await pilot.press("S")
            await until(pilot, lambda: not isinstance(app.screen, CreateScreen))
            if isinstance(app.screen, ConfirmScreen):
                break
            await until_shown(pilot, "1 loaded  0 running")
        await until_shown(pilot, "It costs again")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))
        assert len(app.account.batches) == 1
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until(pilot, lambda: len(app.account.batches) == 2)


async def test_a_value_that_cannot_be_sent_is_said_and_nothing_is_sent(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def never(session: Any, submission: Submission) -> AsyncIterator[Any]:
        raise AssertionError
        yield

    asked = play(monkeypatch, never)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await focus(pilot, "#expiry")
        await type_text(pilot, "90 days")
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until_shown(pilot, "from 1 hour to 30 days")
        assert not asked


async def test_a_file_that_went_away_is_said(make_app: MakeApp, tmp_path: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(tmp_path / "gone.jsonl"))
        await until_shown(pilot, "✗")
        assert "gone.jsonl" in screen_text(app)
        assert app.screen.query_one("#submit", Button).disabled


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [("", None), ("30 days", 2_592_000), ("2", 172_800), ("12h", 43_200), ("3600s", 3_600)],
)
def test_expiry(typed: str, seconds: int | None) -> None:
    assert expiry_seconds(typed) == seconds


@pytest.mark.parametrize("typed", ["soon", "-1", "31 days", "30m", "0", "9" * 40])
def test_expiry_refused(typed: str) -> None:
    with pytest.raises(FormError):
        expiry_seconds(typed)


def test_metadata_keeps_to_the_servers_bounds() -> None:
    assert metadata([("a", "1"), ("", ""), (" b ", "")], OPENAI) == {"a": "1", "b": ""}
    for pairs in (
        [("", "1")],
        [("a", "1"), ("a", "2")],
        [("k" * 65, "1")],
        [("a", "v" * 513)],
        [(str(number), "v") for number in range(17)],
    ):
        with pytest.raises(FormError):
            metadata(pairs, OPENAI)


def test_a_window_is_needed() -> None:
    assert window(" 24h ") == "24h"
    with pytest.raises(FormError):
        window(" ")


async def test_quitting_during_an_upload_asks_first(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def endless(session: Any, submission: Submission) -> AsyncIterator[Any]:
        yield Uploading(5_000_000, 10_000_000)
        await asyncio.Event().wait()

    play(monkeypatch, endless)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until_shown(pilot, "uploading 5.0 MB")
        await pilot.press("ctrl+q")
        await until_shown(pilot, "A transfer is running.")
        await pilot.press("n", "ctrl+q", "y")
        await until(pilot, lambda: not app.is_running)
