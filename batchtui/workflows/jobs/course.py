"""What the steps of a driven job share: the connection, the records, and who is told."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass
from typing import Any

from batchtui.workflows.background import Emit
from batchtui.workflows.jobs.events import JobEvent, JobMoved, ShardMoved
from batchtui.workflows.jobs.records import Job, ShardRow
from batchtui.workflows.jobs.states import JobState, ShardState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session


@dataclass(slots=True)
class Course:
    """`job` is the row as it was written last. `interval_s`: between looks at open batches."""

    session: Session
    store: JobStore
    ledger: Ledger
    job: Job
    interval_s: float
    emit: Emit[JobEvent]

    async def move_job(self, to: JobState, **changed: Any) -> None:
        """Recorded, then told."""
        self.job = await asyncio.to_thread(self.store.move, self.job.id, to, **changed)
        self.emit(JobMoved(self.job))

    async def update_job(self, **changed: Any) -> None:
        self.job = await asyncio.to_thread(self.store.update, self.job.id, **changed)

    async def move_shard(self, shard: ShardRow, to: ShardState, **changed: Any) -> ShardRow:
        """Recorded, then told."""
        shard = await asyncio.to_thread(self.store.move_shard, shard, to, **changed)
        self.emit(ShardMoved(shard))
        return shard
