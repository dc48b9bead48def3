"""Pause, resume, cancel, retry: by who drives the job, and by who does not."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtui.errors import UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import run
from batchtui.jsonl.rewrite import parse_changes
from batchtui.jsonl.shards import Bounds, SpanFile, plan
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.events import ShardMoved
from batchtui.workflows.jobs.halves import halves
from batchtui.workflows.jobs.lease import JobBusyError, lease
from batchtui.workflows.jobs.records import Lane, ShardRow
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


async def test_a_retry_by_outcome_with_changes(desk: Desk) -> None:
    long = "A long question, and so a long answer. " * 10
    messages = [{"role": "user", "content": long}]
    requests = [
        chat(0),
        chat(1, messages=messages, max_tokens=5),
        chat(2, echo="fail-400"),
        chat(3, messages=messages, max_tokens=5),
    ]
    job = await desk.drive(await desk.make(desk.write(requests)))
    assert job.state is JobState.INCOMPLETE
    assert job.audit is not None
    assert job.audit.outcomes == {Outcome.OK: 1, Outcome.TRUNCATED: 2, Outcome.FAILED: 1}
    await actions.retry(
        desk.session,
        desk.store,
        job.id,
        outcomes=[Outcome.TRUNCATED],
        changes=parse_changes(["max_tokens=5000", "user=me"]),
    )
    job = await desk.drive(job)
    assert job.audit is not None
    assert job.audit.outcomes == {Outcome.OK: 3, Outcome.FAILED: 1}
    assert (job.audit.superseded, job.audit.duplicate) == (2, 0)
    assert desk.ids() == ["r-0", "r-1", "r-2", "r-3"]
    first, second = desk.store.attempts(job.id)
    assert (first.lines, second.lines, second.outcomes) == (4, 2, (Outcome.TRUNCATED,))
    assert dict(second.changes) == {"max_tokens": "5000", "user": '"me"'}
    sent = [json.loads(line)["body"] for line in Path(second.path).read_text().splitlines()]
    assert [(body["max_tokens"], body["user"]) for body in sent] == [(5000, "me")] * 2
    assert all(body["messages"] == messages for body in sent)
    # Once more, for those that failed, taking their trouble away.
    await actions.retry(desk.session, desk.store, job.id, changes=parse_changes(["metadata=null"]))
    job = await desk.drive(job)
    assert (job.state, job.attempt) == (JobState.DONE, 3)
    await desk.assert_batches_are_those_of(job)
    with pytest.raises(UsageError, match="no request is"):
        await actions.retry(desk.session, desk.store, job.id)


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


@given(
    st.lists(st.integers(1, 40), min_size=2, max_size=30),
    st.booleans(),
    st.sets(st.integers(0, 29)),
)
def test_two_halves_are_the_whole(
    tmp_path_factory: pytest.TempPathFactory, sizes: list[int], ended: bool, others: set[int]
) -> None:
    """Whatever the lines, and where lines of another lane lie between them."""
    lines = [
        json.dumps(chat(at, model="other" if at in others else "echo", user="x" * size))
        for at, size in enumerate(sizes)
    ]
    path = tmp_path_factory.mktemp("halves") / "in.jsonl"
    path.write_text("\n".join(lines) + "\n" * ended)
    for shard in run(plan(path, Bounds())):
        if shard.lines < 2:
            continue
        row = ShardRow(
            *("job_1", 1, 1, Lane("/v1/x", "m"), shard.lines, shard.size_bytes, shard.tokens),
            state=ShardState.WAITING,
            changed_at=0.0,
        )
        pieces = run(halves(path, row, shard.spans))
        assert [each.lines for each in pieces] == [shard.lines // 2, shard.lines - shard.lines // 2]
        assert sum(each.tokens for each in pieces) == shard.tokens
        whole = SpanFile.open(path, shard.spans).read()
        halved = [SpanFile.open(path, each.spans).read() or b"" for each in pieces]
        assert b"".join(halved) == whole
        assert [each.count(b"\n") for each in halved] == [each.lines for each in pieces]
        assert [each.size_bytes for each in pieces] == [len(each) for each in halved]
