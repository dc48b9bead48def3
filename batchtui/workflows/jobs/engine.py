"""Drives one job from wherever it is to its end, or to what stops it.

Owns the order: lay out, attempt after attempt, the account of every request, the result. What is
done within an attempt is `round`'s. Every step is in the store before it is taken.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import AsyncGenerator
from contextlib import ExitStack
from pathlib import Path

from batchtui.errors import BatchtuiError, InputError, UsageError
from batchtui.jsonl.shards import Shard, Spans, plan
from batchtui.workflows.background import Emit, events, in_thread
from batchtui.workflows.fingerprint import fingerprint
from batchtui.workflows.jobs.audit import Settled, settle
from batchtui.workflows.jobs.bounds import bounds_of
from batchtui.workflows.jobs.cancelling import CancelRound
from batchtui.workflows.jobs.collecting import recollect
from batchtui.workflows.jobs.course import Course
from batchtui.workflows.jobs.events import Audited, Auditing, JobEnded, JobEvent, Planned, Planning
from batchtui.workflows.jobs.lease import lease
from batchtui.workflows.jobs.making import stamp_of
from batchtui.workflows.jobs.records import Attempt, ShardRow
from batchtui.workflows.jobs.retry import NewAttempt
from batchtui.workflows.jobs.round import CancelAskedError, PauseAskedError, Round
from batchtui.workflows.jobs.spend import check_cap, committed_usd
from batchtui.workflows.jobs.states import ACTIVE_JOBS, JobState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session


def run(
    session: Session, store: JobStore, job_id: str, *, interval_s: float = 10.0
) -> AsyncGenerator[JobEvent, None]:
    """The events of the job while it is driven here; see `actions.drive`."""

    async def produce(emit: Emit[JobEvent]) -> None:
        job = await asyncio.to_thread(store.job, job_id)
        if job.account != session.profile.account:
            raise UsageError(
                f"{job.id} belongs to {job.account}, and this is {session.profile.account}",
                hint="name its profile or base URL",
            )
        ledger = session.ledger or Ledger(store.path.with_name("ledger.db"))
        with ExitStack() as stack:
            hold = lease(store.directory(job.id), job.id)
            await asyncio.to_thread(stack.enter_context, hold)
            job = await asyncio.to_thread(store.update, job.id, pid=os.getpid())
            course = Course(session, store, ledger, job, interval_s, emit)
            lines = 0
            if job.state in ACTIVE_JOBS:
                lines = await _driven(course)
            emit(JobEnded(course.job, lines))

    return events(produce)


async def _driven(course: Course) -> int:
    """To the end of the job; returns the lines of the result that were written."""
    try:
        if course.job.state is not JobState.CANCELLING:
            return await _to_the_end(course)
    except PauseAskedError:
        await course.move_job(JobState.PAUSED)
        return 0
    except CancelAskedError:
        await course.move_job(JobState.CANCELLING)
    except BatchtuiError as error:
        await course.move_job(JobState.STOPPED, why=str(error))
        raise
    return await _cancelled(course)


async def _to_the_end(course: Course) -> int:
    await _check_input(course)
    await asyncio.to_thread(check_cap, course.job)
    if course.job.attempt == 0:
        await _lay_out(course)
    if course.job.state is not JobState.RUNNING:
        await course.move_job(JobState.RUNNING)
    while True:
        attempt, shards = await _attempt(course)
        await Round(course, attempt, shards, limits=await _limits(course)).run()
        settled = await _settled(course, await _next_attempt(course))
        if not settled.retried:
            break
        count = len(await asyncio.to_thread(course.store.shards, course.job.id, attempt.number + 1))
        course.emit(Planned(attempt.number + 1, settled.retried, count))
    left = settled.audit.submitted - settled.audit.ok
    await course.move_job(
        JobState.INCOMPLETE if left else JobState.DONE,
        why=f"{left:,} request{' has' if left == 1 else 's have'} no answer" if left else "",
    )
    return settled.lines


async def _cancelled(course: Course) -> int:
    lines = 0
    if course.job.attempt:
        attempt, shards = await _attempt(course)
        await CancelRound(course, attempt, shards, limits={}).run()
        lines = (await _settled(course, None)).lines
    await course.move_job(JobState.CANCELLED)
    return lines


async def _check_input(course: Course) -> None:
    """The input is still what the job was made of. Raises InputError."""
    job = course.job
    path = Path(job.input_path)
    stamp = await asyncio.to_thread(stamp_of, path)
    if stamp == job.input_stamp:
        return
    content = await in_thread(fingerprint(path), lambda at: course.emit(Planning(at)))
    if content != job.input_hash:
        raise InputError(
            f"{path} is not what the job was made of: its content has changed",
            hint="put the file back as it was, or make a new job of the new one",
        )
    await course.update_job(input_stamp=stamp)


async def _lay_out(course: Course) -> None:
    """The shards of the first attempt."""
    job = course.job
    bounds = bounds_of(course.session.profile, job.options)
    steps = plan(Path(job.input_path), bounds, first_lines=job.options.canary_lines)
    shards = await in_thread(steps, lambda at: course.emit(Planning(at)))
    if job.options.anyway:
        shards = _as_one(shards, bounds.lines, bounds.size_bytes)
    attempt = Attempt(
        job_id=job.id,
        number=1,
        path=job.input_path,
        lines=sum(each.lines for each in shards),
        outcomes=(),
        changes={},
        created_at=time.time(),
    )
    is_canary = job.options.canary_lines is not None and len(shards) > 1
    await asyncio.to_thread(course.store.add_attempt, attempt, shards, canary=is_canary)
    course.job = await asyncio.to_thread(course.store.job, job.id)
    course.emit(Planned(1, attempt.lines, len(shards)))


def _as_one(shards: list[Shard], most_lines: int | None, most_bytes: int | None) -> list[Shard]:
    """Lines that are no requests stay with their neighbours, where one batch takes them all: the
    user wants to see what the server says of this file."""
    lines = sum(each.lines for each in shards)
    size_bytes = sum(each.size_bytes for each in shards)
    is_odd = any(None in each.lane for each in shards)
    fits = lines <= (most_lines or lines) and size_bytes <= (most_bytes or size_bytes)
    if not (is_odd and fits):
        return shards
    largest = max(shards, key=lambda each: (None not in each.lane, each.lines))
    spans = Spans(sorted(span for each in shards for span in each.spans))
    tokens = sum(each.tokens for each in shards)
    return [Shard(largest.lane, spans, lines, size_bytes, tokens)]


async def _attempt(course: Course) -> tuple[Attempt, list[ShardRow]]:
    attempts = await asyncio.to_thread(course.store.attempts, course.job.id)
    attempt = attempts[-1]
    shards = await asyncio.to_thread(course.store.shards, course.job.id, attempt.number)
    return attempt, shards


async def _limits(course: Course) -> dict[str, int]:
    return await asyncio.to_thread(course.store.limits, course.job.account)


async def _next_attempt(course: Course) -> NewAttempt | None:
    """What the next attempt would be for; None where the caps allow none."""
    options = course.job.options
    if course.job.attempt >= options.max_attempts:
        return None
    if options.max_spend_usd is not None:
        profile, job = course.session.profile, course.job
        shards = await asyncio.to_thread(course.store.shards, job.id)
        committed = await asyncio.to_thread(committed_usd, profile, job, shards)
        if committed >= options.max_spend_usd:
            return None
    return NewAttempt(options.retry_outcomes, {})


async def _settled(course: Course, wanted: NewAttempt | None) -> Settled:
    await recollect(course.session, course.store, course.job.id)
    bounds = bounds_of(course.session.profile, course.job.options)
    settled = await in_thread(
        settle(course.store, course.job, wanted, bounds),
        lambda at: course.emit(Auditing(at)),
    )
    await course.update_job(audit=settled.audit)
    course.emit(Audited(settled.audit))
    return settled
