"""Where the app opens: at a list, a directory, a file at a line, one batch, one job, or a demo."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from batchtui.config import Profile


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


class Demo(NamedTuple):
    """A throwaway server, and the throwaway places for all that is kept while it is looked at."""

    profile: Profile
    browse_dir: Path
    downloads: Path
    jobs_file: Path
