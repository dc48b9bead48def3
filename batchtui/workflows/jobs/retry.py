"""The next attempt of a job: which requests it is for, what is changed in them, and its shards.

Owns the choice by outcome and the rewriting. Requests that are sent again as they were lie where
they are, in the input; rewritten ones go into a file of this attempt alone. For a thread.
"""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from batchtui import paths
from batchtui.jsonl.answers import check_json_answers
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Steps
from batchtui.jsonl.rewrite import rewrite
from batchtui.jsonl.shards import Bounds, Shard, plan, plan_lines
from batchtui.workflows.jobs.records import Attempt, Job
from batchtui.workflows.jobs.store import JobStore


@dataclass(frozen=True, slots=True)
class NewAttempt:
    """`changes`: by the name of a field of the body, its new value as JSON; "null" removes it."""

    outcomes: tuple[Outcome, ...]
    changes: Mapping[str, str]


def lay_out(
    store: JobStore, job: Job, records: Joined, wanted: NewAttempt, bounds: Bounds
) -> Steps[int]:
    """Lay out the next attempt of `job` for some of its `records`; returns for how many requests.

    0: none has a wanted outcome, and there is no attempt. Raises InputError when a file cannot be
    read or written.
    """
    number = job.attempt + 1
    if Outcome.INVALID_JSON in wanted.outcomes:
        yield from check_json_answers(records)
    chosen = records.indices(frozenset(wanted.outcomes))
    if not chosen:
        return 0
    path = Path(job.input_path)
    shards: list[Shard]
    if wanted.changes:
        path = paths.private(store.directory(job.id)) / f"attempt-{number}.jsonl"
        yield from rewrite(records, chosen, wanted.changes, path)
        shards = yield from plan(path, bounds)
    else:
        shards = yield from plan_lines(path, _places(records, chosen), bounds)
    attempt = Attempt(
        job_id=job.id,
        number=number,
        path=str(path),
        lines=len(chosen),
        outcomes=wanted.outcomes,
        changes=wanted.changes,
        created_at=time.time(),
    )
    store.add_attempt(attempt, shards, canary=False)
    return len(chosen)


def _places(records: Joined, chosen: Collection[int]) -> Iterator[tuple[int, int]]:
    for index in chosen:
        yield records.request_offsets[index], records.request_lengths[index]
