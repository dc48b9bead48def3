"""What the viewer's threads tell its screen. A newer report replaces one not yet read."""

from __future__ import annotations

from textual.message import Message

from batchtui.errors import BatchtuiError
from batchtui.tui.viewer.records import FileRecords


class FileOpened(Message):
    """The first lines of a file can be shown."""

    def __init__(self, records: FileRecords) -> None:
        super().__init__()
        self.records = records


class IndexGrew(Message):
    """More lines are numbered than before, perhaps all."""

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, IndexGrew)


class JobProgress(Message):
    """`job` is in words for the status line; `fraction` from 0 to 1."""

    def __init__(self, job: str, fraction: float) -> None:
        super().__init__()
        self.job = job
        self.fraction = fraction

    def can_replace(self, message: Message) -> bool:
        return isinstance(message, JobProgress) and message.job == self.job


class JobFailed(Message):
    """`job` cannot go on. `is_fatal`: there is nothing to show."""

    def __init__(self, job: str, error: BatchtuiError, *, is_fatal: bool = False) -> None:
        super().__init__()
        self.job = job
        self.error = error
        self.is_fatal = is_fatal
