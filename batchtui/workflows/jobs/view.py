"""The figures of a job as it stands: answered, failed, missing, how long, how much.

Computed from what the store tells, in one query for all jobs; nothing is asked of a server.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from batchtui.workflows.jobs.lease import driver
from batchtui.workflows.jobs.records import Job
from batchtui.workflows.jobs.states import (
    ACTIVE_JOBS,
    AT_SERVER,
    FINAL_JOBS,
    SETTLED,
    UNSENT,
    JobState,
    ShardState,
)
from batchtui.workflows.jobs.store import JobStore, Tally


@dataclass(frozen=True, slots=True)
class JobView:
    """A job with its figures: total = answered + failed + missing + pending.

    `pending` requests are neither answered nor given up in this attempt. `shards_all` leaves out
    those that were split. `driver_pid`: the process that drives it now, 0 for none.
    `tokens_at_server`: estimated, of the batches that are open. `eta_s`: seconds, None while there
    is nothing to tell it from. `cost_usd`: what is known to be spent.
    """

    job: Job
    driver_pid: int
    shards_done: int
    shards_all: int
    shards_at_server: int
    shards_waiting: int
    total: int
    answered: int
    failed: int
    missing: int
    pending: int
    tokens_at_server: int
    tokens_waiting: int
    eta_s: float | None
    cost_usd: float | None

    @property
    def state(self) -> JobState:
        return self.job.state

    @property
    def why(self) -> str:
        """One line for a person; "" when the state says it all."""
        if self.is_interrupted:
            return "interrupted: no process drives it"
        return self.job.why

    @property
    def is_driven(self) -> bool:
        return self.driver_pid != 0

    @property
    def is_interrupted(self) -> bool:
        """It should go on, and nobody drives it: `resume`."""
        return self.job.state in ACTIVE_JOBS and not self.is_driven

    @property
    def retries(self) -> int:
        return max(self.job.attempt - 1, 0)


def views(store: JobStore) -> list[JobView]:
    """All jobs, newest first. For a thread."""
    jobs = store.jobs()
    if not jobs:
        return []
    tallies: dict[str, list[Tally]] = {}
    for tally in store.tallies():
        tallies.setdefault(tally.job_id, []).append(tally)
    return [_view(store, job, tallies.get(job.id, ())) for job in jobs]


def view(store: JobStore, id_or_prefix: str) -> JobView:
    """One job. For a thread. Raises UsageError for an unknown id."""
    job = store.job(id_or_prefix)
    return _view(store, job, store.tallies(job.id))


def _view(store: JobStore, job: Job, tallies: Sequence[Tally]) -> JobView:
    tallies = [each for each in tallies if each.state is not ShardState.SPLIT]
    audited = job.audit.attempt if job.audit else 0
    later = [each for each in tallies if each.attempt > audited]
    newly = sum(each.completed for each in later)
    pending = sum(
        max(each.lines - each.completed - each.failed, 0)
        for each in later
        if each.state not in SETTLED
    )
    if job.audit is not None:
        answered = min(job.audit.ok + newly, job.records)
        rest = max(job.records - answered - pending, 0)
        missing = min(job.audit.missing, rest)
        failed = rest - missing
    else:
        answered = newly
        failed = sum(each.failed for each in later)
        if not later:
            pending = job.records
        missing = max(job.records - answered - failed - pending, 0)
    at_server = [each for each in tallies if each.state in AT_SERVER]
    unsent = [each for each in tallies if each.state in UNSENT]
    is_final = job.state in FINAL_JOBS
    return JobView(
        job=job,
        driver_pid=0 if is_final else driver(store.directory(job.id)),
        shards_done=_count(each for each in tallies if each.state in SETTLED),
        shards_all=_count(tallies),
        shards_at_server=_count(at_server),
        shards_waiting=_count(unsent),
        total=job.records,
        answered=answered,
        failed=failed,
        missing=missing,
        pending=max(job.records - answered - failed - missing, 0),
        tokens_at_server=sum(each.tokens for each in at_server),
        tokens_waiting=sum(each.tokens for each in unsent),
        eta_s=None if is_final else _eta_s(later, pending),
        cost_usd=job.spent_usd,
    )


def _count(tallies: Iterable[Tally]) -> int:
    return sum(each.shards for each in tallies)


def _eta_s(tallies: Sequence[Tally], pending: int) -> float | None:
    """From the mean pace since the first batch of this attempt."""
    done = sum(each.completed + each.failed for each in tallies)
    began_at = min((each.began_at for each in tallies if each.began_at), default=None)
    if began_at is None or not done:
        return None
    return pending * max(time.time() - began_at, 0.0) / done
