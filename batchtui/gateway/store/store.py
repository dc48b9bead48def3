"""Files and batches, as the rest of the gateway asks for them.

Owns every SQL statement. Each method is one transaction, durable when it returns. Methods come as
functions of a connection, to be run by `Database`; the async ones here do that.
"""

from __future__ import annotations

# ruff: noqa: S608 - tables and columns are named by this package, every value is bound
import asyncio
import sqlite3
from collections.abc import Callable, Collection
from typing import Any, Final, TypeVar

from batchtui.gateway.store.database import Database
from batchtui.gateway.store.disk import Disk
from batchtui.gateway.store.rows import (
    BATCH_COLUMNS,
    FILE_COLUMNS,
    SCHEMA,
    BatchRow,
    FileRow,
)
from batchtui.models.status import ACTIVE

T = TypeVar("T")

TOMBSTONE_LIFE_S: Final = 24 * 3600
"""How long a deleted file's row stays, as a cursor for lists that are being paged."""

_ACTIVE: Final = ", ".join(f"'{status}'" for status in sorted(ACTIVE))
_FILES: Final = f"SELECT {', '.join(FILE_COLUMNS)} FROM files"
_BATCHES: Final = f"SELECT {', '.join(BATCH_COLUMNS)} FROM batches"


class UnknownCursorError(Exception):
    """`after` names nothing that was ever in the list."""


class Store:
    def __init__(self, disk: Disk) -> None:
        self.disk = disk
        self._database = Database(disk.database, SCHEMA)

    def close(self) -> None:
        self._database.close()

    async def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return await self._database.run(work)

    def call(self, work: Callable[[sqlite3.Connection], T]) -> T:
        return self._database.call(work)

    # Files

    async def add_file(self, row: FileRow) -> None:
        await self.run(lambda db: insert(db, "files", row))

    async def file(self, file_id: str, now: float) -> FileRow | None:
        """The file, unless it is deleted or expired."""
        return await self.run(lambda db: live_file(db, file_id, now))

    async def list_files(
        self, *, now: float, after: str | None, limit: int, newest_first: bool, purpose: str | None
    ) -> tuple[list[FileRow], bool]:
        """One page and whether there is more. Raises UnknownCursorError."""
        where, values = ["deleted_at IS NULL", "(expires_at IS NULL OR expires_at > ?)"], [now]
        filters: list[Any] = list(values)
        if purpose is not None:
            where.append("purpose = ?")
            filters.append(purpose)
        rows, more = await self.run(
            lambda db: _page(db, "files", _FILES, where, filters, after, limit, newest_first)
        )
        return [FileRow(*row) for row in rows], more

    async def delete_file(self, file_id: str, now: float) -> bool:
        """False when there is no such file. The bytes go as soon as no batch reads them."""

        def work(db: sqlite3.Connection) -> tuple[bool, list[str]]:
            if live_file(db, file_id, now) is None:
                return False, []
            return True, bury(db, [file_id], now)

        return await self._run_and_remove(work)

    async def expire_files(self, now: float) -> None:
        """Delete every file whose time is over, and forget those deleted long ago."""

        def work(db: sqlite3.Connection) -> tuple[None, list[str]]:
            db.execute("DELETE FROM files WHERE deleted_at <= ?", (now - TOMBSTONE_LIFE_S,))
            over = db.execute(
                "SELECT id FROM files WHERE deleted_at IS NULL AND expires_at <= ?", (now,)
            ).fetchall()
            return None, bury(db, [file_id for (file_id,) in over], now)

        await self._run_and_remove(work)

    # Batches

    async def add_batch(self, row: BatchRow, now: float) -> bool:
        """Accept a batch; False when its input file is gone."""

        def work(db: sqlite3.Connection) -> bool:
            if live_file(db, row.input_file_id, now) is None:
                return False
            insert(db, "batches", row)
            return True

        return await self.run(work)

    async def batch(self, batch_id: str) -> BatchRow | None:
        return await self.run(lambda db: find_batch(db, batch_id))

    async def list_batches(self, *, after: str | None, limit: int) -> tuple[list[BatchRow], bool]:
        """One page, newest first, and whether there is more. Raises UnknownCursorError."""
        rows, more = await self.run(
            lambda db: _page(db, "batches", _BATCHES, [], [], after, limit, True)
        )
        return [BatchRow(*row) for row in rows], more

    async def active_batches(self) -> list[BatchRow]:
        """All that are not final, oldest first."""
        query = f"{_BATCHES} WHERE status IN ({_ACTIVE}) ORDER BY created_at, id"
        return [BatchRow(*row) for row in await self.run(lambda db: db.execute(query).fetchall())]

    async def move(self, batch_id: str, source: Collection[str], **changes: Any) -> bool:
        """Change a batch if its status is still one of `source`; says whether it was."""
        return await self.run(lambda db: move(db, batch_id, source, changes))

    async def change(self, batch_id: str, **changes: Any) -> None:
        """Change a batch, whatever its status."""
        await self.move(batch_id, ACTIVE, **changes)

    async def enqueue(self, batch_id: str, model: str, tokens: int, limit_tokens: int) -> bool:
        """Count a batch among those that wait or run for `model`; False when that is too much."""

        def work(db: sqlite3.Connection) -> bool:
            db.execute("DELETE FROM enqueued WHERE id = ?", (batch_id,))
            if enqueued(db, model) + tokens > limit_tokens:
                return False
            db.execute("INSERT INTO enqueued VALUES (?, ?, ?)", (batch_id, model, tokens))
            return True

        return await self.run(work)

    async def enqueued(self, model: str) -> int:
        """The prompt tokens of all batches that wait or run for `model`."""
        return await self.run(lambda db: enqueued(db, model))

    async def publish(
        self, batch_id: str, source: str, files: Collection[FileRow], **changes: Any
    ) -> bool:
        """End a batch: its result files appear and its status becomes final, at once."""

        def work(db: sqlite3.Connection) -> tuple[bool, list[str]]:
            if not move(db, batch_id, (source,), changes):
                return False, []
            for row in files:
                insert(db, "files", row)
            batch = find_batch(db, batch_id)
            assert batch is not None
            return True, unread(db, [batch.input_file_id])

        return await self._run_and_remove(work)

    async def _run_and_remove(self, work: Callable[[sqlite3.Connection], tuple[T, list[str]]]) -> T:
        """Bytes go only after the transaction that gave them up: a crash leaves too much, never
        too little."""
        result, names = await self.run(work)
        for name in names:
            await asyncio.to_thread(self.disk.remove, name)
        return result

    # Start

    def clean(self) -> None:
        """Remove files that nothing names. Only before anything runs."""

        def work(db: sqlite3.Connection) -> set[str]:
            known = {
                name for (name,) in db.execute("SELECT id FROM files WHERE deleted_at IS NULL")
            }
            for names in db.execute(
                "SELECT input_file_id, output_name, error_name FROM batches "
                f"WHERE status IN ({_ACTIVE})"
            ):
                known.update(names)
            return known

        self.disk.sweep(self.call(work))


def bury(db: sqlite3.Connection, file_ids: Collection[str], now: float) -> list[str]:
    """Mark files as deleted; returns those whose bytes nobody reads any more."""
    for file_id in file_ids:
        db.execute("UPDATE files SET deleted_at = ? WHERE id = ?", (int(now), file_id))
    return unread(db, file_ids)


def unread(db: sqlite3.Connection, file_ids: Collection[str]) -> list[str]:
    """Those of `file_ids` that are deleted and the input of no active batch."""
    query = (
        "SELECT 1 FROM files WHERE id = ? AND deleted_at IS NULL UNION "
        f"SELECT 1 FROM batches WHERE input_file_id = ? AND status IN ({_ACTIVE})"
    )
    return [name for name in file_ids if db.execute(query, (name, name)).fetchone() is None]


def enqueued(db: sqlite3.Connection, model: str) -> int:
    db.execute(
        f"DELETE FROM enqueued WHERE id NOT IN (SELECT id FROM batches WHERE status IN ({_ACTIVE}))"
    )
    query = "SELECT COALESCE(SUM(tokens), 0) FROM enqueued WHERE model = ?"
    (tokens,) = db.execute(query, (model,)).fetchone()
    return int(tokens)


def insert(db: sqlite3.Connection, table: str, row: FileRow | BatchRow) -> None:
    columns = FILE_COLUMNS if isinstance(row, FileRow) else BATCH_COLUMNS
    marks = ", ".join("?" * len(columns))
    values = [getattr(row, column) for column in columns]
    db.execute(f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})", values)


def live_file(db: sqlite3.Connection, file_id: str, now: float) -> FileRow | None:
    row = db.execute(
        f"{_FILES} WHERE id = ? AND deleted_at IS NULL AND (expires_at IS NULL OR expires_at > ?)",
        (file_id, now),
    ).fetchone()
    return FileRow(*row) if row else None


def find_batch(db: sqlite3.Connection, batch_id: str) -> BatchRow | None:
    row = db.execute(f"{_BATCHES} WHERE id = ?", (batch_id,)).fetchone()
    return BatchRow(*row) if row else None


def move(
    db: sqlite3.Connection, batch_id: str, source: Collection[str], changes: dict[str, Any]
) -> bool:
    setters = ", ".join(f"{column} = ?" for column in changes)
    marks = ", ".join("?" * len(source))
    done = db.execute(
        f"UPDATE batches SET {setters} WHERE id = ? AND status IN ({marks})",
        (*changes.values(), batch_id, *source),
    )
    return done.rowcount == 1


def _page(
    db: sqlite3.Connection,
    table: str,
    query: str,
    where: list[str],
    values: list[Any],
    after: str | None,
    limit: int,
    newest_first: bool,
) -> tuple[list[tuple[Any, ...]], bool]:
    where, values = list(where), list(values)
    if after is not None:
        cursor = db.execute(f"SELECT created_at, id FROM {table} WHERE id = ?", (after,)).fetchone()
        if cursor is None:
            raise UnknownCursorError(after)
        where.append(f"(created_at, id) {'<' if newest_first else '>'} (?, ?)")
        values.extend(cursor)
    condition = f" WHERE {' AND '.join(where)}" if where else ""
    direction = "DESC" if newest_first else "ASC"
    rows = db.execute(
        f"{query}{condition} ORDER BY created_at {direction}, id {direction} LIMIT ?",
        (*values, limit + 1),
    ).fetchall()
    return rows[:limit], len(rows) > limit
