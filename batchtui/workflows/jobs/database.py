"""The file of jobs: one transaction at a time, and the statements for single rows.

Owns how the file is opened, and that what is told to be written is on disk. It decides nothing.
"""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

from batchtui import paths
from batchtui.errors import BatchtuiError, UsageError
from batchtui.jsonl.shards import Spans
from batchtui.workflows.jobs.records import Job, ShardRow
from batchtui.workflows.jobs.rows import JOBS, SCHEMA, SHARDS

_BUSY_TIMEOUT_S: Final = 30.0
THE_SHARD: Final = "job_id = ? AND attempt = ? AND number = ?"


@contextmanager
def opened(path: Path) -> Iterator[sqlite3.Connection]:
    """One transaction: on disk when the block ends well, and undone when it does not.

    Raises BatchtuiError for a file that cannot be used.
    """
    try:
        paths.private(path.parent)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
        with closing(
            sqlite3.connect(path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
        ) as database:
            database.execute("PRAGMA journal_mode = WAL")
            database.execute("PRAGMA synchronous = FULL")
            database.executescript(SCHEMA)
            database.execute("BEGIN IMMEDIATE")
            try:
                yield database
            except BaseException:
                database.execute("ROLLBACK")
                raise
            database.execute("COMMIT")
    except (sqlite3.Error, OSError) as error:
        raise BatchtuiError(
            f"{path}: the record of jobs cannot be used: {error}",
            hint="free the file, or move it away",
        ) from None


def job_now(database: sqlite3.Connection, job_id: str) -> Job:
    row = database.execute(f"{JOBS.select} WHERE id = ?", [job_id]).fetchone()
    if row is None:
        raise UsageError(f"there is no job {job_id}", hint="batchtui jobs ls lists them")
    return JOBS.record(row)


def of_input(database: sqlite3.Connection, account: str, input_hash: str) -> list[Job]:
    rows = database.execute(
        f"{JOBS.select} WHERE account = ? AND input_hash = ? ORDER BY created_at DESC, rowid DESC",
        [account, input_hash],
    )
    return [JOBS.record(row) for row in rows]


def shard_now(database: sqlite3.Connection, shard: ShardRow) -> ShardRow:
    row = database.execute(f"{SHARDS.select} WHERE {THE_SHARD}", key_of(shard)).fetchone()
    return SHARDS.record(row)


def update_job(database: sqlite3.Connection, job_id: str, changed: dict[str, Any]) -> Job:
    changed = {**changed, "changed_at": time.time()}
    values = [JOBS.value(column, value) for column, value in changed.items()]
    database.execute(f"{JOBS.update(changed)} WHERE id = ?", [*values, job_id])
    return job_now(database, job_id)


def update_shard(
    database: sqlite3.Connection, shard: ShardRow, changed: dict[str, Any]
) -> ShardRow:
    changed = {**changed, "changed_at": time.time()}
    values = [SHARDS.value(column, value) for column, value in changed.items()]
    database.execute(f"{SHARDS.update(changed)} WHERE {THE_SHARD}", [*values, *key_of(shard)])
    return shard_now(database, shard)


def add_shard(database: sqlite3.Connection, row: ShardRow, spans: Spans) -> None:
    database.execute(SHARDS.insert, SHARDS.values(row))
    database.execute(
        "INSERT INTO spans (job_id, attempt, number, packed) VALUES (?, ?, ?, ?)",
        [*key_of(row), spans.to_bytes()],
    )


def key_of(shard: ShardRow) -> tuple[str, int, int]:
    return shard.job_id, shard.attempt, shard.number
