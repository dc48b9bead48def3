"""What the form of a new batch shows is what is checked and sent, and a failure is told whole."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import pytest
from textual.pilot import Pilot
from textual.widgets import Button, Input

from batchtui.config import Profile
from batchtui.errors import ConnectionFailedError
from batchtui.gateway.server import Gateway
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.validation import Validation
from batchtui.models.file import FileObject
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.problems import ProblemsScreen
from batchtui.tui.submit_steps import Steps
from batchtui.tui.widgets.spans import spans
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
from tests.tui.support import focus, screen_lines, screen_text, type_text, until, until_shown
from tests.tui.test_create import play
from tests.tui.test_create_steps import BEFORE, up_to

CHAT = "/v1/chat/completions"


async def refuse(session: Any, submission: Submission) -> AsyncIterator[Any]:
    yield Checked(Validation())
    yield Checking(Progress(10, 10))
    yield Uploading(10, 10)
    yield Uploaded(FileObject(id="file-1", bytes=10))
    yield Creating(submission.endpoint or "")
    raise ConnectionFailedError(
        f"127.0.0.1:46675 answered 400 Bad Request: Unsupported endpoint {submission.endpoint!r}.",
        hint="is the server running at 127.0.0.1:46675, and does it know this very endpoint",
    )


def said(pilot: Pilot[Any]) -> str:
    """The text of the screen, without its breaks."""
    app: Any = pilot.app
    return " ".join(screen_text(app).split())


async def type_endpoint(pilot: Pilot[Any], text: str) -> None:
    await focus(pilot, "#endpoint")
    await pilot.press("ctrl+u")
    await type_text(pilot, text)


async def test_a_cleared_endpoint_is_that_of_the_file_again(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(5)))
        await until_shown(pilot, "nothing to object to")
        await type_endpoint(pilot, f"{CHAT}xx")
        await pilot.press("f2")
        await until_shown(pilot, "5 problems")
        asked = play(monkeypatch, refuse)
        await type_endpoint(pilot, "")
        await pilot.press("f2")
        await until(pilot, lambda: asked)
        assert asked[0].endpoint == CHAT
        assert not asked[0].anyway
        assert asked[0].validation is None


@pytest.mark.parametrize("way", ["tab", "enter"])
async def test_what_was_found_for_another_endpoint_is_marked_and_found_anew(
    make_app: MakeApp, write_input: WriteInput, way: str
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(5)))
        await until_shown(pilot, "nothing to object to")
        await type_endpoint(pilot, "/v1/embeddings")
        await until_shown(pilot, "typed, not the file's")
        await until_shown(pilot, "the endpoint is another one than at the check")
        assert "nothing to object to" not in screen_text(app)
        await pilot.press(way)
        await until_shown(pilot, "5 problems")
        assert str(app.screen.query_one("#submit", Button).label) == "Submit anyway"
        await type_endpoint(pilot, "")
        await until_shown(pilot, "the endpoint is another one than at the check")
        assert "url_mismatch" not in screen_text(app)
        assert str(app.screen.query_one("#submit", Button).label) == "Submit"
        await pilot.press(way)
        await until_shown(pilot, "nothing to object to")
        assert app.screen.query_one("#endpoint", Input).value == CHAT
        await until_shown(pilot, "from the file")


async def test_errors_that_nobody_saw_are_not_sent_anyway(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    path = write_input(3)
    path.write_text(path.read_text().replace("POST", "GETT"))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "3 problems")
        await type_endpoint(pilot, "/v1/embeddings")
        await pilot.press("f2")
        await until_shown(pilot, "6 problems")
        assert not app.account.batches


async def test_a_file_written_since_the_check_is_checked_again(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    path = write_input(3)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        path.write_text(path.read_text().replace("POST", "GETT") + "\n")
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until_shown(pilot, "3 problems")
        assert not app.account.batches


async def test_nothing_can_be_typed_while_it_is_on_its_way(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    state = up_to(monkeypatch, BEFORE[3])
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("f2")
        await until(pilot, lambda: state["stands"])
        assert not app.screen.query_one("#window").focusable
        await pilot.press("escape")
        await until_shown(pilot, "− uploading 5 B of 10 B: stopped here")
        assert "create the batch: not begun" in screen_text(app)
        assert app.screen.query_one("#window").focusable


async def test_a_failure_is_told_whole_with_the_step_it_failed_in(
    make_app: MakeApp, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    play(monkeypatch, refuse)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("f2")
        await until_shown(pilot, f"✗ creating the batch on {CHAT}: failed here")
        text = said(pilot)
        assert f"400 Bad Request: Unsupported endpoint '{CHAT}'. Is the server" in text
        assert "and does it know this very endpoint" in text
        assert "✓ checked 0 requests" in text
        assert "✓ uploaded 10 B" in text
        assert "●" not in text


def test_a_step_that_is_over_says_so() -> None:
    def lines(how: Any, *events: SubmitEvent) -> list[str]:
        steps = Steps()
        for event in events:
            steps.take(event, 0.0)
        steps.end(how)
        return ["".join(text for text, _ in spans(line)) for line in steps.lines[1:]]

    checked = Checked(Validation())
    assert lines("failed", Checking(Progress(5, 10))) == [
        "✗ checking 5 B of 10 B: failed here",
        "  upload: not begun",
        "  create the batch: not begun",
    ]
    assert lines("stopped", checked, Checking(Progress(5, 10)))[:2] == [
        "✓ checked 0 requests",
        "− reading 5 B of 10 B: stopped here",
    ]
    uploaded = Uploaded(FileObject(id="f", bytes=1))
    last = lines("unknown", checked, uploaded, Creating("/v1/x"))[2]
    assert last == "? creating the batch on /v1/x: its answer was lost"


async def test_after_a_no_to_the_same_content_the_form_says_so(
    make_app: MakeApp, write_input: WriteInput, gateway: Gateway
) -> None:
    profile = Profile("far", gateway.base_url, kind="compatible", refresh_s=0.1)
    path = write_input(2)
    app = make_app(profile)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("f2")
        await until(pilot, lambda: len(app.account.batches) == 1)
        await until(pilot, lambda: app.current_mode == "batches")
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("escape")
        await until_shown(pilot, "− not submitted again: batch_")
        (batch_id,) = app.account.batches
        assert f"{batch_id} has this content" in said(pilot)
        assert "LINE" not in screen_text(app)
        assert "✗" not in screen_text(app)


async def test_the_chosen_problem_is_told_whole(make_app: MakeApp, write_input: WriteInput) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(3)))
        await until_shown(pilot, "nothing to object to")
        await type_endpoint(pilot, f"{CHAT}-of-another-kind")
        await pilot.press("enter")
        await until_shown(pilot, "url_mismatch")
        whole = f"url is '{CHAT}', and that of the batch is '{CHAT}-of-another-kind'."
        await until(pilot, lambda: whole in said(pilot))
        assert "Put requests for different endpoints into different files." in said(pilot)


async def test_enter_goes_from_field_to_field_and_on_to_submit(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await focus(pilot, "#endpoint")
        for selector in ("#window", "#expiry", ".key", ".value", "#submit"):
            await pilot.press("enter")
            await until(pilot, lambda at=selector: app.screen.query_one(at).has_focus)  # type: ignore[misc]


@pytest.mark.parametrize(
    ("selector", "text", "complaint"),
    [
        ("#window", "data", "window: '24hdata' is no time; write for example 24h"),
        ("#expiry", "90 days", "results expire after: from 1 hour to 30 days"),
    ],
)
async def test_a_value_that_cannot_be_sent_is_told_while_it_is_typed(
    make_app: MakeApp, write_input: WriteInput, selector: str, text: str, complaint: str
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "nothing to object to")
        await focus(pilot, selector)
        await type_text(pilot, text)
        await until_shown(pilot, complaint)
        await pilot.press("f2")
        await until_shown(pilot, f"✗ {complaint}")
        assert not app.account.batches


async def test_without_an_endpoint_anywhere_the_form_asks_for_one(
    make_app: MakeApp, write_input: WriteInput
) -> None:
    path = write_input(2)
    path.write_text(path.read_text().replace('"url"', '"uri"'))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "problems")
        assert "the file names none" in screen_text(app)
        assert "write one" in screen_text(app)
        await pilot.press("S")
        await until_shown(pilot, "✗ endpoint: the file names none, so write one")


async def test_only_keys_that_act_are_offered(make_app: MakeApp, write_input: WriteInput) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await app.push_screen(CreateScreen(write_input(2)))
        await until_shown(pilot, "e edit  v check again  S submit")
        await pilot.press("escape")
        await app.push_screen(ProblemsScreen(write_input(2)))
        await until_shown(pilot, "e edit  v check again  c new batch")


@pytest.mark.parametrize("size", [(60, 15), (40, 10)], ids=str)
async def test_on_a_small_screen_the_rest_scrolls_and_the_keys_stay(
    make_app: MakeApp, write_input: WriteInput, size: tuple[int, int]
) -> None:
    path = write_input(3)
    path.write_text(path.read_text().replace("POST", "GETT"))
    app = make_app()
    async with app.run_test(size=size) as pilot:
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "method is 'GETT'"[: size[0] // 4])
        assert "Enter open line" in screen_lines(app)[-1]
        assert screen_lines(app)[-1].rstrip().endswith("? help")
        await focus(pilot, "#back")
        await until_shown(pilot, "Back    Fix 3 into a copy")
        assert screen_lines(app)[-1].rstrip().endswith("? help")
        await focus(pilot, "#endpoint")
        await until_shown(pilot, "Endpoint     /v1/chat/")
        assert screen_lines(app)[-1].rstrip().endswith("F1 help")
