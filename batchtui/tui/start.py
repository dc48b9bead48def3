"""Where the app opens: the list of batches, a directory, a file at a line, or one batch."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class AtBatches:
    """The account's list."""


@dataclass(frozen=True, slots=True)
class AtDirectory:
    path: Path


@dataclass(frozen=True, slots=True)
class AtFile:
    """`line` counts from 1."""

    path: Path
    line: int | None = None


@dataclass(frozen=True, slots=True)
class AtBatch:
    batch_id: str


@dataclass(frozen=True, slots=True)
class AtPipe:
    """What is piped into the command. `path`: the copy, which grows while the pipe is read."""

    path: Path


StartAt = AtBatches | AtDirectory | AtFile | AtBatch | AtPipe
