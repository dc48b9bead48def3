"""From a batch to its retry and back, by keys."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from textual.pilot import Pilot
from textual.widgets import Button, Input

from batchtui import paths
from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.models.batch import Batch
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.batch_actions import retry
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.prompt import PromptScreen
from batchtui.tui.screens.retry import RetryScreen
from batchtui.visible import id_tail
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Submission, submit
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import (
    CannedApp,
    focus,
    make_batch,
    screen_text,
    type_text,
    until,
    until_shown,
)

MODEL = "echo-once-40"


async def started(profile: Profile, path: Path) -> str:
    """The id of a new batch of the file at `path`."""
    async with Session(profile) as session:
        submission = Submission(path, metadata={"team": "ads"})
        steps = [step async for step in submit(session, submission)]
    batch = getattr(steps[-1], "batch", None)
    assert batch is not None, steps
    return str(batch.id)


async def until_final(pilot: Pilot[Any], app: BatchtuiApp, batch_id: str) -> Batch:
    def is_final() -> bool:
        batch = app.account.batches.get(batch_id)
        return batch is not None and batch.is_terminal

    await until(pilot, is_final)
    return app.account.batches[batch_id]


async def until_counted(pilot: Pilot[Any], app: BatchtuiApp) -> None:
    await until(pilot, lambda: isinstance(app.screen, RetryScreen))
    await until_shown(pilot, "for a new batch")


async def test_what_failed_becomes_a_batch_of_its_own_and_both_name_each_other(
    make_app: MakeApp, gateway: Gateway, write_input: WriteInput, tmp_path: Path
) -> None:
    profile = Profile("far", gateway.base_url, refresh_s=0.1)
    first_id = await started(profile, write_input(40, model=MODEL))
    app = make_app(profile)
    async with app.run_test(size=(100, 30)) as pilot:
        first = await until_final(pilot, app, first_id)
        assert first.request_counts is not None
        failed = first.request_counts.failed
        await pilot.press("t")
        await until_counted(pilot, app)
        assert f"{failed} requests of 40 for a new batch" in screen_text(app)
        await focus(pilot, "#max-tokens")
        await type_text(pilot, "500")
        await focus(pilot, "#outcomes")
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))
        await until_shown(pilot, f"{failed} requests, nothing to object to")
        assert "retry of in.jsonl" in screen_text(app)
        assert "in.retry.jsonl" in screen_text(app)
        assert [each.value for each in app.screen.query(".key").results(Input)] == ["team"]
        await pilot.press("S")
        await until(pilot, lambda: isinstance(app.screen, BatchesScreen))
        await until_shown(pilot, "in.retry.jsonl")
        (second_id,) = app.account.batches.keys() - {first_id}
        await until_final(pilot, app, second_id)
        assert not (paths.state_dir() / "retries").exists() or not list(
            (paths.state_dir() / "retries").iterdir()
        )
        await pilot.press("i")
        await until_shown(
            pilot, f"retry of    {id_tail(first_id)}   for {failed} failed   in.jsonl"
        )
        await pilot.press("j", "j")
        await until_shown(pilot, "Enter goes to that batch")
        await pilot.press("enter")
        retry_of_it = f"retried by  {id_tail(second_id)}   for {failed} failed: "
        await until_shown(pilot, f"{retry_of_it}{failed} of {failed} ok   in.retry.jsonl")
        assert "Esc back to the other batch" in screen_text(app)
        assert "team=ads" in screen_text(app)
        assert "batchtui_retry_of" not in screen_text(app)
        out = tmp_path / "all.jsonl"
        await pilot.press("d")
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        assert "with the best of 1 retry" in " ".join(screen_text(app).split())
        app.screen.query_one(Input).value = str(out)
        await pilot.press("enter")
        await until(pilot, out.exists)
    lines = out.read_text().splitlines()
    assert len(lines) == 40
    assert all('"status_code":200' in line for line in lines)


async def test_what_a_retry_has_answered_is_said_in_list_and_form(
    make_app: MakeApp, gateway: Gateway, write_input: WriteInput
) -> None:
    profile = Profile("far", gateway.base_url, refresh_s=0.1)
    first_id = await started(profile, write_input(40, model=MODEL))
    app = make_app(profile)
    async with app.run_test(size=(80, 24)) as pilot:
        first = await until_final(pilot, app, first_id)
        assert first.request_counts is not None
        failed = first.request_counts.failed
        await pilot.press("t")
        await until_counted(pilot, app)
        await pilot.press("S")
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until_shown(pilot, "in.retry.jsonl")
        await until_shown(pilot, f"{failed} ›")
        await pilot.press("j")
        await until_shown(pilot, f"retried: {failed} of {failed} ok")
        await pilot.press("t")
        await until_shown(pilot, f"{failed} requests that had no answer: answered since by a retry")
        assert "Nothing is left to retry" in screen_text(app)


async def test_other_outcomes_can_be_chosen(
    make_app: MakeApp, profile: Profile, write_input: WriteInput
) -> None:
    batch_id = await started(profile, write_input(3))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        batch = await until_final(pilot, app, batch_id)
        retry(app, batch)
        await until_shown(pilot, "Nothing is left to retry. Space chooses")
        assert app.screen.query_one("#go", Button).disabled
        await pilot.press("S")
        assert isinstance(app.screen, RetryScreen)
        await pilot.press("space")
        await until_shown(pilot, "[x] ✓ ok")
        await until_shown(pilot, "3 requests of 3")
        await until_shown(pilot, "for example temperature=0.2")
        await focus(pilot, "#others")
        # It reaches the app in every terminal, which ctrl+enter does not.
        await until_shown(pilot, "F2 review")
        await type_text(pilot, "n")
        await pilot.press("f2")
        await until_shown(pilot, "not FIELD=VALUE")
        await type_text(pilot, "=1, stop=null")
        await pilot.press("f2")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, RetryScreen))
        await until_shown(pilot, "n=1, stop=null")


async def test_chosen_records_are_sent_again(
    make_app: MakeApp, profile: Profile, write_input: WriteInput
) -> None:
    batch_id = await started(profile, write_input(5))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        batch = await until_final(pilot, app, batch_id)
        retry(app, batch, [0, 4])
        await until_shown(pilot, "2 requests of 5 for a new batch")
        await pilot.press("S")
        await until_shown(pilot, "2 requests, nothing to object to")


async def test_a_second_retry_asks_while_the_first_one_runs(
    make_app: MakeApp, profile: Profile, write_input: WriteInput
) -> None:
    batch_id = await started(profile, write_input(20, model=MODEL))
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        batch = await until_final(pilot, app, batch_id)
        retry(app, batch)
        await until_counted(pilot, app)
        await focus(pilot, "#model")
        await type_text(pilot, "echo-slow-60000")
        await pilot.press("f2")
        await until_shown(pilot, "nothing to object to")
        await focus(pilot, "#submit")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, BatchesScreen))
        retry(app, batch)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        assert "may cost twice" in " ".join(screen_text(app).split())
        await pilot.press("n")
        await until_shown(pilot, "is being retried")
        await pilot.press("escape")
        retry(app, batch)
        await until(pilot, lambda: isinstance(app.screen, ConfirmScreen))
        await pilot.press("y")
        await until_counted(pilot, app)


async def test_what_cannot_be_retried_is_told_where_one_is(
    make_app: MakeApp, profile: Profile, write_input: WriteInput, tmp_path: Path
) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text("no JSON\n")
    async with Session(profile) as session:
        submission = Submission(path, endpoint="/v1/chat/completions", anyway=True)
        steps = [step async for step in submit(session, submission)]
    batch_id = getattr(steps[-1], "batch").id  # noqa: B009
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_final(pilot, app, batch_id)
        await pilot.press("t")
        await until_shown(pilot, "refused line 1")
        await until(pilot, lambda: isinstance(app.screen, BatchesScreen))


async def test_a_running_batch_and_a_read_only_profile_are_left_alone() -> None:
    app = CannedApp(make_batch(1, "in_progress"), make_batch(2))
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("t")
        await until_shown(pilot, "Not connected")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("t")
        assert isinstance(app.screen, DetailScreen)


async def test_an_input_that_the_server_lost_may_be_here(
    make_app: MakeApp, profile: Profile, write_input: WriteInput
) -> None:
    path = write_input(4, model="echo-fail-500")
    batch_id = await started(profile, path)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        batch = await until_final(pilot, app, batch_id)
        async with Session(profile) as session:
            client = await session.client()
            await client.files.delete(batch.input_file_id)
        retry(app, batch)
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        app.screen.query_one(Input).value = "/nowhere"
        await pilot.press("enter")
        await until_shown(pilot, "/nowhere is no file")
        await pilot.press("escape")
        retry(app, batch)
        await until(pilot, lambda: isinstance(app.screen, PromptScreen))
        app.screen.query_one(Input).value = str(path)
        await pilot.press("enter")
        await until_shown(pilot, "4 requests of 4 for a new batch")
