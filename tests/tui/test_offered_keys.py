"""The key line offers what does something with the row under the cursor; help lists all keys."""

from __future__ import annotations

from typing import Any

import pytest
from textual.pilot import Pilot

from batchtui.config import Profile
from batchtui.tui.batch_offers import has_errors, may_be_retried
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.help import HelpScreen
from batchtui.tui.viewer.screen import ViewerScreen
from tests.conftest import WriteInput
from tests.tui.conftest import MakeApp
from tests.tui.support import (
    CannedApp,
    make_batch,
    screen_lines,
    screen_text,
    until,
    until_shown,
)
from tests.tui.test_retry import started, until_final

BAD = {"data": [{"code": "duplicate_custom_id", "line": 3, "message": "twice"}]}
RUNNING = make_batch(1, "in_progress", request_counts={"total": 9, "completed": 1, "failed": 0})
FAILED = make_batch(2, "failed", errors=BAD, request_counts=None)
PARTLY = make_batch(
    3,
    output_file_id="file-o",
    error_file_id="file-e",
    request_counts={"total": 9, "completed": 7, "failed": 2},
)
WHOLE = make_batch(4, output_file_id="file-o")


def keys_of(app: Any) -> str:
    return screen_lines(app)[-1]


async def until_keys(pilot: Pilot[Any], app: Any, wanted: str) -> None:
    await until(pilot, lambda: wanted in keys_of(app))


async def test_the_list_offers_what_the_row_can_do() -> None:
    app = CannedApp(RUNNING, FAILED, PARTLY, WHOLE)
    async with app.run_test(size=(100, 24)) as pilot:
        for wanted in (
            "Enter detail  c new  x cancel  / filter",
            "Enter detail  c new  e errors  / filter",
            "Enter results  c new  t retry  e errors  i detail  / filter",
            "Enter results  c new  i detail  / filter",
        ):
            await until_keys(pilot, app, wanted)
            await pilot.press("j")
        await pilot.press("k", "k", "space", "question_mark")
        await until(pilot, lambda: isinstance(app.screen, HelpScreen))
        for tip in ("Cancel the marked", "Send again what came to nothing"):
            assert tip in screen_text(app)


async def test_the_detail_offers_what_the_batch_can_do() -> None:
    app = CannedApp(RUNNING, FAILED, PARTLY, WHOLE)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "running")
        for wanted in ("x cancel  y copy", "Enter open there  e errors", "Enter results  t retry"):
            await pilot.press("i")
            await until(pilot, lambda: isinstance(app.screen, DetailScreen))
            await until_keys(pilot, app, wanted)
            await pilot.press("escape", "j")


@pytest.mark.parametrize(
    ("batch", "retry", "errors"),
    [
        (RUNNING, False, False),
        (FAILED, False, True),
        (PARTLY, True, True),
        (WHOLE, False, False),
        (make_batch(5, "expired", request_counts=None), True, False),
        (make_batch(6, "failed", request_counts=None), True, False),
        (make_batch(7, "cancelled", output_file_id="o", request_counts=None), True, False),
    ],
)
def test_what_may_be_retried_and_read(batch: Any, *, retry: bool, errors: bool) -> None:
    assert may_be_retried(batch) is retry
    assert has_errors(batch) is errors


@pytest.mark.parametrize("first", ["e", "ie"])
async def test_what_failed_is_one_key_away(
    make_app: MakeApp, profile: Profile, write_input: WriteInput, first: str
) -> None:
    batch_id = await started(profile, write_input(40, model="echo-once-40"))
    app = make_app()
    async with app.run_test(size=(100, 30)) as pilot:
        batch = await until_final(pilot, app, batch_id)
        assert batch.request_counts is not None
        if first == "ie":
            await pilot.press("i")
            await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        await until_shown(pilot, "outcome:!ok")
        await until_shown(pilot, f"{batch.request_counts.failed} failed")
        await until_shown(pilot, "500 server_error")


async def test_errors_of_a_batch_that_did_not_run_are_in_its_detail() -> None:
    app = CannedApp(FAILED, WHOLE)
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "duplicate_custom_id")
        await pilot.press("e")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await until_shown(pilot, "Enter opens the file there")
        await pilot.press("escape", "j", "e")
        await until_shown(pilot, "Nothing of it failed")


async def test_an_empty_list_of_jobs_offers_no_deed(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "No jobs yet")
        assert keys_of(app).split() == [":", "command", "?", "help"]


async def test_help_says_that_more_follows_below() -> None:
    app = CannedApp(WHOLE)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-4")
        await pilot.press("question_mark")
        await until_shown(pilot, " more below, j   ")
        await pilot.press("G")
        await until(pilot, lambda: "more below" not in screen_text(app))
        assert "Esc closes" in screen_text(app)
