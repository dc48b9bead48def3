"""The two state machines: what the tables say, and that the store keeps to them."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from batchtui.jsonl.shards import Lane, Shard, Spans
from batchtui.workflows.jobs.records import Attempt, Job, JobOptions
from batchtui.workflows.jobs.states import (
    FINAL_JOBS,
    JOB_MOVES,
    SETTLED,
    SHARD_MOVES,
    JobState,
    NoSuchMoveError,
    ShardState,
    check_job_move,
    check_shard_move,
)
from batchtui.workflows.jobs.store import JobStore


def new_job(state: JobState = JobState.PLANNED) -> Job:
    now = time.time()
    return Job("", "n", "/in", "hash", "", 3, 9, "url", "p", JobOptions(), state, now, now)


def with_shard(store: JobStore, job: Job) -> None:
    shard = Shard(Lane("/v1/embeddings", "m"), Spans([(0, 9)]), 3, 9, 5)
    store.add_attempt(Attempt(job.id, 1, "/in", 3, (), {}, time.time()), [shard], canary=False)


def test_every_state_is_in_its_table() -> None:
    assert set(JOB_MOVES) == set(JobState)
    assert set(SHARD_MOVES) == set(ShardState)


def test_every_state_can_be_reached_and_every_job_can_end() -> None:
    assert reached(JobState.PLANNED, JOB_MOVES) == set(JobState)
    assert reached(ShardState.PLANNED, SHARD_MOVES) == set(ShardState)
    for state in JobState:
        assert reached(state, JOB_MOVES) & FINAL_JOBS
    for each in ShardState:
        assert reached(each, SHARD_MOVES) & SETTLED


def test_a_batch_that_may_exist_is_never_forgotten() -> None:
    """From `running` only the server's word leads on; a retry alone leaves a final job."""
    left = SHARD_MOVES[ShardState.RUNNING]
    assert not left & {ShardState.PLANNED, ShardState.UPLOADING, ShardState.CANCELLED}
    for state in FINAL_JOBS:
        assert JOB_MOVES[state] == {JobState.RUNNING}


@pytest.mark.parametrize("source", JobState)
@pytest.mark.parametrize("to", JobState)
def test_the_store_keeps_to_the_table_of_jobs(
    tmp_path: Path, source: JobState, to: JobState
) -> None:
    store = JobStore(tmp_path / "jobs.db")
    job = store.add(new_job(source))
    if source is to or to in JOB_MOVES[source]:
        check_job_move(source, to)
        assert store.move(job.id, to).state is to
    else:
        with pytest.raises(NoSuchMoveError):
            check_job_move(source, to)
        with pytest.raises(NoSuchMoveError):
            store.move(job.id, to, why="not so")
        assert (store.job(job.id).state, store.job(job.id).why) == (source, "")


def test_the_store_keeps_to_the_table_of_shards(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    job = store.add(new_job())
    with_shard(store, job)
    (shard,) = store.shards(job.id)
    with pytest.raises(NoSuchMoveError):
        store.move_shard(shard, ShardState.COLLECTED)
    moved = store.move_shard(shard, ShardState.UPLOADING, why="so")
    assert (moved.state, moved.why) == (ShardState.UPLOADING, "so")
    # What a caller holds may be old: the row counts.
    with pytest.raises(NoSuchMoveError):
        store.move_shard(shard, ShardState.FINISHED, batch_id="batch_1")
    assert store.batches(job.id) == []
    check_shard_move(ShardState.RUNNING, ShardState.RUNNING)


def reached(state: object, moves: object) -> set[object]:
    assert isinstance(moves, dict)
    found: set[object] = set()
    ahead = {state}
    while ahead:
        found |= ahead
        ahead = {to for each in ahead for to in moves[each]} - found
    return found
