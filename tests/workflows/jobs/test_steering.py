"""Pause, resume, cancel, retry: by who drives the job, and by who does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from batchtui.errors import UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.jsonl.rewrite import parse_changes
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.events import ShardMoved
from batchtui.workflows.jobs.lease import JobBusyError, lease
from batchtui.workflows.jobs.states import JobState, ShardState
from batchtui.workflows.jobs.store import JobStore
from tests.workflows.jobs.conftest import Desk, chat, connected


def at(state: ShardState, number: int = 1) -> Callable[[object], bool]:
    def is_there(event: object) -> bool:
        return isinstance(event, ShardMoved) and (event.shard.number, event.shard.state) == (
            number,
            state,
        )

    return is_there


@pytest.fixture
async def slow(tmp_path: Path) -> AsyncIterator[Desk]:
    """A server that asks for two requests at a time, so that a cancel leaves some unasked."""
    options = GatewayOptions(data_dir=tmp_path / "slow", port=0, concurrency=2)
    with Gateway(options) as gateway:
        async with connected(gateway.base_url, tmp_path) as session:
            yield Desk(session, JobStore(tmp_path / "state" / "jobs.db"), tmp_path)


async def test_paused_by_another_and_resumed(desk: Desk) -> None:
    path = desk.write(chat(number) for number in range(30))
    job = await desk.make(path, max_lines=10)

    def ask(event: object) -> bool:
        if at(ShardState.RUNNING)(event):
            asked = actions.pause(desk.store, job.id)
            assert asked.wanted == "pause"
        return False

    paused = await desk.drive(job, ask)
    assert (paused.state, paused.wanted) == (JobState.PAUSED, "")
    made = len(await desk.batches())
    assert 1 <= made < 3
    assert (await desk.drive(paused)).state is JobState.PAUSED
    assert len(await desk.batches()) == made
    done = await desk.drive(actions.resume(desk.store, job.id))
    assert done.state is JobState.DONE
    assert (len(desk.ids()), len(await desk.batches())) == (30, 3)
    await desk.assert_batches_are_those_of(job)


async def test_paused_while_nobody_drives_it(desk: Desk) -> None:
    job = await desk.make(desk.write([chat(1)]))
    assert actions.pause(desk.store, job.id).state is JobState.PAUSED
    assert actions.pause(desk.store, job.id).state is JobState.PAUSED
    assert (await desk.drive(actions.resume(desk.store, job.id))).state is JobState.DONE
    with pytest.raises(UsageError, match="is done"):
        actions.pause(desk.store, job.id)
    with pytest.raises(UsageError, match="is done"):
        actions.resume(desk.store, job.id)


async def test_cancelled_by_another_keeps_what_is_done(slow: Desk) -> None:
    requests = [*(chat(n) for n in range(10)), *(chat(n, echo="slow-200") for n in range(10, 30))]
    job = await slow.make(slow.write(requests), max_lines=10, max_open_batches=2)

    def ask(event: object) -> bool:
        if at(ShardState.RUNNING, 2)(event):
            actions.cancel(slow.store, job.id)
        return False

    cancelled = await slow.drive(job, ask)
    assert cancelled.state is JobState.CANCELLED
    assert {each.status for each in await slow.batches()} <= {"completed", "cancelled"}
    assert slow.ids()[:10] == [f"r-{n}" for n in range(10)]
    figures = actions.view(slow.store, job.id)
    assert (figures.total, figures.pending) == (30, 0)
    assert 10 <= figures.answered == len(slow.ids()) < 30
    await slow.assert_batches_are_those_of(job)
    with pytest.raises(UsageError, match="is cancelled"):
        actions.cancel(slow.store, job.id)


async def test_cancelled_before_anything_was_sent_costs_nothing(desk: Desk) -> None:
    path = desk.write([chat(1)])
    job = await desk.make(path)
    actions.cancel(desk.store, job.id)
    assert (await desk.drive(job)).state is JobState.CANCELLED
    assert await desk.batches() == []
    assert (await desk.make(path)).id != job.id  # a void job is no job of this content


async def test_cancelled_from_every_state_that_a_shard_comes_to(desk: Desk) -> None:
    for state in (
        ShardState.UPLOADING,
        ShardState.UPLOADED,
        ShardState.CREATING,
        ShardState.RUNNING,
        ShardState.FINISHED,
    ):
        path = desk.write([chat(number) for number in range(20)], f"{state}.jsonl")
        with path.open("a") as file:
            file.write(json.dumps(chat(20, model=f"echo-{state}")) + "\n")
        job = await desk.make(path, max_lines=10, again=True)
        job = await desk.drive(job, at(state, 2))
        assert job.state is JobState.RUNNING
        actions.cancel(desk.store, job.id)
        assert (await desk.drive(job)).state is JobState.CANCELLED
        for shard in desk.store.shards(job.id):
            assert shard.state in (ShardState.COLLECTED, ShardState.CANCELLED)
    listed = sorted(each.id for each in await desk.batches())
    jobs = desk.store.jobs()
    assert listed == sorted(b.batch_id for each in jobs for b in desk.store.batches(each.id))
    assert all(each.is_terminal for each in await desk.batches())


async def test_two_do_not_drive_one_job(desk: Desk) -> None:
    job = await desk.make(desk.write([chat(1)]))
    with lease(desk.store.directory(job.id), job.id):
        with pytest.raises(JobBusyError):
            await desk.drive(job)
        with pytest.raises(JobBusyError):
            actions.resume(desk.store, job.id)
    assert (await desk.drive(job)).state is JobState.DONE


async def test_two_at_once_one_drives(desk: Desk) -> None:
    job = await desk.make(desk.write(chat(number) for number in range(20)), max_lines=5)
    results = await asyncio.gather(*(desk.drive(job) for _ in range(3)), return_exceptions=True)
    assert sum(isinstance(each, JobBusyError) for each in results) == 2
    assert len(await desk.batches()) == 4


async def test_what_was_cancelled_can_be_asked_for_by_a_retry(slow: Desk) -> None:
    requests = [chat(n, echo="" if n < 5 else "slow-200") for n in range(20)]
    job = await slow.make(slow.write(requests), max_lines=5)
    job = await slow.drive(job, at(ShardState.RUNNING, 2))
    actions.cancel(slow.store, job.id)
    job = await slow.drive(job)
    assert job.state is JobState.CANCELLED
    figures = actions.view(slow.store, job.id)
    answered, left = figures.answered, figures.failed + figures.missing
    assert answered + left == 20
    assert 5 <= answered < 15
    changes = parse_changes(["metadata=null"])
    await actions.retry(slow.session, slow.store, job.id, changes=changes)
    figures = actions.view(slow.store, job.id)
    assert (figures.answered, figures.pending, figures.total) == (answered, left, 20)
    job = await slow.drive(job)
    assert (job.state, len(slow.ids())) == (JobState.DONE, 20)
