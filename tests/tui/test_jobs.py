"""The list of jobs: what a row says, its shards, and every key, on a real gateway."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from batchtui.config import Profile
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.jobs.look import nobody_drives, shard_line
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.detail import DetailScreen
from batchtui.tui.screens.job import JobScreen
from batchtui.tui.screens.jobs import JobsScreen
from batchtui.tui.start import AtJob
from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.records import Lane, ShardRow
from batchtui.workflows.jobs.states import JobState, ShardState
from batchtui.workflows.jobs.store import JobStore
from tests.tui.conftest import MakeApp
from tests.tui.jobs_support import CHAT, chat, drive, job_of, make, write
from tests.tui.support import screen_lines, screen_text, type_text, until, until_shown

HOSTILE = "a[b]ev\x1b[31mil\n\u202e name"


@pytest.fixture
def slow(tmp_path: Path) -> Iterator[Profile]:
    """A server that takes a second for each line, and 10 lines a batch."""
    options = GatewayOptions(
        data_dir=tmp_path / "slow", port=0, echo_delay_s=1, concurrency=1, max_lines=10
    )
    with Gateway(options) as gateway:
        yield Profile("slow", gateway.base_url, kind="local", refresh_s=0.1, max_lines=10)


@pytest.fixture
def crawl(tmp_path: Path) -> Path:
    """25 requests; three of them fail the first time."""
    requests = (chat(n, echo="once-100" if n % 10 == 0 else "") for n in range(25))
    return write(tmp_path / "crawl.jsonl", requests)


async def shown_jobs(pilot: object, app: BatchtuiApp) -> JobsScreen:
    screen = app.screen
    assert isinstance(screen, JobsScreen)
    return screen


async def test_without_jobs_the_next_key_is_named(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await pilot.press("4")
        await until_shown(pilot, "No jobs yet. Press 3, c on a JSONL file, then J")
        for key in ("enter", "l", "h", "t", "p", "x", "E", "D", "d", "y", "i", "r"):
            await pilot.press(key)
        assert isinstance(app.screen, JobsScreen)
        assert app.return_code is None


async def test_a_job_that_nobody_drives_is_told_of_and_taken_up(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    await make(profile, crawl, name="crawl-2026-11", max_lines=10)
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await until_shown(pilot, "crawl-2026-11 is not driven: press 4, then p goes on")
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        assert "interrupted: no process drives it   p takes it up" in screen_text(app)
        await pilot.press("p")
        await until_shown(pilot, "! done")
        assert "22/25" in screen_text(app)
        assert "3 left" in screen_text(app)
        await until_shown(pilot, "3 requests have no answer")
        assert job_of(app, "crawl-2026-11").state is JobState.INCOMPLETE


async def test_its_end_is_told_once(make_app: MakeApp, profile: Profile, crawl: Path) -> None:
    await make(profile, crawl, name="crawl")
    app = make_app()
    rung: list[object] = []
    async with app.run_test(size=(80, 24)) as pilot:
        app.call_back = rung.append  # type: ignore[method-assign,assignment]
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("p")
        await until_shown(pilot, "! done")
        await until(pilot, lambda: not app.desk.driven)
        await pilot.press("r")
        await pilot.pause()
        assert rung == [["crawl: done, 22 of 25 answered, 3 not answered"]]


async def test_shards_unfold_beneath_their_job(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    first = await make(profile, crawl, name="crawl", max_lines=10)
    await drive(profile, first, tmp_path / "downloads")
    await make(profile, write(tmp_path / "b.jsonl", [chat(1)]), name="another")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "crawl")
        await pilot.press("j", "l")
        await until_shown(pilot, "! shard 3")
        lines = screen_lines(app)
        places = [n for n, line in enumerate(lines) if "crawl" in line or "shard" in line]
        assert len(places) >= 4
        assert "9 ok  1 failed" in lines[places[1]]
        assert "batch_" in lines[places[1]]
        await pilot.press("j", "o")  # sorted by status, the shards stay beneath their job
        await until_shown(pilot, "STATUS ^")
        names = [line for line in screen_lines(app) if "another" in line or "shard" in line]
        assert "another" in names[0]
        assert "shard 1" in names[1]
        await pilot.press("j", "j")
        await until_shown(pilot, "i shows the batch")
        await pilot.press("i")
        await until(pilot, lambda: isinstance(app.screen, DetailScreen))
        await pilot.press("escape", "h")
        await until(pilot, lambda: "shard 3" not in screen_text(app))


async def test_the_list_narrows_and_is_found_as_it_was_left(
    make_app: MakeApp, profile: Profile, tmp_path: Path
) -> None:
    for number, name in enumerate(("apples", "pears")):
        path = write(tmp_path / f"{name}.jsonl", [chat(number)])
        await make(profile, path, name=name)
    memory = tmp_path / "state.json"
    app = make_app(memory_file=memory)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "pears")
        await pilot.press("slash")
        await type_text(pilot, "pea")
        await pilot.press("enter")
        await until(pilot, lambda: "apples" not in screen_text(app))
    app = make_app(memory_file=memory)
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "[4 Jobs]")
        await until_shown(pilot, "1 of 2")
        assert "apples" not in screen_text(app)


async def test_columns_may_be_chosen_and_the_shards_stay_readable(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl, name="crawl")
    await drive(profile, job, tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "crawl")
        screen = await shown_jobs(pilot, app)
        screen.choose_by_name(["age", "job", "profile", "id"])
        await pilot.press("l")
        await until_shown(pilot, "! shard 1")
        assert job.id in screen_text(app)


async def test_enter_reads_all_results_request_beside_the_best_answer(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl, name="crawl", max_lines=10)
    await drive(profile, job, tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "crawl")
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, ViewerScreen))
        await until_shown(pilot, "22 ok  3 failed")
        await until_shown(pilot, "Question 0")
        assert "✗ 500" in screen_text(app)
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))


async def test_results_that_are_gone_from_here_are_fetched_again(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl, name="crawl", max_lines=10)
    await drive(profile, job, tmp_path / "downloads")
    for file in (tmp_path / "downloads").iterdir():
        file.unlink()
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "crawl")
        await pilot.press("enter")
        await until_shown(pilot, "22 ok  3 failed")


async def test_before_any_result_enter_shows_the_job(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    await make(profile, crawl, name="crawl")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("E")
        assert isinstance(app.screen, JobsScreen)
        await pilot.press("enter")
        await until(pilot, lambda: isinstance(app.screen, JobScreen))
        await until_shown(pilot, "by no process   p takes it up")


async def test_pause_and_resume(make_app: MakeApp, slow: Profile, crawl: Path) -> None:
    await make(slow, crawl, name="crawl", max_open_batches=1)
    app = make_app(slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("p", "l")
        await until_shown(pilot, "● running")
        await until_shown(pilot, "waits: 1 of 1 batches are open")
        await until_shown(pilot, "queued ")
        await pilot.press("p")
        await until_shown(pilot, "◌ paused")
        await until(pilot, lambda: not app.desk.driven)
        await pilot.press("p")
        await until_shown(pilot, "● running")
        assert len(JobStore().batches(job_of(app, "crawl").id)) == 1


async def test_cancel_asks_with_no_first_and_keeps_what_is_done(
    make_app: MakeApp, slow: Profile, crawl: Path
) -> None:
    await make(slow, crawl, name="crawl")
    app = make_app(slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("p", "l")
        await until_shown(pilot, "● shard 3")
        await pilot.press("x")
        await until_shown(pilot, "requests have not finished. Open")
        await pilot.press("enter")  # No is the default
        await until(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        assert job_of(app, "crawl").wanted == ""
        await pilot.press("x")
        await until_shown(pilot, "what is done is kept")
        await pilot.press("y")
        await until_shown(pilot, "− cancelled")
        await until(pilot, lambda: not app.desk.driven)
        await pilot.press("x")
        await until(  # that it is cancelled may be told a moment later
            pilot,
            lambda: any(
                each.text.startswith("Nothing to cancel") for each in app.journal.newest_first()
            ),
        )


async def test_a_job_that_nobody_drives_is_cancelled_by_the_app(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    await make(profile, crawl, name="crawl")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("x", "y")
        await until_shown(pilot, "− cancelled")
        assert not JobStore().batches(job_of(app, "crawl").id)


async def test_a_job_leaves_the_list_once_it_has_ended(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl, name="crawl")
    await make(profile, write(tmp_path / "b.jsonl", [chat(1)]), name="unfinished")
    await drive(profile, job, tmp_path / "downloads")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "crawl")
        await pilot.press("D")
        assert isinstance(app.screen, JobsScreen)
        await pilot.press("j", "D")
        await until_shown(pilot, "Take crawl off the list?")
        await pilot.press("y")
        await until(pilot, lambda: "crawl" not in screen_text(app))
        assert [each.name for each in JobStore().jobs()] == ["unfinished"]
        assert not JobStore().directory(job.id).exists()


async def test_a_job_of_another_process_is_only_watched(
    make_app: MakeApp, slow: Profile, crawl: Path, tmp_path: Path
) -> None:
    """The lock is what tells; here it is held by another open file."""
    from batchtui.workflows.jobs.lease import lease

    job = await make(slow, crawl, name="crawl")
    JobStore().move(job.id, JobState.RUNNING)
    app = make_app(slow)
    with lease(JobStore().directory(job.id), job.id):
        async with app.run_test(size=(140, 45)) as pilot:
            await pilot.press("4")
            await until_shown(pilot, "● running")
            await until_shown(pilot, "only watched here; p and x are asked of it")
            await pilot.press("p")
            await until_shown(pilot, "● pausing")
            assert not app.desk.driven
            assert JobStore().job(job.id).wanted == actions.PAUSE


async def test_leaving_asks_while_a_job_is_driven_and_it_goes_on_later(
    make_app: MakeApp, slow: Profile, crawl: Path
) -> None:
    await make(slow, crawl, name="crawl")
    app = make_app(slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("p", "l")
        await until_shown(pilot, "● shard 3")
        await pilot.press("q")
        await until_shown(pilot, "1 job is driven by this app. Quit?")
        await pilot.press("n")
        await until(pilot, lambda: not isinstance(app.screen, ConfirmScreen))
        await pilot.press("ctrl+q", "y")
        await until(pilot, lambda: app.return_code is not None)
    batches = {each.batch_id for each in JobStore().batches(JobStore().jobs()[0].id)}
    assert len(batches) == 3
    app = make_app(slow)
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("p")
        await until_shown(pilot, "● running")
        job = JobStore().jobs()[0]
        assert {each.batch_id for each in JobStore().batches(job.id)} == batches


async def test_a_wrong_key_stops_the_job_and_the_reason_is_shown(
    make_app: MakeApp, tmp_path: Path, crawl: Path
) -> None:
    from batchtui.config import Secret

    options = GatewayOptions(data_dir=tmp_path / "locked", port=0, api_keys=(Secret("right"),))
    with Gateway(options) as gateway:
        key = Secret("not-that-one")
        profile = Profile("locked", gateway.base_url, kind="local", api_key=key, refresh_s=0.1)
        await make(profile, crawl, name="crawl")
        app = make_app(profile)
        async with app.run_test(size=(120, 36)) as pilot:
            await pilot.press("4")
            await until_shown(pilot, "! not driven")
            await pilot.press("p")
            await until_shown(pilot, "✗ stopped")
            await until(pilot, lambda: not app.desk.driven)
            assert job_of(app, "crawl").why
            assert job_of(app, "crawl").why[:30] in screen_text(app)
            assert "not-that-one" not in screen_text(app)


async def test_a_job_of_an_account_that_nobody_knows_says_so(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    job = await make(profile, crawl, name="crawl")
    JobStore().update(job.id, account="http://elsewhere.example/v1", profile_name="old")
    app = make_app()
    async with app.run_test(size=(80, 24), notifications=True) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        await pilot.press("p")
        await until(pilot, lambda: "no profile leads there" in app.journal.newest_first()[0].text)
        assert "--base-url http://elsewhere.example/v1" in app.journal.newest_first()[0].text
        await until_shown(pilot, "start batchtui with --base-url http://elsewhere.example/v1")
        assert not app.desk.driven


async def test_jobs_of_several_servers_tell_whose_they_are(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    job = await make(profile, crawl, name="crawl")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        assert "SERVER" not in screen_text(app)
        JobStore().update(job.id, account="http://old.example/v1", profile_name="old")
        assert (await make(profile, crawl, name="second")).id != job.id
        app.desk.look_now()
        await until_shown(pilot, "SERVER")
        assert {"SHARDS", "RETRY"} <= set(screen_lines(app)[4].split())
        await until_shown(pilot, "old.example")
        assert profile.host in screen_text(app)


async def test_a_shard_that_nobody_uploads_is_not_said_to_be_uploading(
    profile: Profile, crawl: Path
) -> None:
    await make(profile, crawl, name="crawl")
    (view,) = actions.views(JobStore())
    assert nobody_drives(view, is_driven_here=False)
    assert not nobody_drives(view, is_driven_here=True)
    lane = Lane(CHAT, "echo")
    shard = ShardRow(view.job.id, 1, 1, lane, 25, 0, 0, ShardState.UPLOADING, 0.0)
    at_rest = shard_line(shard, 1, is_at_rest=True)
    assert at_rest[-1] == ("stopped while uploading", "muted")
    assert shard_line(shard, 1)[-1] == ("uploading", "accent")


async def test_a_read_only_profile_changes_no_job(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    await make(profile, crawl, name="crawl")
    app = make_app(replace(profile, read_only=True))
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! not driven")
        for key in ("p", "x", "t"):
            await pilot.press(key)
            assert isinstance(app.screen, JobsScreen)
            assert "read-only" in app.journal.newest_first()[0].text
        assert job_of(app, "crawl").state is JobState.PLANNED


async def test_a_stopped_job_with_a_cap_is_asked_for_another(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    job = await make(profile, crawl, name="crawl", max_spend_usd=5.0)
    JobStore().move(job.id, JobState.STOPPED, why="the next batch may cost $7.00")
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "✗ stopped")
        await pilot.press("p")
        await until_shown(pilot, "Its cap on")
        await type_text(pilot, "x")
        await pilot.press("enter")
        await until(pilot, lambda: "no amount" in app.journal.newest_first()[0].text)
        await pilot.press("p")
        await until_shown(pilot, "Its cap on")
        await type_text(pilot, "50")  # in the place of the 5 that it offers
        await pilot.press("enter")
        await until_shown(pilot, "done")
        assert job_of(app, "crawl").options.max_spend_usd == 50.0


async def test_hostile_names_stay_inside_their_row(
    make_app: MakeApp, profile: Profile, crawl: Path
) -> None:
    await make(profile, crawl, name=HOSTILE + "x" * 300)
    app = make_app()
    for size in ((40, 10), (80, 24), (140, 45)):
        async with make_app().run_test(size=size) as pilot:
            app = pilot.app  # type: ignore[assignment]
            await pilot.press("4")
            await until_shown(pilot, "! not driven")
            assert "\x1b" not in screen_text(app)
            assert "\u202e" not in screen_text(app)
            assert all(len(line) <= size[0] for line in screen_lines(app))
            await pilot.press("l", "i")
            await until(pilot, lambda: isinstance(pilot.app.screen, JobScreen))
            await pilot.press("escape", "x")
            await until(pilot, lambda: isinstance(pilot.app.screen, ConfirmScreen))
            await pilot.press("n")


async def test_the_app_opens_at_a_job(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl, name="crawl")
    await drive(profile, job, tmp_path / "downloads")
    app = make_app(start=AtJob(job.id[:8]))
    async with app.run_test(size=(80, 24)) as pilot:
        await until(pilot, lambda: isinstance(app.screen, JobScreen))
        await until_shown(pilot, "25 requests, ")
        await until_shown(pilot, "outcomes")
        await pilot.press("escape")
        await until(pilot, lambda: isinstance(app.screen, JobsScreen))


async def test_an_unknown_job_says_so(make_app: MakeApp) -> None:
    app = make_app(start=AtJob("job_00000000"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "there is no such job")


async def test_nothing_is_drawn_while_nothing_changes(
    make_app: MakeApp, profile: Profile, crawl: Path, tmp_path: Path
) -> None:
    job = await make(profile, crawl, name="crawl")
    await drive(profile, job, tmp_path / "downloads")
    app = make_app(replace(profile, refresh_s=3_600))
    async with app.run_test(size=(140, 45)) as pilot:
        await pilot.press("4", "l")
        await until_shown(pilot, "! shard 1")
        await until_shown(pilot, "outcomes")
        await pilot.pause()
        drawn: list[object] = []
        display = app._display

        def noted(screen: Any, renderable: Any) -> None:
            drawn.extend([renderable] if renderable is not None else [])
            display(screen, renderable)

        app._display = noted  # type: ignore[method-assign]
        for _ in range(5):
            await app.desk._read(JobStore())
            await pilot.pause()
        assert drawn == []


async def test_an_idle_desk_reads_nothing_twice(
    make_app: MakeApp,
    profile: Profile,
    crawl: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    from batchtui.tui.jobs import desk
    from batchtui.tui.jobs.board import read, stamp

    monkeypatch.setattr(desk, "SHOWN_S", 0.01)
    monkeypatch.setattr(desk, "LEAST_S", 0.0)
    job = await make(profile, crawl, name="crawl")
    await drive(profile, job, tmp_path / "downloads")
    reads = 0

    def counted(*given: object) -> object:
        nonlocal reads
        reads += 1
        return read(*given)  # type: ignore[arg-type]

    monkeypatch.setattr(desk, "read", counted)
    stamps = 0

    def stamped(path: Path) -> object:
        nonlocal stamps
        stamps += 1
        return stamp(path)

    monkeypatch.setattr(desk, "stamp", stamped)
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await pilot.press("4")
        await until_shown(pilot, "! done")
        before, looked = reads, stamps
        await until(pilot, lambda: stamps > looked + 10)
        assert reads <= before + 1


async def test_its_command_word_and_key_ids_are_there(make_app: MakeApp) -> None:
    app = make_app()
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "No batches yet")
        await pilot.press("colon", *"jobs", "enter")
        await until(pilot, lambda: app.current_mode == "jobs")
        await pilot.press("question_mark")
        await until_shown(pilot, "Esc closes")
        assert "A new attempt for what has no answer" in screen_text(app)
