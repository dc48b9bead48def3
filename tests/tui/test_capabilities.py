"""What a server cannot do is not offered, and said when asked for; the doctor finds it out."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace

import pytest

from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.tui import needs
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.doctor import DoctorScreen
from batchtui.workflows.capabilities import Capabilities
from tests.relay import Call, Fault, Forward, answer, relay
from tests.tui.conftest import MakeApp
from tests.tui.support import CannedApp, make_batch, screen_lines, screen_text, until, until_shown
from tests.tui.test_bindings import node_types, own_bindings

NO_CANCEL = Capabilities(batch_cancel=False, files_list=False, why={"batch_cancel": "Not here"})


def without_cancel(call: Call) -> Fault | None:
    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        document = {"error": {"message": "Invalid URL (POST /v1/batches/x/cancel)"}}
        writer.write(answer(404, json.dumps(document).encode(), "application/json"))

    return fault if call.path.endswith("/cancel") else None


async def test_a_missing_call_is_not_offered_and_its_key_says_why() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    async with app.run_test(size=(80, 50), notifications=True) as pilot:
        await until_shown(pilot, "x cancel")
        app.account.capabilities = NO_CANCEL
        app.screen.refresh_bindings()
        await until(pilot, lambda: "x cancel" not in screen_lines(app)[-1])
        await pilot.press("x")
        await until_shown(pilot, "cannot cancel a batch (Not here)")
        assert isinstance(app.screen, BatchesScreen)
        await pilot.press("2")
        await until_shown(pilot, "files can be read by id only")
        await pilot.press("question_mark")
        await until_shown(pilot, "This server cannot cancel a batch")


async def test_a_read_only_profile_offers_no_change() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    assert app.profile is not None
    app.connection.profile = replace(app.profile, read_only=True)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "Enter detail")
        assert "x cancel" not in screen_lines(app)[-1]
        await pilot.press("x")
        await until_shown(pilot, "profile litellm is read-only")


@pytest.mark.parametrize("changing", sorted(needs.CHANGES))
def test_every_change_is_refused_before_it_starts(changing: str) -> None:
    app = CannedApp()
    assert app.profile is not None
    assert needs.why_not(app, changing) is None
    app.connection.profile = replace(app.profile, read_only=True)
    assert needs.why_not(app, changing) == "profile litellm is read-only"


def test_what_changes_is_bound_somewhere() -> None:
    bound = {binding.id for node in node_types() for binding in own_bindings(node)}
    assert bound >= needs.CHANGES


async def test_results_that_cannot_be_read_are_not_opened() -> None:
    app = CannedApp(make_batch(1, output_file_id="file-out"))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "file-1")
        app.account.capabilities = Capabilities(file_content=False)
        await pilot.press("enter")
        await until_shown(pilot, "cannot download a file")
        assert isinstance(app.screen, BatchesScreen)


async def test_the_app_finds_out_by_itself(gateway: Gateway, make_app: MakeApp) -> None:
    async with relay(gateway.base_url, without_cancel) as url:
        app = make_app(Profile("other", url))
        async with app.run_test(size=(80, 24)) as pilot:
            await until(pilot, lambda: app.account.capabilities)
            known = app.account.capabilities
            assert known is not None
            assert (known.batch_cancel, known.file_delete) == (False, True)
            await until(pilot, lambda: "x cancel" not in screen_lines(app)[-1])


async def test_the_doctor_tells_of_the_server_and_the_terminal(
    gateway: Gateway, make_app: MakeApp, monkeypatch: pytest.MonkeyPatch
) -> None:
    copied: list[str] = []
    async with relay(gateway.base_url, without_cancel) as url:
        app = make_app(Profile("other", url))
        async with app.run_test(size=(80, 30)) as pilot:
            monkeypatch.setattr(app, "copy_to_clipboard", copied.append)
            await until_shown(pilot, "No batches yet")
            await app.run_action("doctor")
            await until_shown(pilot, "it works, with 1 limit")
            text = screen_text(app)
            for part in ("TERM=xterm-256color", "connection", "batches run to their end"):
                assert part in text
            await pilot.press("y")
            assert "warning  cancel a batch" in copied[0]
            await pilot.press("escape")
            await until(pilot, lambda: not isinstance(app.screen, DoctorScreen))


async def test_the_doctor_of_a_dead_server(make_app: MakeApp) -> None:
    app = make_app(Profile("dead", "http://127.0.0.1:9"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "next try in")
        await app.run_action("doctor")
        await until_shown(pilot, "1 thing to put right")


async def test_the_doctor_without_a_server(make_app: MakeApp) -> None:
    app = make_app(None)
    async with app.run_test(size=(80, 24)) as pilot:
        await app.run_action("doctor")
        await until_shown(pilot, "no server is configured")
