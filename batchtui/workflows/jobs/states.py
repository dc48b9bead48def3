"""The states of a job and of its shards, and every move between them: one table each.

The store refuses any move that is not in the table, so this file is the whole state machine.

    planned -> running <-> waiting -> done | incomplete
                  |  `-> paused | stopped -> running
                  `-> cancelling -> cancelled

A shard:

    planned -> waiting -> uploading -> uploaded -> creating -> running -> finished -> collected
                  ^___________|____________|___________|__________|`-> failed -> planned
    and from any state before `running`: cancelled, or split into smaller shards
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from batchtui.errors import BatchtuiError


class JobState(StrEnum):
    PLANNED = "planned"
    """It is known; nothing was sent."""
    RUNNING = "running"
    WAITING = "waiting"
    """Nothing of it is under way: it waits for room, or for a server that does not answer."""
    PAUSED = "paused"
    """No more batches are created; those that were go on at the server."""
    STOPPED = "stopped"
    """By an error, a failed canary or the cap on spend: `why` says which. It can be resumed."""
    CANCELLING = "cancelling"
    CANCELLED = "cancelled"
    DONE = "done"
    """Every request is answered, and the result is written."""
    INCOMPLETE = "incomplete"
    """All attempts are over, and some requests are not answered."""

    @property
    def word(self) -> str:
        """What people read, everywhere but in JSON; lists show a sign where answers are missing."""
        return "done" if self is JobState.INCOMPLETE else str(self)


class ShardState(StrEnum):
    PLANNED = "planned"
    WAITING = "waiting"
    """For room in the server's limits, or after a refusal that may pass: `why` says which."""
    UPLOADING = "uploading"
    UPLOADED = "uploaded"
    CREATING = "creating"
    """The create was, or is about to be, sent: looked for before it is ever sent again."""
    RUNNING = "running"
    """There is a batch, and it is not final yet."""
    FINISHED = "finished"
    """The batch is final; its files are not all here yet."""
    COLLECTED = "collected"
    FAILED = "failed"
    """The server refused the batch as a whole, and ran no request of it."""
    CANCELLED = "cancelled"
    """It was never sent."""
    SPLIT = "split"
    """It was too large for the server's limits: smaller shards stand for it."""


_J = JobState
JOB_MOVES: Final[Mapping[JobState, frozenset[JobState]]] = {
    _J.PLANNED: frozenset({_J.RUNNING, _J.PAUSED, _J.STOPPED, _J.CANCELLING}),
    _J.RUNNING: frozenset(
        {_J.WAITING, _J.PAUSED, _J.STOPPED, _J.CANCELLING, _J.DONE, _J.INCOMPLETE}
    ),
    _J.WAITING: frozenset({_J.RUNNING, _J.PAUSED, _J.STOPPED, _J.CANCELLING}),
    _J.PAUSED: frozenset({_J.RUNNING, _J.CANCELLING}),
    _J.STOPPED: frozenset({_J.RUNNING, _J.PAUSED, _J.CANCELLING}),
    _J.CANCELLING: frozenset({_J.CANCELLED}),
    _J.CANCELLED: frozenset({_J.RUNNING}),
    _J.DONE: frozenset({_J.RUNNING}),
    _J.INCOMPLETE: frozenset({_J.RUNNING}),
}
"""From the three final states only a retry leads on."""

_S = ShardState
_UNSENT: Final = frozenset({_S.CANCELLED, _S.SPLIT})
SHARD_MOVES: Final[Mapping[ShardState, frozenset[ShardState]]] = {
    # A batch that the same content made before is taken up: straight to running.
    _S.PLANNED: _UNSENT | {_S.WAITING, _S.UPLOADING, _S.RUNNING},
    _S.WAITING: _UNSENT | {_S.PLANNED, _S.UPLOADING, _S.RUNNING, _S.FAILED},
    _S.UPLOADING: _UNSENT | {_S.PLANNED, _S.WAITING, _S.UPLOADED, _S.RUNNING, _S.FAILED},
    # Its file may be gone when it comes to the create: then it is uploaded again.
    _S.UPLOADED: _UNSENT
    | {_S.PLANNED, _S.UPLOADING, _S.WAITING, _S.CREATING, _S.RUNNING, _S.FAILED},
    _S.CREATING: _UNSENT | {_S.PLANNED, _S.WAITING, _S.RUNNING, _S.FAILED},
    _S.RUNNING: frozenset({_S.FINISHED, _S.WAITING, _S.FAILED, _S.SPLIT}),
    _S.FINISHED: frozenset({_S.COLLECTED}),
    _S.COLLECTED: frozenset(),
    _S.FAILED: _UNSENT | {_S.PLANNED},
    _S.CANCELLED: frozenset(),
    _S.SPLIT: frozenset(),
}

FINAL_JOBS: Final = frozenset({_J.DONE, _J.INCOMPLETE, _J.CANCELLED})
"""Nothing more happens unless somebody asks for a retry."""

ACTIVE_JOBS: Final = frozenset({_J.PLANNED, _J.RUNNING, _J.WAITING, _J.CANCELLING})
"""Those that a process should drive; one that is not driven was interrupted."""

UNSENT: Final = frozenset({_S.PLANNED, _S.WAITING, _S.UPLOADING, _S.UPLOADED})
"""Certainly no batch exists."""

AT_SERVER: Final = frozenset({_S.CREATING, _S.RUNNING})
"""A batch exists, or may exist: it takes room in the limits of the server."""

SETTLED: Final = frozenset({_S.COLLECTED, _S.FAILED, _S.CANCELLED, _S.SPLIT})
"""Nothing more is to be done for the shard in this attempt."""


class NoSuchMoveError(BatchtuiError):
    """A step that the table does not have: two have acted on one job, or there is a fault here."""


def check_job_move(source: JobState, to: JobState) -> None:
    """Raises NoSuchMoveError. To stay is no move, and allowed."""
    if source is not to and to not in JOB_MOVES[source]:
        raise NoSuchMoveError(f"the job is {source}, and cannot become {to}")


def check_shard_move(source: ShardState, to: ShardState) -> None:
    """Raises NoSuchMoveError. To stay is no move, and allowed."""
    if source is not to and to not in SHARD_MOVES[source]:
        raise NoSuchMoveError(f"the shard is {source}, and cannot become {to}")
