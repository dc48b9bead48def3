"""What a user does with one batch or the list: look, cancel."""

from __future__ import annotations

from collections.abc import AsyncIterator

from batchtui.models.batch import Batch
from batchtui.workflows.session import Session


async def list_batches(session: Session, *, at_most: int | None = None) -> AsyncIterator[Batch]:
    """Batches in the server's order, newest first; `at_most` of them, or all."""
    client = await session.client()
    count = 0
    if at_most is not None and at_most <= 0:
        return
    async for batch in client.batches.list(limit=min(at_most or 100, 100)):
        yield batch
        count += 1
        if count == at_most:
            return


async def retrieve(session: Session, batch_id: str) -> Batch:
    client = await session.client()
    return await client.batches.retrieve(batch_id)


async def cancel(session: Session, batch_id: str) -> Batch:
    """Ask the server to cancel; what is finished is kept. Raises ConflictError when it is final."""
    client = await session.client_to_change()
    return await client.batches.cancel(batch_id)
