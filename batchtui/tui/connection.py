"""One account that the app follows: whose it is, the way to it, and what is known of it.

Owns also what a row of the list is, of which there may be several accounts'. It asks nobody.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from heapq import merge
from itertools import repeat, starmap
from typing import TYPE_CHECKING, NamedTuple

from batchtui.tui.account import Account

if TYPE_CHECKING:
    from batchtui.config import Profile
    from batchtui.models.batch import Batch
    from batchtui.tui.retried import Retried
    from batchtui.workflows.feed import BatchFeed
    from batchtui.workflows.session import Session


class Connection:
    """`profile` None: to nothing. `number`: which of the accounts side by side, from 0; None
    where there is one alone.
    """

    def __init__(
        self,
        profile: Profile | None = None,
        session: Session | None = None,
        number: int | None = None,
    ) -> None:
        self.profile = profile
        self.session = session
        self.account = Account()
        self.feed: BatchFeed | None = None
        # Digits and a line's end can not be the beginning of another account's key.
        self.mark = "" if number is None else f"{number}\n"

    @property
    def name(self) -> str:
        return self.profile.name if self.profile else ""

    @property
    def is_waiting(self) -> bool:
        """Its server has said nothing yet, good or bad."""
        return not self.account.is_loaded and self.account.trouble is None

    @property
    def rhythm_s(self) -> float:
        """Seconds between two answers, as things are."""
        if self.feed is not None:
            return self.feed.rhythm_s
        return self.profile.refresh_s if self.profile else 10.0


class Listed(NamedTuple):
    """A batch in the list, and the account that it is of. No other of any account has its `key`."""

    batch: Batch
    connection: Connection
    key: str

    @property
    def name(self) -> str:
        return self.connection.account.name(self.batch)

    @property
    def retried(self) -> Retried | None:
        return self.connection.account.retried(self.batch)


def listed(batch: Batch, connection: Connection) -> Listed:
    return Listed(batch, connection, connection.mark + batch.id)


def rows_of(connections: Sequence[Connection]) -> Iterator[Listed]:
    """Newest first; of one account, as its server has them."""
    if len(connections) == 1:
        return _rows_of(connections[0])
    return merge(*map(_rows_of, connections), key=_newest_first)


def _rows_of(connection: Connection) -> Iterator[Listed]:
    batches = connection.account.batches
    keys: Iterable[str] = tuple(batches)
    if connection.mark:
        keys = map(connection.mark.__add__, keys)
    return starmap(Listed, zip(tuple(batches.values()), repeat(connection), keys, strict=False))


def _newest_first(row: Listed) -> float:
    return -(row.batch.created_at or 0)
