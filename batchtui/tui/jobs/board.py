"""What the app knows of the jobs: read from their record in a thread, drawn from here.

Owns what is read and when a reading can be left out. It asks no server and draws nothing.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

    from batchtui.workflows.jobs.actions import JobDetail, JobView
    from batchtui.workflows.jobs.store import JobStore

Stamp = tuple[tuple[int, int] | None, ...]


class Queued(NamedTuple):
    """Tokens, as estimated, that the server of `account` has in its queue for `model`.

    `limit`: the most that it takes; None while nobody knows.
    """

    account: str
    model: str
    tokens: int
    limit: int | None


@dataclass(frozen=True, slots=True)
class Board:
    """All jobs, newest first. `details`: of those that were asked for, by id."""

    views: Sequence[JobView] = ()
    details: Mapping[str, JobDetail] = field(default_factory=dict)
    queues: Sequence[Queued] = ()

    @property
    def active(self) -> int:
        return sum(is_active(each) for each in self.views)

    @property
    def spent_usd(self) -> float | None:
        """Of all jobs listed; None where nothing is known."""
        known = [each.cost_usd for each in self.views if each.cost_usd is not None]
        return sum(known) if known else None

    def view(self, job_id: str) -> JobView | None:
        """`job_id` may be the beginning of one; of several the newest."""
        return next((each for each in self.views if each.job.id.startswith(job_id)), None)


def is_active(view: JobView) -> bool:
    """Something of it is, or should be, under way."""
    from batchtui.workflows.jobs.states import ACTIVE_JOBS

    return view.state in ACTIVE_JOBS


def is_final(view: JobView) -> bool:
    from batchtui.workflows.jobs.states import FINAL_JOBS

    return view.state in FINAL_JOBS


def read(store: JobStore, wanted: Collection[str]) -> Board:
    """For a thread. `wanted`: the ids of jobs whose shards are to be read too."""
    from batchtui.workflows.jobs.actions import JobDetail, views

    found = views(store)
    details = {}
    for view in found:
        job_id = view.job.id
        if job_id in wanted:
            details[job_id] = JobDetail(
                view, store.attempts(job_id), store.shards(job_id), store.batches(job_id)
            )
    return Board(found, details, _queues(store, found))


def stamp(path: Path) -> Stamp:
    """Another one whenever anybody has written to the record at `path`."""
    return tuple(_written(f"{path}{suffix}") for suffix in ("", "-wal"))


def _written(path: str) -> tuple[int, int] | None:
    try:
        status = os.stat(path)  # noqa: PTH116
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def _queues(store: JobStore, views: Sequence[JobView]) -> list[Queued]:
    """Of every account with an open batch, the fullest queue first."""
    queues = []
    active = [each for each in views if each.shards_at_server]
    for account in dict.fromkeys(each.job.account for each in active):
        told = store.limits(account)
        own = [
            each.job.options.max_enqueued_tokens for each in active if each.job.account == account
        ]
        asked = min((each for each in own if each is not None), default=None)
        tokens: dict[str, int] = {}
        for shard in store.at_server(account):
            tokens[shard.lane.model] = tokens.get(shard.lane.model, 0) + shard.tokens
        for model, count in tokens.items():
            bounds = [each for each in (told.get(model), asked) if each is not None]
            queues.append(Queued(account, model, count, min(bounds, default=None)))
    return sorted(queues, key=lambda each: -each.tokens)
