"""A job that is cancelled, driven to its end: open batches are cancelled, what is done is kept."""

from __future__ import annotations

from contextlib import suppress

from batchtui.errors import ConflictError, InvalidRequestError, NotFoundError
from batchtui.models.batch import Batch
from batchtui.workflows.jobs.records import ShardRow
from batchtui.workflows.jobs.refusal import words_of
from batchtui.workflows.jobs.round import Round, Work
from batchtui.workflows.jobs.states import UNSENT, ShardState


class CancelRound(Round):
    """As a Round, but nothing is sent: shards without a batch are given up, and each open batch is
    cancelled, then collected as usual."""

    async def run(self) -> None:
        self._cancelled: set[str] = set()
        for shard in tuple(self.shards.values()):
            if shard.state in UNSENT or shard.state is ShardState.FAILED:
                await self.move(shard, ShardState.CANCELLED)
        await super().run()

    async def next_work(self) -> tuple[ShardRow, Work] | None:
        """A create whose fate is open is settled; an open batch is cancelled."""
        for shard in self.shards.values():
            if shard.state is ShardState.CREATING:
                return shard, self._settled(shard)
            if shard.state is ShardState.RUNNING and shard.batch_id not in self._cancelled:
                return shard, self._cancel(shard)
        return None

    async def _settled(self, shard: ShardRow) -> ShardRow:
        batch = await self.sender.earlier(shard)
        if batch is None:
            return await self.course.move_shard(shard, ShardState.CANCELLED)
        return await self.sender.made(shard, batch)

    async def _cancel(self, shard: ShardRow) -> ShardRow:
        client = await self.course.session.client_to_change()
        # One that is final, or gone, cannot be cancelled: the next look tells which it is.
        with suppress(ConflictError, InvalidRequestError, NotFoundError):
            await client.batches.cancel(shard.batch_id)
        self._cancelled.add(shard.batch_id)
        return shard

    async def failed(self, shard: ShardRow, batch: Batch) -> None:
        why = words_of(batch)
        shard = await self.move(shard, ShardState.WAITING, batch_status=batch.status, why=why)
        await self.move(shard, ShardState.CANCELLED, why=why)
