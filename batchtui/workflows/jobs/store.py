"""All jobs of a user, in one SQLite file that the app, the command line and Python share.

Every call is short: it opens the file, commits to disk, and closes it, so a crash loses nothing
told. Each move of a state is checked against the table in `states`, in the same transaction that
makes it. The file knows paths, hashes, ids and figures; never a key, never a line of a file. Call
from a thread: disk may be slow.
"""

from __future__ import annotations

import os
import sqlite3
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from batchtui import paths
from batchtui.errors import BatchtuiError, UsageError
from batchtui.jsonl.shards import Shard, Spans
from batchtui.workflows.jobs.records import Attempt, Job, JobBatch, Lane, ShardRow
from batchtui.workflows.jobs.rows import ATTEMPTS, BATCHES, JOBS, SCHEMA, SHARDS
from batchtui.workflows.jobs.states import (
    AT_SERVER,
    JobState,
    ShardState,
    check_job_move,
    check_shard_move,
)

ID_PREFIX: Final = "job_"
_BUSY_TIMEOUT_S: Final = 30.0
_LIMIT_LASTS_S: Final = 86_400.0
_SHARD: Final = "job_id = ? AND attempt = ? AND number = ?"


@dataclass(frozen=True, slots=True)
class Tally:
    """Sums over the shards in one state of one attempt. `began_at`: of their first batch."""

    job_id: str
    attempt: int
    state: ShardState
    shards: int
    lines: int
    tokens: int
    completed: int
    failed: int
    began_at: float | None


class JobStore:
    """`path` None: `jobs.db` in the user's state directory. Files of jobs lie beside it."""

    def __init__(self, path: Path | None = None) -> None:
        self.path = path or paths.state_dir() / "jobs.db"

    def directory(self, job_id: str) -> Path:
        """For what a job keeps on disk: rewritten requests, its lock."""
        return self.path.parent / "jobs" / job_id

    # Jobs.

    def add(self, job: Job, unless: Callable[[list[Job]], Job | None] | None = None) -> Job:
        """Keep a new job, under an id of its own; returns it with that.

        `unless` picks one of the jobs of the same content and account, newest first, to be returned
        in its place: of two processes that make one job at one time, one makes it.
        """
        job = replace(job, id=f"{ID_PREFIX}{uuid.uuid4().hex[:8]}")
        with self._open() as database:
            if unless is not None:
                known = unless(_of_input(database, job.account, job.input_hash))
                if known is not None:
                    return known
            database.execute(JOBS.insert, JOBS.values(job))
        return job

    def jobs(self) -> list[Job]:
        """All, newest first."""
        if not self.path.exists():
            return []
        with self._open() as database:
            rows = database.execute(f"{JOBS.select} ORDER BY created_at DESC, rowid DESC")
            return [JOBS.record(row) for row in rows]

    def job(self, id_or_prefix: str) -> Job:
        """Raises UsageError when no job, or more than one, has an id that begins so."""
        wanted = id_or_prefix.removeprefix(ID_PREFIX)
        with self._open() as database:
            rows = database.execute(
                f"{JOBS.select} WHERE substr(id, 1, ?) = ?",
                [len(ID_PREFIX + wanted), ID_PREFIX + wanted],
            )
            found = [JOBS.record(row) for row in rows]
        if not wanted or not found:
            raise UsageError(f"there is no job {id_or_prefix}", hint="batchtui jobs ls lists them")
        if len(found) > 1:
            ids = ", ".join(each.id for each in found[:5])
            raise UsageError(f"{id_or_prefix} may be any of {ids}", hint="write more of the id")
        return found[0]

    def of_input(self, account: str, *, input_hash: str) -> list[Job]:
        """Jobs of this content on this account, newest first."""
        with self._open() as database:
            return _of_input(database, account, input_hash)

    def move(self, job_id: str, to: JobState, **changed: Any) -> Job:
        """Put the job into state `to`, with other fields. Raises NoSuchMoveError."""
        with self._open() as database:
            check_job_move(_job(database, job_id).state, to)
            return _update_job(database, job_id, {"why": "", **changed, "state": to})

    def update(self, job_id: str, **changed: Any) -> Job:
        """Change fields other than the state."""
        with self._open() as database:
            return _update_job(database, job_id, changed)

    def remove(self, job_id: str) -> None:
        """Forget the job with all that belongs to it. Batches and files of a server stay."""
        with self._open() as database:
            for table in ("batches", "spans", "shards", "attempts"):
                database.execute(f"DELETE FROM {table} WHERE job_id = ?", [job_id])  # noqa: S608
            database.execute("DELETE FROM jobs WHERE id = ?", [job_id])

    # Attempts and shards.

    def add_attempt(self, attempt: Attempt, shards: Sequence[Shard], *, canary: bool) -> None:
        """A new round of the job with its shards, all or nothing. `canary`: the first is one."""
        now = time.time()
        with self._open() as database:
            database.execute(ATTEMPTS.insert, ATTEMPTS.values(attempt))
            for number, shard in enumerate(shards, 1):
                row = _row(attempt.job_id, attempt.number, number, shard, now)
                _add_shard(database, replace(row, is_canary=canary and number == 1), shard.spans)
            _update_job(database, attempt.job_id, {"attempt": attempt.number})

    def attempts(self, job_id: str) -> list[Attempt]:
        with self._open() as database:
            rows = database.execute(f"{ATTEMPTS.select} WHERE job_id = ? ORDER BY number", [job_id])
            return [ATTEMPTS.record(row) for row in rows]

    def shards(self, job_id: str, attempt: int | None = None) -> list[ShardRow]:
        """Those of one attempt, or of all, in order."""
        where = "job_id = ?" if attempt is None else "job_id = ? AND attempt = ?"
        with self._open() as database:
            rows = database.execute(
                f"{SHARDS.select} WHERE {where} ORDER BY attempt, number",
                [job_id] if attempt is None else [job_id, attempt],
            )
            return [SHARDS.record(row) for row in rows]

    def shard(self, shard: ShardRow) -> ShardRow:
        """The same shard as it is now."""
        with self._open() as database:
            return _shard(database, shard)

    def tallies(self, job_id: str | None = None) -> list[Tally]:
        """The sums over the shards of one job, or of all, by attempt and state."""
        where = "" if job_id is None else "WHERE job_id = ?"
        with self._open() as database:
            rows = database.execute(
                "SELECT job_id, attempt, state, count(*), sum(lines), sum(tokens), sum(completed),"  # noqa: S608
                f" sum(failed), min(created_at) FROM shards {where}"
                " GROUP BY job_id, attempt, state",
                [] if job_id is None else [job_id],
            )
            return [
                Tally(job, attempt, ShardState(state.strip('"')), *sums)
                for job, attempt, state, *sums in rows
            ]

    def spans(self, shard: ShardRow) -> Spans:
        """Where the lines of the shard lie in the file of its attempt."""
        with self._open() as database:
            (packed,) = database.execute(
                f"SELECT packed FROM spans WHERE {_SHARD}",  # noqa: S608
                _key(shard),
            ).fetchone()
        return Spans.from_bytes(packed)

    def move_shard(self, shard: ShardRow, to: ShardState, **changed: Any) -> ShardRow:
        """Put the shard into state `to`, with other fields. Raises NoSuchMoveError.

        A `batch_id` among them is listed among the batches of the job from then on.
        """
        with self._open() as database:
            before = _shard(database, shard)
            check_shard_move(before.state, to)
            if batch_id := changed.get("batch_id"):
                at = changed.get("created_at") or time.time()
                made = JobBatch(shard.job_id, shard.attempt, shard.number, batch_id, at)
                insert = BATCHES.insert.replace("INSERT", "INSERT OR IGNORE")
                database.execute(insert, BATCHES.values(made))
            return _update_shard(database, before, {"why": "", **changed, "state": to})

    def split_shard(self, shard: ShardRow, pieces: Sequence[Shard]) -> list[ShardRow]:
        """Let smaller shards, with numbers of their own, stand for `shard`."""
        now = time.time()
        with self._open() as database:
            before = _shard(database, shard)
            check_shard_move(before.state, ShardState.SPLIT)
            (last,) = database.execute(
                "SELECT max(number) FROM shards WHERE job_id = ? AND attempt = ?",
                [shard.job_id, shard.attempt],
            ).fetchone()
            rows = []
            for number, piece in enumerate(pieces, last + 1):
                row = replace(
                    _row(shard.job_id, shard.attempt, number, piece, now),
                    lane=shard.lane,
                    is_canary=shard.is_canary,
                )
                _add_shard(database, row, piece.spans)
                rows.append(row)
            names = " and ".join(str(row.number) for row in rows)
            why = f"too large for the server's limits: see {names}"
            _update_shard(database, before, {"state": ShardState.SPLIT, "why": why})
        return rows

    def batches(self, job_id: str) -> list[JobBatch]:
        """Every batch that exists because of the job, oldest first."""
        with self._open() as database:
            rows = database.execute(
                f"{BATCHES.select} WHERE job_id = ? ORDER BY created_at, rowid", [job_id]
            )
            return [BATCHES.record(row) for row in rows]

    def at_server(self, account: str) -> list[ShardRow]:
        """The shards of all jobs of the account that have, or may have, an open batch."""
        states = [SHARDS.value("state", each) for each in AT_SERVER]
        marks = ", ".join("?" * len(states))
        columns = ", ".join(f"shards.{each}" for each in SHARDS.columns)
        with self._open() as database:
            rows = database.execute(
                f"SELECT {columns} FROM shards JOIN jobs ON jobs.id = shards.job_id"  # noqa: S608
                f" WHERE jobs.account = ? AND shards.state IN ({marks})",
                [account, *states],
            )
            return [SHARDS.record(row) for row in rows]

    def tell_limit(self, account: str, model: str, tokens: int) -> None:
        """The server has named the most tokens that it has in its queue for `model`."""
        with self._open() as database:
            row = (account, model, tokens, time.time())
            database.execute("INSERT OR REPLACE INTO limits VALUES (?, ?, ?, ?)", row)

    def limits(self, account: str) -> dict[str, int]:
        """By model, what the server has named within a day: limits are raised, too."""
        with self._open() as database:
            rows = database.execute(
                "SELECT model, tokens FROM limits WHERE account = ? AND told_at > ?",
                [account, time.time() - _LIMIT_LASTS_S],
            )
            return dict(rows.fetchall())

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            paths.private(self.path.parent)
            os.close(os.open(self.path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600))
            with closing(
                sqlite3.connect(self.path, timeout=_BUSY_TIMEOUT_S, isolation_level=None)
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
                f"{self.path}: the record of jobs cannot be used: {error}",
                hint="free the file, or move it away",
            ) from None


def _row(job_id: str, attempt: int, number: int, shard: Shard, now: float) -> ShardRow:
    return ShardRow(
        job_id=job_id,
        attempt=attempt,
        number=number,
        lane=Lane(shard.lane.endpoint or "", shard.lane.model or ""),
        lines=shard.lines,
        size_bytes=shard.size_bytes,
        tokens=shard.tokens,
        state=ShardState.PLANNED,
        changed_at=now,
    )


def _add_shard(database: sqlite3.Connection, row: ShardRow, spans: Spans) -> None:
    database.execute(SHARDS.insert, SHARDS.values(row))
    database.execute(
        "INSERT INTO spans (job_id, attempt, number, packed) VALUES (?, ?, ?, ?)",
        [*_key(row), spans.to_bytes()],
    )


def _job(database: sqlite3.Connection, job_id: str) -> Job:
    row = database.execute(f"{JOBS.select} WHERE id = ?", [job_id]).fetchone()
    if row is None:
        raise UsageError(f"there is no job {job_id}", hint="batchtui jobs ls lists them")
    return JOBS.record(row)


def _of_input(database: sqlite3.Connection, account: str, input_hash: str) -> list[Job]:
    rows = database.execute(
        f"{JOBS.select} WHERE account = ? AND input_hash = ? ORDER BY created_at DESC, rowid DESC",
        [account, input_hash],
    )
    return [JOBS.record(row) for row in rows]


def _shard(database: sqlite3.Connection, shard: ShardRow) -> ShardRow:
    row = database.execute(f"{SHARDS.select} WHERE {_SHARD}", _key(shard)).fetchone()
    return SHARDS.record(row)


def _update_job(database: sqlite3.Connection, job_id: str, changed: dict[str, Any]) -> Job:
    changed = {**changed, "changed_at": time.time()}
    values = [JOBS.value(column, value) for column, value in changed.items()]
    database.execute(f"{JOBS.update(changed)} WHERE id = ?", [*values, job_id])
    return _job(database, job_id)


def _update_shard(
    database: sqlite3.Connection, shard: ShardRow, changed: dict[str, Any]
) -> ShardRow:
    changed = {**changed, "changed_at": time.time()}
    values = [SHARDS.value(column, value) for column, value in changed.items()]
    database.execute(f"{SHARDS.update(changed)} WHERE {_SHARD}", [*values, *_key(shard)])
    return _shard(database, shard)


def _key(shard: ShardRow) -> tuple[str, int, int]:
    return shard.job_id, shard.attempt, shard.number
