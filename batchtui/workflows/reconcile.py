"""Settles a create whose answer was lost, by looking for its token in the list of batches.

Owns how long to look and when that is enough to say "not created". It never sends a create.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from typing import Final

from batchtui.errors import ApiError, ProtocolError
from batchtui.models.batch import Batch
from batchtui.workflows.ledger import TOKEN_KEY, Intent
from batchtui.workflows.session import Session

SETTLED_AFTER_S: Final = 300.0
"""A create older than this is not under way any more: one look is enough."""

CLOCK_SKEW_S: Final = 3_600
LOOKED_AT_MOST: Final = 1_000


async def find(
    session: Session,
    intent: Intent,
    on_look: Callable[[int, int], None],
) -> Batch | None:
    """The batch that `intent` made, or None when the server certainly lists none.

    `on_look` is told the number of the look, and how many there will be at most. Raises the
    ApiError when the list could not be read to the end at the last look: then it is not known.
    """
    waits_s = session.looks_s
    if time.time() - intent.sent_at >= SETTLED_AFTER_S:
        waits_s = waits_s[:1]
    trouble: ApiError | None = None
    for number, wait_s in enumerate(waits_s, start=1):
        await asyncio.sleep(wait_s)
        on_look(number, len(waits_s))
        try:
            trouble = None
            if batch := await _look(session, intent):
                return batch
        except ApiError as error:
            trouble = error
    if trouble is not None:
        raise trouble
    return None


async def _look(session: Session, intent: Intent) -> Batch | None:
    """One walk through the list. Raises ProtocolError where its end proves nothing.

    It may end early when the list is newest first and has come to batches older than the intent.
    """
    client = await session.client()
    newest_first, last_at_s, seen, goes_on = True, float("inf"), 0, False
    async for page in client.batches.list().pages():
        for batch in page.data:
            if made_by(batch, intent):
                return batch
            at_s = batch.created_at or last_at_s
            newest_first &= at_s <= last_at_s
            last_at_s = at_s
        if newest_first and last_at_s < intent.sent_at - CLOCK_SKEW_S:
            return None
        seen += len(page.data)
        goes_on = page.has_more is True
        if seen >= LOOKED_AT_MOST:
            break
    if goes_on:
        raise ProtocolError(
            f"the server's list of batches cannot be read to its end (seen: {seen:,})",
            hint="look for the batch there by hand",
        )
    return None


def made_by(batch: Batch, intent: Intent) -> bool:
    """By token; by the input file, used for one create only, where no token came back."""
    token = (batch.metadata or {}).get(TOKEN_KEY)
    if token is not None:
        return token == intent.token
    is_recent = (batch.created_at or 0) >= intent.sent_at - CLOCK_SKEW_S
    return is_recent and batch.input_file_id == intent.file_id
