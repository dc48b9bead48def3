"""Watches named batches until each is final.

Owns when to ask again. A final batch is never asked for again: on a LiteLLM proxy without a
database every such question makes it download the result files from the provider.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Iterable
from typing import Final

from batchtui.errors import ConnectionFailedError, RateLimitedError, ServerError, TimedOutError
from batchtui.models import status
from batchtui.models.batch import Batch
from batchtui.workflows.feed import Trouble
from batchtui.workflows.session import Session

FIRST_INTERVAL_S: Final = 0.1
GROWTH: Final = 1.3
LATE_OUTPUT_TRIES: Final = 5
PASSING: Final = (ConnectionFailedError, TimedOutError, ServerError, RateLimitedError)


async def watch(
    session: Session, batch_ids: Iterable[str], *, interval_s: float = 10.0
) -> AsyncIterator[Batch | Trouble]:
    """Each batch when it is first seen and whenever it differs; ends when all are final.

    Asks often at first, then every `interval_s`. Trouble that may pass is an event; anything else
    (unknown id, refused key) is raised.
    """
    waiting = list(dict.fromkeys(batch_ids))
    seen: dict[str, Batch] = {}
    late: dict[str, int] = {}
    pause_s = min(FIRST_INTERVAL_S, interval_s)
    while waiting:
        client = await session.client()
        for batch_id in tuple(waiting):
            try:
                batch = await client.batches.retrieve(batch_id)
            except PASSING as error:
                yield Trouble(error, interval_s, None)
                pause_s = interval_s
                continue
            if batch != seen.get(batch_id):
                seen[batch_id] = batch
                yield batch
            if batch.is_terminal and not _awaits_output(batch, late):
                waiting.remove(batch_id)
        if waiting:
            await asyncio.sleep(pause_s)
            pause_s = min(pause_s * GROWTH, interval_s)


def _awaits_output(batch: Batch, late: dict[str, int]) -> bool:
    """`completed` may come before the file ids do (LiteLLM issue 37715): ask a few times more."""
    counts = batch.request_counts
    if batch.status != status.COMPLETED or batch.output_file_id or batch.error_file_id:
        return False
    if counts is not None and counts.total == 0:
        return False
    late[batch.id] = late.get(batch.id, 0) + 1
    return late[batch.id] <= LATE_OUTPUT_TRIES
