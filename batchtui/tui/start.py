"""Where the app opens: at a list, a directory, a file at a line, one batch, or one job."""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple


class AtBatches:
    """The account's list."""


class AtDirectory(NamedTuple):
    path: Path


class AtFile(NamedTuple):
    """`line` counts from 1."""

    path: Path
    line: int | None = None


class AtBatch(NamedTuple):
    batch_id: str


class AtJob(NamedTuple):
    """`job_id` may be the beginning of one."""

    job_id: str


class AtPipe(NamedTuple):
    """What is piped into the command. `path`: the copy, which grows while the pipe is read."""

    path: Path


StartAt = AtBatches | AtDirectory | AtFile | AtBatch | AtJob | AtPipe
