"""All jobs of a user, in one SQLite file that the app, the command line and Python share.

Every call is short: it opens the file, commits to disk, and closes it, so a crash loses nothing
told. Each move of a state is checked against the table in `states`, in the same transaction that
makes it. The file knows paths, hashes, ids and figures; never a key, never a line of a file. Call
from a thread: disk may be slow.
"""

from __future__ import annotations

import sqlite3
import time
import uuid
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from batchtui import paths
from batchtui.errors import UsageError
from batchtui.jsonl.shards import Shard, Spans
from batchtui.workflows.jobs.database import (
    THE_SHARD,
    add_shard,
    job_now,
    key_of,
    of_input,
    opened,
    shard_now,
    update_job,
    update_shard,
)
from batchtui.workflows.jobs.records import Attempt, Job, JobBatch, Lane, ShardRow
from batchtui.workflows.jobs.rows import ATTEMPTS, BATCHES, JOBS, SHARDS
from batchtui.workflows.jobs.states import (
    AT_SERVER,
    JobState,
    ShardState,
    check_job_move,
    check_shard_move,
)

ID_PREFIX: Final = "job_"
_LIMIT_LASTS_S: Final = 86_400.0


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
                known = unless(of_input(database, job.account, job.input_hash))
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
            return of_input(database, account, input_hash)

    def move(self, job_id: str, to: JobState, **changed: Any) -> Job:
        """Put the job into state `to`, with other fields. Raises NoSuchMoveError."""
        with self._open() as database:
            check_job_move(job_now(database, job_id).state, to)
            return update_job(database, job_id, {"why": "", **changed, "state": to})

    def update(self, job_id: str, **changed: Any) -> Job:
        """Change fields other than the state."""
        with self._open() as database:
            return update_job(database, job_id, changed)

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
                add_shard(database, replace(row, is_canary=canary and number == 1), shard.spans)
            update_job(database, attempt.job_id, {"attempt": attempt.number})

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
            return shard_now(database, shard)

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
                f"SELECT packed FROM spans WHERE {THE_SHARD}",  # noqa: S608
                key_of(shard),
            ).fetchone()
        return Spans.from_bytes(packed)

    def move_shard(self, shard: ShardRow, to: ShardState, **changed: Any) -> ShardRow:
        """Put the shard into state `to`, with other fields. Raises NoSuchMoveError.

        A `batch_id` among them is listed among the batches of the job from then on.
        """
        with self._open() as database:
            before = shard_now(database, shard)
            check_shard_move(before.state, to)
            if batch_id := changed.get("batch_id"):
                at = changed.get("created_at") or time.time()
                made = JobBatch(shard.job_id, shard.attempt, shard.number, batch_id, at)
                insert = BATCHES.insert.replace("INSERT", "INSERT OR IGNORE")
                database.execute(insert, BATCHES.values(made))
            return update_shard(database, before, {"why": "", **changed, "state": to})

    def split_shard(self, shard: ShardRow, pieces: Sequence[Shard]) -> list[ShardRow]:
        """Let smaller shards, with numbers of their own, stand for `shard`."""
        now = time.time()
        with self._open() as database:
            before = shard_now(database, shard)
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
                add_shard(database, row, piece.spans)
                rows.append(row)
            names = " and ".join(str(row.number) for row in rows)
            why = f"too large for the server's limits: see {names}"
            update_shard(database, before, {"state": ShardState.SPLIT, "why": why})
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

    def _open(self) -> AbstractContextManager[sqlite3.Connection]:
        return opened(self.path)


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
