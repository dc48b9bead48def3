"""What the viewer's threads tell its screen. A newer report replaces one not yet read."""

from __future__ import annotations

from typing import TYPE_CHECKING

from textual.message import Message

from batchtui.errors import BatchtuiError

if TYPE_CHECKING:
    from batchtui.tui.viewer.jobs import Job
    from batchtui.tui.viewer.records import Records


class Opened(Message):
    """Records can be shown, if not all of them yet."""

    def __init__(self, records: Records) -> None:
        super().__init__()
        self.records = records


class Grew(Message):
    """More records are known than before, or more about them."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, Grew)


class LinesAdded(Message):
    """The file has grown: its lines from number `first` on are new, or were not whole before."""

    def __init__(self, first: int) -> None:
        super().__init__()
        self.first = first


class JobProgress(Message):
    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, JobProgress)


class JobEnded(Message):
    """The last message of every job, however it ended."""

    def __init__(self, job: Job) -> None:
        super().__init__()
        self.job = job


class JobFailed(Message):
    def __init__(self, job: Job, error: BatchtuiError) -> None:
        super().__init__()
        self.job = job
        self.error = error


class MarksKnown(Message):
    """More is known of what matches: rows with these texts have something to mark."""

    def __init__(self, rows: frozenset[str]) -> None:
        super().__init__()
        self.rows = rows
