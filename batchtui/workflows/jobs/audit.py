"""All results of a job beside its input: what became of each request, and the one result file.

Owns that the best answer over all attempts counts, that the sums add up to the input, and that the
result is in input order. For a thread; memory is some 50 bytes a request, whatever their size.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from batchtui.jsonl.join import join
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.progress import Steps
from batchtui.jsonl.shards import Bounds
from batchtui.jsonl.write import merge_in_input_order
from batchtui.workflows.jobs.process import allow_files, keep_large_apart
from batchtui.workflows.jobs.records import Job, JobAudit
from batchtui.workflows.jobs.retry import NewAttempt, lay_out
from batchtui.workflows.jobs.store import JobStore


def joined(store: JobStore, job: Job, *, up_to: int | None = None) -> Steps[Joined]:
    """The input of the job, joined with every result file that was collected. Close it.

    `up_to`: the last attempt whose results count; None: all. Raises InputError when a file cannot
    be read.
    """
    files = [
        (Path(path), shard.attempt)
        for shard in store.shards(job.id)
        for path in (shard.output_path, shard.error_path)
        if path and (up_to is None or shard.attempt <= up_to)
    ]
    allow_files(len(files))
    keep_large_apart()
    attempts = [attempt for _, attempt in files]
    paths = [path for path, _ in files]
    return (yield from join(Path(job.input_path), paths, attempts=attempts, aside=False))


def audit_of(records: Joined, attempt: int) -> JobAudit:
    return JobAudit(
        attempt=attempt,
        submitted=len(records),
        outcomes=records.counts,
        duplicate=records.duplicate,
        unknown=records.unknown,
        unreadable=records.unreadable,
        superseded=records.superseded,
        result_lines=records.result_lines,
    )


def write_result(store: JobStore, job: Job, out: Path) -> Steps[tuple[int, JobAudit]]:
    """Write the best result line of every request to `out`, in input order, atomically.

    Returns the number of lines, and the audit. A request with no result has no line.
    """
    records = yield from joined(store, job)
    with records:
        lines = yield from merge_in_input_order(records, out)
        return lines, audit_of(records, job.attempt)


@dataclass(frozen=True, slots=True)
class Settled:
    """How an attempt ended. `retried`: the requests of the next one, 0: there is none, and `lines`
    were written to the result."""

    audit: JobAudit
    retried: int = 0
    lines: int = 0


def settle(store: JobStore, job: Job, wanted: NewAttempt | None, bounds: Bounds) -> Steps[Settled]:
    """Account for every request; then lay out the next attempt, if one is `wanted` and any request
    is left for it, or else write the result to the job's `out_path`, if it has one.
    """
    records = yield from joined(store, job)
    with records:
        audit = audit_of(records, job.attempt)
        if wanted is not None:
            retried = yield from lay_out(store, job, records, wanted, bounds)
            if retried:
                return Settled(audit, retried=retried)
        lines = 0
        if job.out_path:
            lines = yield from merge_in_input_order(records, Path(job.out_path))
        return Settled(audit, lines=lines)


def lay_out_retry(store: JobStore, job: Job, wanted: NewAttempt, bounds: Bounds) -> Steps[int]:
    """The next attempt of a job that has ended; returns for how many requests, 0: there is none."""
    records = yield from joined(store, job)
    with records:
        return (yield from lay_out(store, job, records, wanted, bounds))
