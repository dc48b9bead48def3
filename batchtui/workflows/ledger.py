"""What was sent and what came of it, on disk before it is sent: so that nothing is paid for twice.

One SQLite file for all processes of a user. It knows content hashes, tokens and ids; never a key,
never a line of a file.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
import uuid
from collections.abc import Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import Final

from batchtui import paths
from batchtui.errors import BatchtuiError, UsageError
from batchtui.workflows.lock import alone

TOKEN_KEY: Final = "batchtui_token"  # noqa: S105
"""The metadata key that carries an intent's token to the server and back."""

_SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS intents (
    token TEXT PRIMARY KEY,
    account TEXT NOT NULL,
    content TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    path TEXT NOT NULL,
    file_id TEXT NOT NULL,
    state TEXT NOT NULL,
    batch_id TEXT,
    sent_at REAL NOT NULL
) STRICT;
CREATE INDEX IF NOT EXISTS intents_by_content ON intents (account, content, endpoint, sent_at);
CREATE INDEX IF NOT EXISTS intents_by_batch ON intents (account, batch_id);
CREATE TABLE IF NOT EXISTS uploads (
    account TEXT NOT NULL,
    content TEXT NOT NULL,
    file_id TEXT NOT NULL,
    PRIMARY KEY (account, content)
) STRICT;
CREATE TABLE IF NOT EXISTS stand_ins (
    account TEXT NOT NULL,
    content TEXT NOT NULL,
    stand_in TEXT NOT NULL,
    PRIMARY KEY (account, content, stand_in)
) STRICT;
"""
_BUSY_TIMEOUT_S: Final = 10.0


class State(StrEnum):
    SENT = "sent"
    """The create was, or is about to be, sent; what came of it is not known."""
    CREATED = "created"
    REFUSED = "refused"
    """The server said no: there is no batch."""


@dataclass(frozen=True, slots=True)
class Intent:
    """One create. `content` names the input: its hash, or the id of a file on the server.

    `path` is where the input was on this machine, or empty. `sent_at`: epoch seconds.
    """

    token: str
    account: str
    content: str
    endpoint: str
    path: str
    file_id: str
    state: State
    batch_id: str | None
    sent_at: float


class BeingSubmittedError(UsageError):
    """Another submission of the same content is under way, here or in another process."""

    def __init__(self) -> None:
        super().__init__(
            "the same content is being submitted just now",
            hint="wait for that to end; `batchtui batches ls` shows what came of it",
        )


class Ledger:
    """Every call opens the file, commits to disk, and closes it: a crash loses nothing told."""

    def __init__(self, path: Path | None = None) -> None:
        self._path = path or paths.state_dir() / "ledger.db"

    def last(self, account: str, content: str, endpoint: str) -> Intent | None:
        """The newest create of this content, or of one that stands in for it, not refused."""
        with self._open() as database:
            row = database.execute(
                "SELECT * FROM intents WHERE account = ? AND endpoint = ? AND state != ?"
                " AND (content = ? OR content IN"
                " (SELECT stand_in FROM stand_ins WHERE account = ? AND content = ?))"
                " ORDER BY sent_at DESC, rowid DESC LIMIT 1",
                (account, endpoint, State.REFUSED, content, account, content),
            ).fetchone()
        return _intent(row) if row else None

    def of_batch(self, account: str, batch_id: str) -> Intent | None:
        """The create that made `batch_id`, if this machine sent it."""
        with self._open() as database:
            row = database.execute(
                "SELECT * FROM intents WHERE account = ? AND batch_id = ?", (account, batch_id)
            ).fetchone()
        return _intent(row) if row else None

    def batch_ids(self, account: str, beginning: str) -> list[str]:
        """The batches that this machine made there, with ids that begin so."""
        with self._open() as database:
            rows = database.execute(
                "SELECT batch_id FROM intents WHERE account = ? AND substr(batch_id, 1, ?) = ?",
                (account, len(beginning), beginning),
            ).fetchall()
        return [batch_id for (batch_id,) in rows]

    @contextmanager
    def alone(self, account: str, content: str, endpoint: str) -> Iterator[None]:
        """Nobody else submits this content meanwhile: two that begin together would find nothing
        earlier, and both pay. Raises BeingSubmittedError.
        """
        what = hashlib.sha256("\n".join((account, content, endpoint)).encode()).hexdigest()
        with ExitStack() as held:
            try:
                is_ours = held.enter_context(alone(self._path.parent / "sending" / what[:32]))
            except OSError as error:
                raise self._unusable(error) from None
            if not is_ours:
                raise BeingSubmittedError
            yield

    def names_of(self, account: str, file_ids: Iterable[str]) -> dict[str, str]:
        """What those of `file_ids` are called here that this machine sent: the name of the file;
        of a part of one, as of a shard 3 in attempt 1 of a job, `NAME 1.3`."""
        with self._open() as database:
            rows = database.execute(
                "SELECT file_id, path, substr(content, instr(content, '/') + 1),"
                " instr(content, '/') > 0 AND EXISTS (SELECT 1 FROM intents AS other"
                "  WHERE other.account = sent.account AND other.content != sent.content"
                "  AND other.content >= substr(sent.content, 1, instr(sent.content, '/'))"
                "  AND other.content"
                "   < substr(sent.content, 1, instr(sent.content, '/') - 1) || '0')"
                " FROM intents AS sent WHERE account = ? AND path != ''"
                " AND file_id IN (SELECT value FROM json_each(?))",
                (account, json.dumps(list(file_ids))),
            ).fetchall()
        return {
            file_id: Path(path).name + (f" {part.replace('/', '.')}" if is_part else "")
            for file_id, path, part, is_part in rows
        }

    def intend(self, account: str, content: str, endpoint: str, path: str, file_id: str) -> Intent:
        """Record a create that is about to be sent."""
        intent = Intent(
            token=uuid.uuid4().hex,
            account=account,
            content=content,
            endpoint=endpoint,
            path=path,
            file_id=file_id,
            state=State.SENT,
            batch_id=None,
            sent_at=time.time(),
        )
        with self._open() as database:
            database.execute(
                "INSERT INTO intents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (
                    intent.token,
                    intent.account,
                    intent.content,
                    intent.endpoint,
                    intent.path,
                    intent.file_id,
                    intent.state,
                    intent.batch_id,
                    intent.sent_at,
                ),
            )
        return intent

    def settle(self, intent: Intent, state: State, batch_id: str | None = None) -> None:
        """Record what came of `intent`. An upload that made a batch is used for no other."""
        with self._open() as database:
            database.execute(
                "UPDATE intents SET state = ?, batch_id = ? WHERE token = ?",
                (state, batch_id, intent.token),
            )
            if state is State.CREATED:
                database.execute(
                    "DELETE FROM uploads WHERE account = ? AND file_id = ?",
                    (intent.account, intent.file_id),
                )

    def uploaded(self, account: str, content: str) -> str | None:
        """The id of an upload of this content that made no batch yet; it may be gone by now."""
        with self._open() as database:
            row = database.execute(
                "SELECT file_id FROM uploads WHERE account = ? AND content = ?", (account, content)
            ).fetchone()
        return str(row[0]) if row else None

    def let_stand_in(self, account: str, content: str, stand_in: str) -> None:
        """What is created as `stand_in` counts as made of `content` from now on, too."""
        with self._open() as database:
            database.execute(
                "INSERT OR IGNORE INTO stand_ins VALUES (?, ?, ?)", (account, content, stand_in)
            )

    def remember_upload(self, account: str, content: str, file_id: str) -> None:
        with self._open() as database:
            database.execute(
                "INSERT OR REPLACE INTO uploads VALUES (?, ?, ?)", (account, content, file_id)
            )

    @contextmanager
    def beside(self, schema: str) -> Iterator[sqlite3.Connection]:
        """The same file, for tables of others, which `schema` makes; as careful as its own."""
        with self._open() as database:
            database.executescript(schema)
            yield database

    @contextmanager
    def _open(self) -> Iterator[sqlite3.Connection]:
        try:
            paths.private(self._path.parent)
            with (
                closing(sqlite3.connect(self._path, timeout=_BUSY_TIMEOUT_S)) as database,
                database,
            ):
                self._path.chmod(0o600)
                database.execute("PRAGMA synchronous = FULL")
                database.executescript(_SCHEMA)
                yield database
        except (sqlite3.Error, OSError) as error:
            raise self._unusable(error) from None

    def _unusable(self, error: Exception) -> BatchtuiError:
        return BatchtuiError(
            f"{self._path}: the record of what was sent cannot be used: {error}",
            hint="nothing was sent; free the file, or move it away",
        )


def _intent(row: tuple[str, str, str, str, str, str, str, str | None, float]) -> Intent:
    token, account, content, endpoint, path, file_id, state, batch_id, sent_at = row
    return Intent(token, account, content, endpoint, path, file_id, State(state), batch_id, sent_at)
