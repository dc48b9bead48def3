"""Sessions with servers that cost money, as far as they know, and what those servers have."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from batchtui.client import BatchClient
from batchtui.config import Profile
from batchtui.models.batch import Batch
from batchtui.workflows import batches
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session
from batchtui.workflows.submit import SubmitEvent
from tests.relay import Call

LOOKS_S = (0.0, 0.4, 1.6)


@asynccontextmanager
async def paying(
    url: str, ledger: Path | None = None, timeout_s: float | None = None
) -> AsyncIterator[Session]:
    """`ledger`: the user's own if None."""
    profile = Profile(name="paying", base_url=url)
    client = BatchClient(base_url=url, timeout_s=timeout_s, sleep=_hasty)
    async with Session(profile, ledger=Ledger(ledger), client=client, looks_s=LOOKS_S) as session:
        yield session


async def _hasty(seconds: float) -> None:
    await asyncio.sleep(seconds / 10)


def is_create(call: Call) -> bool:
    return call.method == "POST" and call.path.endswith("/batches")


def is_upload(call: Call) -> bool:
    return call.method == "POST" and call.path.endswith("/files")


def is_look(call: Call) -> bool:
    return call.method == "GET" and call.path.partition("?")[0].endswith("/batches")


async def all_of(events: AsyncIterator[SubmitEvent]) -> list[SubmitEvent]:
    return [event async for event in events]


async def made(url: str) -> list[Batch]:
    """The batches of the server at `url`."""
    async with Session(Profile(name="local", base_url=url, kind="local")) as session:
        return [batch async for batch in batches.list_batches(session)]
