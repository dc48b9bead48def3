"""From a file to a job: check it, know it by its content, and take up the job it already has.

Owns what makes two inputs the same job: the content, the account and the endpoint asked for. It
sends nothing. Laying out the shards is the engine's first step.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from batchtui.config import Profile
from batchtui.errors import InputError
from batchtui.jsonl.statistics import Statistics
from batchtui.jsonl.validation import Validation
from batchtui.workflows.background import Emit, events, in_thread
from batchtui.workflows.check import RefusedError, check, limits_of
from batchtui.workflows.fingerprint import fingerprint
from batchtui.workflows.jobs.events import Checked, Checking, JobEvent, JobMade
from batchtui.workflows.jobs.records import Estimate, Job, JobOptions
from batchtui.workflows.jobs.states import JobState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.rates import proxy_rates
from batchtui.workflows.session import Session

LANES: Final = ("url_mismatch", "model_mismatch")
"""No errors of a job: lines for several endpoints or models go into batches of their own."""


@dataclass(frozen=True, slots=True)
class NewJob:
    """What a job is to be made of. `name`: what people call it, the file's name if "".

    `again`: make a new job though there is one of the same content: it is paid for once more.
    `validation`: a check already made, of this very file.
    """

    path: Path
    options: JobOptions = field(default_factory=JobOptions)
    out_path: str = ""
    name: str = ""
    again: bool = False
    validation: Validation | None = None


def make(session: Session, store: JobStore, new: NewJob) -> AsyncGenerator[JobEvent, None]:
    """The events of making a job; the last is `JobMade`.

    A job of the same content, account and endpoint is taken up, whatever its other options, unless
    `again`: its caps on attempts and spend, its command at the end and its place for the result
    are those of `new` then. Raises RefusedError when the check finds errors, InputError.
    """

    async def produce(emit: Emit[JobEvent]) -> None:
        account = session.profile.account
        stamp = await asyncio.to_thread(stamp_of, new.path)
        if not new.again and (
            known := await asyncio.to_thread(_known_on_disk, store, account, new, stamp)
        ):
            emit(JobMade(await asyncio.to_thread(_taken_up, store, known, new, stamp), True))
            return
        content = await in_thread(fingerprint(new.path), lambda at: emit(Checking(at)))
        if not new.again and (
            known := await asyncio.to_thread(_known, store, account, new, content)
        ):
            emit(JobMade(await asyncio.to_thread(_taken_up, store, known, new, stamp), True))
            return
        validation = new.validation or await check_input(session.profile, new, emit)
        emit(Checked(validation))
        if not validation.ok and not new.options.anyway:
            raise RefusedError(new.path, validation)
        facts = validation.statistics
        if not facts.requests:
            raise InputError(f"{new.path}: the file holds no request")
        now = time.time()
        job = Job(
            id="",
            name=new.name or new.path.name,
            input_path=str(new.path.absolute()),
            input_hash=content,
            input_stamp=stamp,
            records=facts.requests,
            size_bytes=facts.size_bytes,
            account=account,
            profile_name=session.profile.name,
            options=new.options,
            state=JobState.PLANNED,
            created_at=now,
            changed_at=now,
            out_path=new.out_path,
            estimate=await estimate_of(session, facts, new.options.endpoint),
        )
        same = None if new.again else lambda jobs: _same(jobs, new)
        added = await asyncio.to_thread(store.add, job, same)
        emit(JobMade(added, added.created_at != job.created_at))

    return events(produce)


async def check_input(profile: Profile, new: NewJob, emit: Emit[JobEvent]) -> Validation:
    """Every problem of the input that a job does not solve by itself."""
    options = new.options
    limits = replace(limits_of(profile), lines=None, size_bytes=None)
    validation = await check(
        new.path,
        endpoint=options.endpoint,
        limits=limits,
        on_progress=lambda progress: emit(Checking(progress)),
    )
    solved = LANES if options.endpoint is None else LANES[1:]
    validation.problems = [each for each in validation.problems if each.code not in solved]
    validation.counts = {
        code: count for code, count in validation.counts.items() if code not in solved
    }
    return validation


async def estimate_of(session: Session, facts: Statistics, endpoint: str | None) -> Estimate:
    """Tokens, and the range of cost where the prices are known."""
    from batchtui.workflows.cost import estimate

    tokens = facts.estimated_input_tokens
    if session.profile.kind == "local":
        return Estimate(tokens, 0.0, 0.0)
    rates = await proxy_rates(session)
    cost = await asyncio.to_thread(
        estimate, facts, endpoint=endpoint, provider=session.profile.provider, rates=rates
    )
    if cost is None:
        return Estimate(tokens)
    return Estimate(tokens, cost.low_usd, cost.high_usd, cost.is_batch_price)


def stamp_of(path: Path) -> str:
    """What changes when the file is written to. Raises InputError when it is not there."""
    try:
        status = path.stat()
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None
    return f"{status.st_size}-{status.st_mtime_ns}-{status.st_ino}"


def _known_on_disk(store: JobStore, account: str, new: NewJob, stamp: str) -> Job | None:
    """The job of this very file, untouched since: nothing needs to be read again."""
    path = str(new.path.absolute())
    for job in store.jobs():
        if (job.account, job.input_path, job.input_stamp) == (account, path, stamp):
            return _known(store, account, new, job.input_hash)
    return None


def _known(store: JobStore, account: str, new: NewJob, content: str) -> Job | None:
    return _same(store.of_input(account, input_hash=content), new)


def _same(jobs: Sequence[Job], new: NewJob) -> Job | None:
    """The newest of these that stands for `new`, unless it was cancelled before it had a result."""
    of_endpoint = (job for job in jobs if job.options.endpoint == new.options.endpoint)
    job = next(of_endpoint, None)
    if job is None or job.state is not JobState.CANCELLED:
        return job
    return job if job.audit is not None and job.audit.result_lines else None


def _taken_up(store: JobStore, job: Job, new: NewJob, stamp: str) -> Job:
    options = replace(
        job.options,
        max_attempts=max(job.options.max_attempts, new.options.max_attempts),
        max_spend_usd=new.options.max_spend_usd,
        on_done=new.options.on_done,
    )
    return store.update(
        job.id,
        options=options,
        input_path=str(new.path.absolute()),
        input_stamp=stamp,
        out_path=new.out_path or job.out_path,
    )
