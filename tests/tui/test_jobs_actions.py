"""A job made, retried and exported from the app, on a real gateway."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest
from textual.pilot import Pilot
from textual.widgets import Input

from batchtui.config import Profile
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.create import CreateScreen
from batchtui.tui.screens.job_export import JobExportScreen
from batchtui.tui.screens.job_retry import JobRetryScreen
from batchtui.tui.screens.jobs import JobsScreen
from batchtui.tui.screens.new_job import NewJobScreen
from batchtui.tui.screens.retry import RetryScreen
from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.workflows.jobs.states import JobState
from batchtui.workflows.jobs.store import JobStore
from tests.tui.conftest import MakeApp
from tests.tui.jobs_support import chat, drive, job_of, make, write
from tests.tui.support import focus, screen_text, type_text, until, until_shown


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """25 requests; three of them fail the first time."""
    requests = (chat(n, echo="once-100" if n % 10 == 0 else "") for n in range(25))
    return write(tmp_path / "crawl.jsonl", requests)


async def at_jobs(pilot: Pilot[None], app: BatchtuiApp, text: str) -> None:
    await pilot.press("4")
    await until_shown(pilot, text)


# Making one.


async def test_a_file_over_the_limits_is_offered_as_a_job(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    app = make_app(replace(profile, max_lines=10))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(crawl))
        await until_shown(pilot, "too_many_tasks")
        assert "J: as a job of several batches" in screen_text(app)
        await until(pilot, lambda: app.focused is not None and app.focused.id == "job")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
        await pilot.press("S")
        await until(pilot, lambda: app.current_mode == "jobs")
        await until_shown(pilot, "! done")
        assert "3/3" in screen_text(app)
        assert len(JobStore().batches(job_of(app, "crawl.jsonl").id)) == 3


async def test_any_file_may_be_a_job_with_what_is_typed(
    make_app: MakeApp, crawl: Path, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(crawl))
        await until_shown(pilot, "nothing to object to")
        for selector, text in ((".key", "team"), (".value", "ads")):
            await focus(pilot, selector)
            await type_text(pilot, text)
        await focus(pilot, "#submit")
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
        typed = {"lines": "12", "tokens": "5,000", "canary": "10", "retries": "1", "cap": "$4"}
        for name, text in {**typed, "result": str(out)}.items():
            app.screen.query_one(f"#{name}", Input).value = text
        await focus(pilot, "#result")
        await pilot.press("enter", "enter")
        await until(pilot, lambda: app.current_mode == "jobs")
        await until(pilot, lambda: out.exists())
        await until_shown(pilot, "✓ done")
        options = job_of(app, "crawl.jsonl").options
        assert (options.max_lines, options.max_enqueued_tokens) == (12, 5_000)
        assert (options.canary_lines, options.max_attempts, options.max_spend_usd) == (10, 2, 4.0)
        assert options.metadata == {"team": "ads"}
        ids = [json.loads(line)["custom_id"] for line in out.read_text().splitlines()]
        assert ids == [f"r-{n}" for n in range(25)]


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("lines", "0", "lines: 0 is no number from 1 on"),
        ("tokens", "many", "tokens: many is no number"),
        ("cap", "-1", "cap: -1 is no amount in dollars"),
        ("result", "{there}", "exists already"),
        ("result", "/nowhere/at/all.jsonl", "there is no folder /nowhere/at"),
        ("result", "a\0b", "a path has no control characters"),
    ],
)
async def test_what_cannot_be_is_said_beside_the_form(
    make_app: MakeApp, crawl: Path, name: str, text: str, complaint: str
) -> None:
    app = make_app()
    async with app.run_test(size=(120, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(crawl))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
        app.screen.query_one(f"#{name}", Input).value = text.format(there=crawl)
        await focus(pilot, "#start")
        await pilot.press("enter")
        await until_shown(pilot, complaint)
        assert not JobStore().jobs()
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, CreateScreen))


async def test_the_same_content_again_is_asked_about(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl)
    await drive(profile, job, tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "crawl.jsonl")
        for answer, jobs in (("n", 1), ("y", 2)):
            await app.push_screen(CreateScreen(crawl))
            await until_shown(pilot, "nothing to object to")
            await pilot.press("J")
            await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
            await pilot.press("S")
            await until_shown(pilot, "This content is a job already")
            await pilot.press(answer)
            await until(pilot, lambda: isinstance(app.screen, JobsScreen))
            await until(pilot, lambda: not app.desk.driven)
            assert len(JobStore().jobs()) == jobs
            await pilot.press("1")
            await until(pilot, lambda: app.current_mode == "batches")


async def test_a_file_with_errors_is_sent_only_when_one_says_so(
    make_app: MakeApp, tmp_path: Path
) -> None:
    path = write(tmp_path / "twice.jsonl", [chat(1), chat(1), chat(2)])
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "duplicate_custom_id")
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
        await pilot.press("S")
        await until_shown(pilot, "The check finds 1 problem.")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
        assert not JobStore().jobs()


async def test_much_money_is_asked_about_before_anything_is_made(
    make_app: MakeApp, profile: Profile, tmp_path: Path
) -> None:
    requests = (chat(n, model="gpt-4o", max_tokens=4_000) for n in range(9))
    path = write(tmp_path / "dear.jsonl", requests)
    dear = replace(profile, kind="openai", confirm_above_usd=0.001)
    app = make_app(dear)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(path))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("J")
        await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
        await pilot.press("S")
        await until_shown(pilot, "Estimated cost")
        await pilot.press("n")
        await until(pilot, lambda: isinstance(app.screen, NewJobScreen))
        assert not JobStore().jobs()


# Retrying one.


async def test_retry_by_class_with_the_count_and_cost_asked_first(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    await drive(profile, await make(profile, crawl, name="crawl"), tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_jobs(pilot, app, "3 left")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, JobRetryScreen))
        await until_shown(pilot, "[x] ✗ failed")
        await pilot.press("space")
        await until_shown(pilot, "Nothing is chosen")
        await pilot.press("S")
        assert isinstance(app.screen, JobRetryScreen)
        await pilot.press("space")
        await until_shown(pilot, "3 requests of 25 for attempt 2")
        app.screen.query_one("#max-tokens", Input).value = "9"
        app.screen.query_one("#others", Input).value = 'temperature=0.5, stop=["a b"]'
        await pilot.press("S")
        await until_shown(pilot, "Send 3 requests of crawl again? Free of charge.")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobRetryScreen))
        assert JobStore().jobs()[0].attempt == 1
        await pilot.press("S", "y")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        await until_shown(pilot, "✓ done")
        job = JobStore().jobs()[0]
        assert JobStore().attempts(job.id)[1].changes == {
            "max_tokens": "9",
            "temperature": "0.5",
            "stop": '["a b"]',
        }
        assert "25/25" in screen_text(app)


async def test_a_change_that_is_none_is_refused(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    await drive(profile, await make(profile, crawl, name="crawl"), tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(100, 24)) as pilot:
        await at_jobs(pilot, app, "3 left")
        await pilot.press("t")
        await until_shown(pilot, "[x] ✗ failed")
        fields = (("others", "nothing", "not FIELD=VALUE"), ("max-tokens", "x", "x is no number"))
        for name, text, complaint in fields:
            for field in app.screen.query(Input):
                field.value = ""
            app.screen.query_one(f"#{name}", Input).value = text
            await pilot.press("S")
            await until_shown(pilot, complaint)
        assert JobStore().jobs()[0].attempt == 1


async def test_a_job_that_still_runs_is_not_retried(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    await make(profile, crawl, name="crawl")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_jobs(pilot, app, "! not driven")
        await pilot.press("t")
        assert isinstance(app.screen, JobsScreen)
        assert "has not ended" in app.journal.newest_first()[0].text


async def test_from_the_viewer_to_a_retry_of_the_job(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    await drive(profile, await make(profile, crawl, name="crawl"), tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_jobs(pilot, app, "3 left")
        await pilot.press("enter")
        await until_shown(pilot, "22 ok  3 failed")
        await pilot.press("f")
        await type_text(pilot, "outcome:ok")
        await pilot.press("enter")
        await until_shown(pilot, "outcome:ok 22")
        await pilot.press("t")
        await until(pilot, lambda: isinstance(app.screen, JobRetryScreen))
        await until_shown(pilot, "[x] ✓ ok")
        assert "[ ] ✗ failed" in screen_text(app)


async def test_from_the_viewer_to_a_retry_of_marked_requests_of_a_batch(
    make_app: MakeApp, crawl: Path
) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await app.push_screen(CreateScreen(crawl))
        await until_shown(pilot, "nothing to object to")
        await pilot.press("S")
        await until_shown(pilot, "! done")
        await pilot.press("enter")
        await until_shown(pilot, "22 ok  3 failed")
        await until_shown(pilot, "Question 0")
        await pilot.press("space", "space", "t")
        await until(pilot, lambda: isinstance(app.screen, RetryScreen))
        await until_shown(pilot, "2 requests of 25")


async def test_a_file_has_nothing_to_retry(make_app: MakeApp, crawl: Path) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        app.open_local_file(crawl)
        await until_shown(pilot, "Question 0")
        await pilot.press("t")
        assert isinstance(app.screen, ViewerScreen)
        assert "this is a file" in app.journal.newest_first()[0].text


# Exporting one.


@pytest.mark.parametrize(
    ("downs", "suffix", "lines"),
    [(0, ".results.jsonl", 25), (1, ".csv", 26), (3, ".answers.jsonl", 22)],
)
async def test_export_in_the_form_that_is_chosen(
    make_app: MakeApp,
    profile: Profile,
    crawl: Path,
    tmp_path: Path,
    downs: int,
    suffix: str,
    lines: int,
) -> None:
    await drive(profile, await make(profile, crawl, name="crawl.jsonl"), tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_jobs(pilot, app, "3 left")
        await pilot.press("E")
        await until(pilot, lambda: isinstance(app.screen, JobExportScreen))
        await pilot.press(*"j" * downs)
        path = tmp_path / f"crawl{suffix}"
        await until(pilot, lambda: app.screen.query_one(Input).value == str(path))
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        assert len(path.read_text().splitlines()) == lines


async def test_parquet_too(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    import pyarrow.parquet as parquet  # type: ignore[import-untyped]

    await drive(profile, await make(profile, crawl, name="crawl"), tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await at_jobs(pilot, app, "3 left")
        await pilot.press("E", "j", "j", "enter")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        assert parquet.read_table(tmp_path / "crawl.parquet").num_rows == 25


async def test_an_export_overwrites_only_when_told_and_never_the_input(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    await drive(profile, await make(profile, crawl, name="crawl"), tmp_path / "downloads")
    there = tmp_path / "crawl.results.jsonl"
    there.write_text("mine\n")
    before = crawl.read_bytes()
    app = make_app()
    async with app.run_test(size=(120, 24)) as pilot:
        await at_jobs(pilot, app, "3 left")
        await pilot.press("E", "enter")
        await until_shown(pilot, "Overwrite it?")
        await pilot.press("enter")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        assert there.read_text() == "mine\n"
        await focus(pilot, "#path")
        for target, complaint in (
            (str(tmp_path), "is a folder"),
            (str(tmp_path / "no" / "way.jsonl"), "there is no folder"),
            ("a\0b", "a path has no control characters"),
        ):
            app.screen.query_one(Input).value = target
            await pilot.press("enter")
            await until_shown(pilot, complaint)
        app.screen.query_one(Input).value = str(crawl)
        await pilot.press("enter", "y")
        await until_shown(pilot, "is the input of the job")
        assert crawl.read_bytes() == before
        app.screen.query_one(Input).value = str(there)
        await pilot.press("enter", "y")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))
        assert len(there.read_text().splitlines()) == 25


async def test_a_job_in_full_and_its_batch(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl, name="crawl", max_lines=10, max_attempts=2)
    job = await drive(profile, job, tmp_path / "downloads")
    assert job.state is JobState.DONE
    app = make_app()
    async with app.run_test(size=(80, 40)) as pilot:
        await at_jobs(pilot, app, "✓ done")
        await pilot.press("i")
        await until_shown(pilot, "attempt 2")
        text = screen_text(app)
        for each in ("shards     4 of 4 done", "estimate   250 tokens in", "used       echo"):
            assert each in text
        assert "3 requests (expired, failed" in text.replace("cancelled, ", "")
        assert "› retried" in text
        assert f"job        {job.id}" in text
        await pilot.press("G")
        await until_shown(pilot, "Enter goes to that batch")
        await pilot.press("enter")
        await until_shown(pilot, "phases" if "phases" in screen_text(app) else "window 24h")
        await pilot.press("escape", "g", "enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
