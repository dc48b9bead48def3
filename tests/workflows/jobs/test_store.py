"""The store: durable, private, one for all processes; one process at a time drives a job."""

from __future__ import annotations

import itertools
import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from batchtui.errors import BatchtuiError, UsageError
from batchtui.jsonl.shards import Lane, Shard, Spans
from batchtui.workflows.jobs.lease import JobBusyError, driver, lease
from batchtui.workflows.jobs.states import JobState, ShardState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.jobs.view import view, views
from tests.workflows.jobs.test_states import new_job, with_shard

HOLDS = """
import sys, time
from pathlib import Path
from batchtui.workflows.jobs.lease import lease
with lease(Path(sys.argv[1]), "job_1"):
    print("held", flush=True)
    sys.stdin.read()
"""


def test_two_stores_are_one_file_of_this_user_alone(tmp_path: Path) -> None:
    one, other = JobStore(tmp_path / "s" / "jobs.db"), JobStore(tmp_path / "s" / "jobs.db")
    assert one.jobs() == []
    assert not one.path.exists()
    job = one.add(new_job())
    assert other.job(job.id) == job
    other.update(job.id, wanted="pause")
    assert one.job(job.id).wanted == "pause"
    assert one.path.stat().st_mode & 0o777 == 0o600


def test_an_id_may_be_written_short_but_not_too_short(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    first = store.add(new_job())
    assert store.job(first.id[:6]).id == first.id
    assert store.job(first.id.removeprefix("job_")).id == first.id
    for wrong in ("", "job_", "job_zz", "%"):
        with pytest.raises(UsageError, match="no job"):
            store.job(wrong)
    while len({each.id[:5] for each in store.jobs()}) == len(store.jobs()):
        store.add(new_job())
    twins = sorted(each.id for each in store.jobs())
    short = next(one[:5] for one, two in itertools.pairwise(twins) if one[:5] == two[:5])
    with pytest.raises(UsageError, match="may be any of"):
        store.job(short)


def test_a_batch_is_listed_from_the_moment_that_it_is_known(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    job = store.add(new_job())
    with_shard(store, job)
    (shard,) = store.shards(job.id)
    for state in (ShardState.UPLOADING, ShardState.UPLOADED, ShardState.CREATING):
        store.move_shard(shard, state)
    assert [each.state for each in store.at_server("url")] == [ShardState.CREATING]
    assert store.at_server("another") == []
    store.move_shard(shard, ShardState.RUNNING, batch_id="batch_1")
    # It had no room: another batch takes its place, and both were made.
    store.move_shard(shard, ShardState.WAITING)
    for state in (ShardState.UPLOADING, ShardState.UPLOADED, ShardState.CREATING):
        store.move_shard(shard, state)
    store.move_shard(shard, ShardState.RUNNING, batch_id="batch_2")
    assert [each.batch_id for each in store.batches(job.id)] == ["batch_1", "batch_2"]


def test_split_shards_stand_for_the_one(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    job = store.add(new_job())
    with_shard(store, job)
    (shard,) = store.shards(job.id)
    lane = Lane("/v1/embeddings", "m")
    pieces = [Shard(lane, Spans([(0, 3)]), 1, 3, 2), Shard(lane, Spans([(3, 6)]), 2, 6, 3)]
    rows = store.split_shard(shard, pieces)
    assert [row.number for row in rows] == [2, 3]
    before, *after = store.shards(job.id)
    assert (before.state, after) == (ShardState.SPLIT, rows)
    assert "2 and 3" in before.why
    assert store.spans(rows[1]) == Spans([(3, 6)])
    figures = view(store, job.id)
    assert (figures.shards_all, figures.pending, figures.total) == (2, 3, 3)


def test_a_limit_that_was_told_is_remembered(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    store.tell_limit("url", "m", 90_000)
    store.tell_limit("url", "m", 80_000)
    assert store.limits("url") == {"m": 80_000}
    assert store.limits("another") == {}


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "jobs.db"
    path.write_bytes(b"no database, " * 100)
    with pytest.raises(BatchtuiError, match="the record of jobs cannot be used"):
        JobStore(path).jobs()


def test_one_process_at_a_time_and_a_killed_one_is_none(tmp_path: Path) -> None:
    directory = tmp_path / "job"
    with subprocess.Popen(
        [sys.executable, "-c", HOLDS, str(directory)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env={**os.environ, "PYTHONPATH": str(Path.cwd())},
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == b"held\n"
        assert driver(directory) == process.pid
        with pytest.raises(JobBusyError, match=str(process.pid)), lease(directory, "job_1"):
            pass
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert driver(directory) == 0
        with lease(directory, "job_1"):
            assert driver(directory) == os.getpid()
    assert driver(directory) == 0
    assert driver(tmp_path / "never") == 0


def test_a_job_that_nobody_drives_is_interrupted(tmp_path: Path) -> None:
    store = JobStore(tmp_path / "jobs.db")
    job = store.add(new_job(JobState.RUNNING))
    store.add(new_job(JobState.DONE))
    newest, oldest = views(store)
    assert not newest.is_interrupted
    assert oldest.is_interrupted
    assert "interrupted" in oldest.why
    with lease(store.directory(job.id), job.id):
        assert not view(store, job.id).is_interrupted
