"""Watches named batches until each is final.

Owns when to ask again, and whom. A final batch is never asked for again: on a LiteLLM proxy without
a database every such question makes it download the result files from the provider.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING, Final

from batchtui.errors import (
    ApiError,
    ConnectionFailedError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    TimedOutError,
)
from batchtui.models import status
from batchtui.models.batch import Batch
from batchtui.workflows.feed import Trouble
from batchtui.workflows.listed import ListedBatches
from batchtui.workflows.session import Session
from batchtui.workflows.waiting import jittered, retry_in_s, wait

if TYPE_CHECKING:
    from batchtui.client import BatchClient

FIRST_INTERVAL_S: Final = 0.1
GROWTH: Final = 1.3
LATE_OUTPUT_TRIES: Final = 5
PASSING: Final = (
    ConnectionFailedError,
    TimedOutError,
    ProtocolError,
    ServerError,
    RateLimitedError,
)
MOST_GARBLED: Final = 5
"""Answers in a row that are no batches: then it is no Batch API that answers."""


async def watch(
    session: Session, batch_ids: Iterable[str], *, interval_s: float = 10.0
) -> AsyncIterator[Batch | Trouble]:
    """Each batch when it is first seen and whenever it moves; ends when all are final.

    Asks often at first, then every `interval_s`: for several batches the list, while that can be
    believed, and for each one where not. Trouble that may pass is an event; anything else (unknown
    id, refused key) is raised.
    """
    watched = Watched(batch_ids)
    failures = garbled = 0
    pause_s = min(FIRST_INTERVAL_S, interval_s)
    while watched.waiting:
        client = await session.client()
        trouble: ApiError | None = None
        async for seen in watched.look(client):
            if isinstance(seen, Batch):
                yield seen
                continue
            trouble = trouble or seen
        if trouble is not None:
            failures += 1
            garbled = garbled + 1 if isinstance(trouble, ProtocolError) else 0
            if garbled > MOST_GARBLED:
                raise trouble
            longer_s = max(retry_in_s(trouble, failures, interval_s), pause_s)
            yield Trouble(trouble, longer_s, None)
            await wait(longer_s)
        elif watched.waiting:
            failures = garbled = 0
            await wait(jittered(pause_s))
        pause_s = min(pause_s * GROWTH, interval_s)


class Watched:
    """`waiting`: the ids that are not final yet, in the order they were given."""

    def __init__(self, batch_ids: Iterable[str]) -> None:
        self.waiting = list(dict.fromkeys(batch_ids))
        self._seen: dict[str, Batch] = {}
        self._late: dict[str, int] = {}
        self._listed = ListedBatches()
        self._turn = 0

    async def look(self, client: BatchClient) -> AsyncIterator[Batch | ApiError]:
        """What moved since the last look, and trouble that may pass."""
        try:
            rows = await self._listed.rows(client, self.waiting, self._seen)
        except PASSING as error:
            yield error
            return
        checked = self._checked()
        for batch_id in tuple(self.waiting):
            row = rows.get(batch_id)
            if row is None or row.is_terminal or batch_id == checked:
                try:
                    row = await client.batches.retrieve(batch_id)
                except (ServerError, ProtocolError) as error:
                    yield error  # perhaps of this one batch only: LiteLLM can not read odd ones
                    continue
                except PASSING as error:
                    yield error
                    return
            before = self._seen.get(batch_id)
            self._seen[batch_id] = row
            if before is None or _state(row) != _state(before):
                yield row
            if row.is_terminal and not _awaits_output(row, self._late):
                self.waiting.remove(batch_id)

    def _checked(self) -> str | None:
        """One batch a round, each in its turn, is asked for itself: so the list is held to it."""
        self._turn += 1
        return self.waiting[self._turn % len(self.waiting)] if self.waiting else None


def _state(batch: Batch) -> tuple[object, ...]:
    """What moves. A list may leave out the rest."""
    return (
        batch.status,
        batch.request_counts,
        batch.progress_percent,
        batch.output_file_id,
        batch.error_file_id,
        batch.errors,
    )


def _awaits_output(batch: Batch, late: dict[str, int]) -> bool:
    """`completed` may come before the file ids do (LiteLLM issue 37715): ask a few times more."""
    counts = batch.request_counts
    if batch.status != status.COMPLETED or batch.output_file_id or batch.error_file_id:
        return False
    if counts is not None and counts.total == 0:
        return False
    late[batch.id] = late.get(batch.id, 0) + 1
    return late[batch.id] <= LATE_OUTPUT_TRIES
