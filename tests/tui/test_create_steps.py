"""A submission can be stopped at each step before the create, and what was typed stays."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual.widgets import Button, Input

from batchtui.jsonl.progress import Progress
from batchtui.jsonl.validation import Validation
from batchtui.models.file import FileObject
from batchtui.tui.screens.create import CreateScreen
from batchtui.workflows.once import Looking
from batchtui.workflows.submit import (
    Checked,
    Checking,
    Creating,
    Submission,
    SubmitEvent,
    Uploaded,
    Uploading,
)
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import focus, type_text, until, until_shown
from tests.tui.test_create import play

FILE = FileObject(id="file-1", bytes=10)
BEFORE: list[list[SubmitEvent]] = [
    [],
    [Checking(Progress(5, 10))],
    [Checked(Validation())],
    [Checked(Validation()), Uploading(5, 10)],
    [Checked(Validation()), Uploading(10, 10), Uploaded(FILE)],
]
AFTER: list[list[SubmitEvent]] = [
    [Checked(Validation()), Uploaded(FILE), Creating("/v1/chat/completions")],
    [Checked(Validation()), Uploaded(FILE), Creating("/v1/chat/completions"), Looking(1, 5)],
]


def up_to(monkeypatch: pytest.MonkeyPatch, events: list[SubmitEvent]) -> dict[str, bool]:
    """A submission that stands still after `events`; tells whether it is there, and ended."""
    state = {"stands": False, "ended": False}

    async def submit(session: Any, submission: Submission) -> AsyncIterator[Any]:
        try:
            for event in events:
                yield event
            state["stands"] = True
            await asyncio.Event().wait()
        finally:
            state["ended"] = True

    play(monkeypatch, submit)
    return state


@pytest.mark.parametrize("events", BEFORE, ids=["start", "hash", "checked", "upload", "uploaded"])
async def test_escape_stops_and_keeps_what_was_typed(
    make_app: MakeApp,
    write_input: WriteInput,
    monkeypatch: pytest.MonkeyPatch,
    events: list[SubmitEvent],
) -> None:
    state = up_to(monkeypatch, events)
    path = write_input(2)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        await focus(pilot, ".key")
        await type_text(pilot, "team")
        await focus(pilot, "#expiry")
        await type_text(pilot, "12h")
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until(pilot, lambda: state["stands"])
        await pilot.press("escape")
        await until_shown(pilot, "stopped; no batch was created")
        await until(pilot, lambda: state["ended"])
        assert isinstance(app.screen, CreateScreen)
        assert app.screen.query_one(".key", Input).value == "team"
        assert app.screen.query_one("#expiry", Input).value == "12h"
        assert not app.screen.query_one("#submit", Button).disabled
        await pilot.press("escape")
        await until(pilot, lambda: not isinstance(app.screen, CreateScreen))
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        assert app.screen.query_one(".key", Input).value == "team"
        assert app.screen.query_one("#expiry", Input).value == "12h"


@pytest.mark.parametrize("events", AFTER, ids=["create", "looking"])
async def test_a_create_that_is_on_its_way_is_not_stopped(
    make_app: MakeApp,
    write_input: WriteInput,
    monkeypatch: pytest.MonkeyPatch,
    events: list[SubmitEvent],
) -> None:
    state = up_to(monkeypatch, events)
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until(pilot, lambda: state["stands"])
        await pilot.press("escape")
        await until_shown(pilot, "that can not be stopped")
        assert isinstance(app.screen, CreateScreen)
        assert not state["ended"]
