"""Which batch retries which: kept beside the ledger, and told to the server in the metadata.

The ledger knows what this machine did; the metadata tells it to every machine, where there was room
for it. Reads and writes a file, so everything that takes a ledger belongs into a thread.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Final

import msgspec

from batchtui.errors import NotFoundError
from batchtui.models.batch import Batch
from batchtui.models.limits import Limits
from batchtui.workflows.ledger import TOKEN_KEY, Ledger
from batchtui.workflows.session import Session

RETRY_KEY: Final = "batchtui_retry_of"
"""The metadata key that names the batch of which a batch retries requests."""

OWN_KEYS: Final = frozenset({TOKEN_KEY, RETRY_KEY})
"""Metadata that this program put there, and no person."""

MOST_LISTED: Final = 10_000
"""So many batches of an account are looked through for retries, the newest first."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS retries (
    account TEXT NOT NULL,
    batch_id TEXT NOT NULL,
    of_batch_id TEXT NOT NULL,
    counts TEXT NOT NULL,
    changes TEXT NOT NULL,
    made_at REAL NOT NULL,
    PRIMARY KEY (account, batch_id)
) STRICT;
CREATE INDEX IF NOT EXISTS retries_by_origin ON retries (account, of_batch_id, made_at);
"""


@dataclass(frozen=True, slots=True)
class Retry:
    """`batch_id` sends again some requests of `of_batch_id`.

    `counts`: how many of them had which outcome, as word; empty where only the metadata tells of
    it. `changes`: what was set in their bodies, as in `jsonl.rewrite`. `made_at`: epoch seconds.
    """

    batch_id: str
    of_batch_id: str
    counts: Mapping[str, int] = field(default_factory=dict)
    changes: Mapping[str, str] = field(default_factory=dict)
    made_at: float = 0.0

    @property
    def what(self) -> str:
        """`129 failed, 3 expired`; empty where that is not known."""
        return ", ".join(f"{count:,} {word}" for word, count in self.counts.items())


def record(ledger: Ledger, account: str, retry: Retry) -> None:
    """Keep it. Raises BatchtuiError when the ledger cannot be written."""
    counts, changes = (
        msgspec.json.encode(dict(each)).decode() for each in (retry.counts, retry.changes)
    )
    made_at = retry.made_at or time.time()
    with ledger.beside(_SCHEMA) as database:
        database.execute(
            "INSERT OR REPLACE INTO retries VALUES (?, ?, ?, ?, ?, ?)",
            (account, retry.batch_id, retry.of_batch_id, counts, changes, made_at),
        )


def kept(ledger: Ledger, account: str, batch_id: str) -> tuple[Retry | None, list[Retry]]:
    """What `batch_id` is a retry of, if this machine made it, and the retries of it, oldest first.

    Raises BatchtuiError when the ledger cannot be read.
    """
    chosen = "SELECT batch_id, of_batch_id, counts, changes, made_at FROM retries"
    with ledger.beside(_SCHEMA) as database:
        own = database.execute(
            f"{chosen} WHERE account = ? AND batch_id = ?", (account, batch_id)
        ).fetchone()
        rows = database.execute(
            f"{chosen} WHERE account = ? AND of_batch_id = ? ORDER BY made_at, rowid",
            (account, batch_id),
        ).fetchall()
    return (_retry(own) if own else None), [_retry(row) for row in rows]


def told(batch: Batch) -> Retry | None:
    """What the metadata of `batch` tells."""
    of = (batch.metadata or {}).get(RETRY_KEY)
    return Retry(batch.id, of, made_at=float(batch.created_at or 0)) if of else None


def around(
    ledger: Ledger | None, account: str, batch: Batch, others: Iterable[Batch]
) -> tuple[Retry | None, list[Retry]]:
    """As `kept`, with what the metadata of `batch` and of `others` tells, oldest first."""
    own, retries = kept(ledger, account, batch.id) if ledger is not None else (None, [])
    known = {retry.batch_id: retry for retry in retries}
    for other in others:
        retry = told(other)
        if retry is not None and retry.of_batch_id == batch.id and other.id != batch.id:
            known.setdefault(other.id, retry)
    return own or told(batch), sorted(known.values(), key=lambda retry: retry.made_at)


def own_metadata(metadata: Mapping[str, str] | None) -> dict[str, str]:
    """What people put there."""
    return {key: value for key, value in (metadata or {}).items() if key not in OWN_KEYS}


def metadata_of_retry(
    metadata: Mapping[str, str], of_batch_id: str, limits: Limits
) -> dict[str, str]:
    """`metadata` with the name of the batch that is retried, where there is room for it.

    A place is left for the token that finds a lost create again: that one is worth more.
    """
    own = own_metadata(metadata)
    has_room = len(own) + len(OWN_KEYS) <= limits.metadata_pairs
    if not has_room or len(of_batch_id) > limits.metadata_value_chars:
        return own
    return {**own, RETRY_KEY: of_batch_id}


async def near(session: Session, batch: Batch) -> tuple[Retry | None, list[Retry]]:
    """As `around`, with the list of the account where there is no ledger: a gateway of our own."""
    others: list[Batch] = []
    if session.ledger is None:
        others = list((await _newer(session, batch)).values())
    account = session.profile.account
    return await asyncio.to_thread(around, session.ledger, account, batch, others)


async def descendants(session: Session, batch: Batch) -> list[Batch]:
    """All retries of `batch`, and theirs, as they are now; oldest first.

    Looks through the account's list as far back as to `batch`, and asks by id for those that only
    the ledger knows. Raises ApiError.
    """
    client = await session.client()
    listed = await _newer(session, batch)
    found: dict[str, Batch] = {}
    waiting = [batch]
    while waiting:
        _, retries = await asyncio.to_thread(
            around, session.ledger, session.profile.account, waiting.pop(), listed.values()
        )
        for retry in retries:
            if retry.batch_id in found or retry.batch_id == batch.id:
                continue
            try:
                known = listed.get(retry.batch_id) or await client.batches.retrieve(retry.batch_id)
            except NotFoundError:
                continue
            found[retry.batch_id] = known
            waiting.append(known)
    places = {batch_id: place for place, batch_id in enumerate(listed)}
    return sorted(
        found.values(), key=lambda each: (each.created_at or 0, places.get(each.id, len(places)))
    )


async def _newer(session: Session, batch: Batch) -> dict[str, Batch]:
    """The batches created after `batch`, as far as they are looked through; oldest first."""
    client = await session.client()
    newer: dict[str, Batch] = {}
    async for each in client.batches.list(limit=100):
        is_older = (each.created_at or 0) < (batch.created_at or 0)
        if is_older or len(newer) == MOST_LISTED:
            break
        if each.id != batch.id:
            newer[each.id] = each
    return dict(reversed(newer.items()))


def _retry(row: tuple[str, str, str, str, float]) -> Retry:
    batch_id, of_batch_id, counts, changes, made_at = row
    return Retry(
        batch_id,
        of_batch_id,
        msgspec.json.decode(counts, type=dict[str, int]),
        msgspec.json.decode(changes, type=dict[str, str]),
        made_at,
    )
