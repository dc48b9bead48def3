"""What a user does with one batch or the list: look, cancel."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Final

from batchtui.errors import ApiError, InvalidRequestError, NotFoundError, UsageError
from batchtui.models.batch import Batch
from batchtui.workflows.session import Session

FIRST_PAGE: Final = 100
LEAST_TYPED: Final = 4
"""Fewer characters are no beginning of an id that anybody means."""


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


async def full_id(session: Session, typed: str) -> str:
    """The id that begins with `typed`, of those that this machine made or that are listed first.

    `typed` itself where it is an id, and where none begins so or the server does not answer: what
    asks for it next says why. Raises UsageError where several begin so.
    """
    beginning = typed.rstrip(".")
    account = session.profile.account
    known: set[str] = set()
    if session.ledger is not None:
        known.update(await asyncio.to_thread(session.ledger.batch_ids, account, beginning))
    if typed in known or len(beginning) < LEAST_TYPED:
        return typed
    client = await session.client()
    try:
        await client.batches.retrieve(typed)
    except (NotFoundError, InvalidRequestError):
        with suppress(ApiError):
            async for batch in list_batches(session, at_most=FIRST_PAGE):
                if batch.id.startswith(beginning):
                    known.add(batch.id)
    except ApiError:
        return typed
    else:
        return typed
    if len(known) > 1:
        ids = ", ".join(sorted(known)[:5])
        raise UsageError(f"{typed} may be any of {ids}", hint="write more of the id")
    return known.pop() if known else typed


async def retrieve(session: Session, batch_id: str) -> Batch:
    client = await session.client()
    return await client.batches.retrieve(batch_id)


async def cancel(session: Session, batch_id: str) -> Batch:
    """Ask the server to cancel; what is finished is kept. Raises ConflictError when it is final."""
    client = await session.client_to_change()
    return await client.batches.cancel(batch_id)
