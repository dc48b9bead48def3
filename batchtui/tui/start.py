"""Where the app opens: at a list, a directory, a file at a line, one batch, or one job."""

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
class AtJob:
    """`job_id` may be the beginning of one."""

    job_id: str


@dataclass(frozen=True, slots=True)
class AtPipe:
    """What is piped into the command. `path`: the copy, which grows while the pipe is read."""

    path: Path


StartAt = AtBatches | AtDirectory | AtFile | AtBatch | AtJob | AtPipe
