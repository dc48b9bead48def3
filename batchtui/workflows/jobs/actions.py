"""What the app, the command line and Python may do with jobs.

Look (for a thread; nothing is asked of a server):

    views(store) -> list[JobView]         all jobs with their figures, newest first
    view(store, id) -> JobView            one; `id` may be the beginning of one
    detail(store, id) -> JobDetail        with its attempts, shards and batches

Make and drive (async generators of `JobEvent`; `Session` is a connection to the job's server):

    make(session, store, NewJob(...))     ends with JobMade(job, taken_up)
    drive(session, store, job_id)         ends with JobEnded(job); one process at a time

Steer (for a thread; each returns the job as it then is). What another process drives is asked of
that process, which obeys within a second; what nobody drives is changed at once:

    pause(store, id)     no more batches are created; the open ones go on at the server
    resume(store, id)    a paused, stopped or interrupted job may go on: then drive it
    cancel(store, id)    batches are cancelled, what is done is kept: then drive it, unless driven
    retry(...)           a new attempt of a job that has ended: then drive it
    forget(store, id)    take a job that has ended or is stopped off the list

    fetch(session, store, id)             download again what was emptied out of the cache
    export(store, id, out)                the result so far, in input order
    run_on_done(job)                      the command that was to be run at the end, if any

`drive` may be closed at any moment: whatever it was at is taken up by the next.
"""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from batchtui.errors import UsageError
from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome
from batchtui.jsonl.progress import Progress
from batchtui.workflows.background import in_thread
from batchtui.workflows.jobs import audit, collecting, engine
from batchtui.workflows.jobs import retry as retrying
from batchtui.workflows.jobs.bounds import bounds_of
from batchtui.workflows.jobs.events import JobEvent
from batchtui.workflows.jobs.lease import JobBusyError, driver, lease
from batchtui.workflows.jobs.making import NewJob as NewJob
from batchtui.workflows.jobs.making import make as make
from batchtui.workflows.jobs.on_done import run_on_done as run_on_done
from batchtui.workflows.jobs.records import Attempt, Job, JobAudit, JobBatch, ShardRow
from batchtui.workflows.jobs.states import FINAL_JOBS, SETTLED, JobState, ShardState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.jobs.view import JobView
from batchtui.workflows.jobs.view import view as view
from batchtui.workflows.jobs.view import views as views
from batchtui.workflows.session import Session

PAUSE: Final = "pause"
CANCEL: Final = "cancel"


@dataclass(frozen=True, slots=True)
class JobDetail:
    """`shards` of all attempts, in order; `batches` are all that exist because of the job."""

    view: JobView
    attempts: Sequence[Attempt]
    shards: Sequence[ShardRow]
    batches: Sequence[JobBatch]


def detail(store: JobStore, id_or_prefix: str) -> JobDetail:
    """For a thread. Raises UsageError for an unknown id."""
    found = view(store, id_or_prefix)
    job_id = found.job.id
    return JobDetail(found, store.attempts(job_id), store.shards(job_id), store.batches(job_id))


def drive(
    session: Session, store: JobStore, job_id: str, *, interval_s: float = 10.0
) -> AsyncGenerator[JobEvent, None]:
    """Take the job to its end; the last event is `JobEnded`.

    `interval_s`: seconds between looks at the open batches. Raises JobBusyError when another
    process drives it; what stops it: an ApiError (a refused key, a refused file), NotKnownError,
    StoppedError with the reason. The job is `stopped` then, and `resume` takes it up.
    """
    return engine.run(session, store, job_id, interval_s=interval_s)


def pause(store: JobStore, id_or_prefix: str) -> Job:
    """Raises UsageError for a job that has ended or is being cancelled."""
    job = store.job(id_or_prefix)
    if job.state is JobState.PAUSED:
        return job
    if job.state in FINAL_JOBS or job.state is JobState.CANCELLING:
        raise UsageError(f"{job.id} is {job.state.word}")
    if driver(store.directory(job.id)):
        return store.update(job.id, wanted=PAUSE)
    return store.move(job.id, JobState.PAUSED)


def resume(store: JobStore, id_or_prefix: str, *, max_spend_usd: float | None = None) -> Job:
    """Let a paused, stopped or interrupted job go on, when it is driven next.

    Shards that the server refused are sent again; a canary that failed is accepted. `max_spend_usd`
    is its new cap. Raises JobBusyError while it is driven, UsageError for a job that has ended.
    """
    job = store.job(id_or_prefix)
    if job.state in FINAL_JOBS:
        raise UsageError(
            f"{job.id} is {job.state.word}",
            hint=f"batchtui jobs retry {job.id} makes a new attempt",
        )
    with lease(store.directory(job.id), job.id):
        for shard in store.shards(job.id):
            if shard.state is ShardState.FAILED:
                store.move_shard(shard, ShardState.PLANNED, refusals=0)
        options = job.options
        if job.state is JobState.STOPPED and _canary_is_over(store, job):
            options = replace(options, canary_lines=None)
        if max_spend_usd is not None:
            options = replace(options, max_spend_usd=max_spend_usd)
        store.update(job.id, wanted="", options=options)
        if job.state in (JobState.PAUSED, JobState.STOPPED):
            job = store.move(job.id, JobState.RUNNING)
        return store.job(job.id)


def _canary_is_over(store: JobStore, job: Job) -> bool:
    canaries = [each for each in store.shards(job.id) if each.is_canary]
    return all(each.state in SETTLED for each in canaries)


def cancel(store: JobStore, id_or_prefix: str) -> Job:
    """Raises UsageError for a job that has ended."""
    job = store.job(id_or_prefix)
    if job.state in FINAL_JOBS:
        raise UsageError(f"{job.id} is {job.state.word}")
    if job.state is JobState.CANCELLING:
        return job
    if driver(store.directory(job.id)):
        return store.update(job.id, wanted=CANCEL)
    return store.move(job.id, JobState.CANCELLING)


def forget(store: JobStore, id_or_prefix: str) -> None:
    """Take a job off the list, with the files of its own; its batches stay at the server.

    Raises UsageError for a job that has neither ended nor stopped, JobBusyError.
    """
    job = store.job(id_or_prefix)
    _check_forgettable(job)
    directory = store.directory(job.id)
    with lease(directory, job.id):
        _check_forgettable(store.job(job.id))
        store.remove(job.id)
    shutil.rmtree(directory, ignore_errors=True)


def _check_forgettable(job: Job) -> None:
    if job.state not in FINAL_JOBS and job.state is not JobState.STOPPED:
        raise UsageError(f"{job.id} is {job.state.word}", hint=f"batchtui jobs cancel {job.id}")


async def retry(
    session: Session,
    store: JobStore,
    id_or_prefix: str,
    *,
    outcomes: Sequence[Outcome] = (),
    changes: Mapping[str, str] | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Job:
    """Lay out a new attempt for the requests with one of `outcomes`, those of the job if empty.

    `changes`: see `retry.parse_changes`. Raises UsageError when there is nothing to retry or the
    job has not ended, JobBusyError, InputError.
    """
    job = store.job(id_or_prefix)
    if job.state not in FINAL_JOBS:
        raise UsageError(f"{job.id} is {job.state.word}", hint=f"batchtui jobs resume {job.id}")
    chosen = tuple(outcomes) or job.options.retry_outcomes
    wanted = retrying.NewAttempt(chosen, changes or {})
    with lease(store.directory(job.id), job.id):
        bounds = bounds_of(session.profile, job.options)
        count = await in_thread(audit.lay_out_retry(store, job, wanted, bounds), on_progress)
        if not count:
            if frozenset(chosen) >= NOT_ANSWERED:
                raise UsageError(f"{job.id}: nothing to retry: every request has an answer")
            raise UsageError(f"{job.id}: no request is {' or '.join(chosen)}")
        most = max(job.options.max_attempts, job.attempt + 1)
        store.update(job.id, wanted="", options=replace(job.options, max_attempts=most))
        return store.move(job.id, JobState.RUNNING)


async def fetch(session: Session, store: JobStore, id_or_prefix: str) -> None:
    """Have every result file on this machine. Raises any ApiError."""
    job = await asyncio.to_thread(store.job, id_or_prefix)
    await collecting.recollect(session, store, job.id)


def is_fetched(store: JobStore, id_or_prefix: str) -> bool:
    """Whether every result file that was collected is on this machine."""
    return not collecting.gone(store, store.job(id_or_prefix).id)


async def export(
    store: JobStore,
    id_or_prefix: str,
    out: Path,
    *,
    on_progress: Callable[[Progress], None] | None = None,
) -> tuple[int, JobAudit]:
    """Write what is collected so far to `out`, in input order; the lines written, and the audit.

    Other formats: `audit.joined` gives the records to `jsonl.export`. Raises InputError.
    """
    job = store.job(id_or_prefix)
    return await in_thread(audit.write_result(store, job, out), on_progress)


__all__ = [
    "CANCEL",
    "PAUSE",
    "JobBusyError",
    "JobDetail",
    "JobView",
    "NewJob",
    "cancel",
    "detail",
    "drive",
    "export",
    "forget",
    "make",
    "pause",
    "resume",
    "retry",
    "view",
    "views",
]
