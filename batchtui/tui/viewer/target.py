"""What the viewer can be asked to open. Light: nothing heavy is imported to name a target."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from threading import Event
from typing import TYPE_CHECKING, TypeAlias

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.where import Where


@dataclass(frozen=True, slots=True)
class LocalFile:
    """A file on this machine. `line`: where to begin, counted from 1; `as_lines`: in that look."""

    path: Path
    line: int | None = None
    as_lines: bool = False


@dataclass(frozen=True, slots=True)
class RemoteFile:
    """A file kept by the server, by its id; `name` is what the title calls it.

    `line`, `as_lines`: as for a LocalFile.
    """

    file_id: str
    name: str
    line: int | None = None
    as_lines: bool = False


@dataclass(frozen=True, slots=True)
class BatchResults:
    """A batch: its input, output and error files, joined. `name` is what the title calls it.

    `where`: what to list at first; None for all.
    """

    batch: Batch
    name: str
    where: Where | None = None


@dataclass(frozen=True, slots=True)
class JobResults:
    """A job: its input, each request with the best answer of all its batches. `name`: as above."""

    job_id: str
    name: str


@dataclass(frozen=True, slots=True)
class StandardInput:
    """What was piped in. `path`: the copy that grows while the pipe is read, until `ended`."""

    path: Path
    ended: Event | None = None

    @property
    def has_ended(self) -> bool:
        return self.ended is None or self.ended.is_set()


Target: TypeAlias = LocalFile | RemoteFile | BatchResults | JobResults | StandardInput
