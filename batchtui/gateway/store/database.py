"""The SQLite database: one connection, used by one thread of its own.

Owns the connection, the schema and transactions. WAL with `synchronous=FULL`: what a committed
transaction says is on disk. Must not know what the tables mean.
"""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, TypeVar

from batchtui.errors import UsageError

T = TypeVar("T")

SCHEMA_VERSION: Final = 1


class Database:
    def __init__(self, path: Path, schema: str) -> None:
        """Raises UsageError for a database of another version, or a file that is none."""
        self._thread = ThreadPoolExecutor(1, thread_name_prefix="gateway-database")
        try:
            self._connection = self._thread.submit(_open, path, schema).result()
        except BaseException:
            self._thread.shutdown()
            raise

    def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Run `work` as one transaction: all of it is durable on return, or nothing of it."""
        return self._thread.submit(self._transaction, work).result()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """As `call`, without stopping the event loop."""
        return await asyncio.wrap_future(self._thread.submit(self._transaction, work))

    def close(self) -> None:
        self._thread.submit(self._connection.close).result()
        self._thread.shutdown()

    def _transaction(self, work: Callable[[sqlite3.Connection], T]) -> T:
        connection = self._connection
        connection.execute("BEGIN IMMEDIATE")
        try:
            result = work(connection)
            connection.execute("COMMIT")
        except BaseException:
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise
        return result


def _open(path: Path, schema: str) -> sqlite3.Connection:
    connection = None
    try:
        connection = sqlite3.connect(path, isolation_level=None)
        version = connection.execute("PRAGMA user_version").fetchone()[0]
        if version not in (0, SCHEMA_VERSION):
            raise UsageError(
                f"{path}: written by another version of batchtui (schema {version})",
                hint="choose another --data-dir",
            )
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("PRAGMA synchronous = FULL")
        connection.executescript(f"BEGIN; {schema} PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;")
    except sqlite3.DatabaseError as error:
        _close(connection)
        raise UsageError(
            f"{path}: not a usable database: {error}", hint="choose another --data-dir"
        ) from None
    except BaseException:
        _close(connection)
        raise
    return connection


def _close(connection: sqlite3.Connection | None) -> None:
    if connection is not None:
        connection.close()
