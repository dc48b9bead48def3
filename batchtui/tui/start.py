"""Where the app opens: at a list, a directory, a file at a line, one batch, one job, or a demo."""

from __future__ import annotations

import os.path
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from batchtui.config import Profile


class AtBatches(NamedTuple):
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
    """What is piped into the command. `path`: the copy, which grows until `ended` is set."""

    path: Path
    ended: Event | None = None


StartAt = AtBatches | AtDirectory | AtFile | AtBatch | AtJob | AtPipe


class Demo(NamedTuple):
    """A throwaway server, and the throwaway places for all that is kept while it is looked at."""

    profile: Profile
    browse_dir: Path
    downloads: Path
    jobs_file: Path


def with_whole_path(start: StartAt) -> StartAt:
    """The same from any directory; names of links stay as they are."""
    if isinstance(start, AtDirectory | AtFile) and not start.path.is_absolute():
        return start._replace(path=Path(os.path.abspath(start.path)))  # noqa: PTH100
    return start


def first_directory(start: StartAt, given: Path | None) -> Path:
    """Where Local begins: at what is opened, as told, or where the app was started."""
    if isinstance(start, AtDirectory):
        return start.path
    if isinstance(start, AtFile):
        return start.path.parent
    try:
        return given or Path.cwd()
    except OSError:  # the directory is gone
        return Path.home()
