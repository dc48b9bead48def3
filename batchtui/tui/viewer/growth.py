"""What happens to a local file while it is looked at: it grows, shrinks, is replaced or vanishes.

Owns what the viewer does about each; the engine tells which it is.
"""

from __future__ import annotations

from abc import abstractmethod
from typing import Final

from batchtui.errors import BatchtuiError
from batchtui.jsonl.source import Change
from batchtui.tui.viewer.base import ViewerBase
from batchtui.tui.viewer.jobs import FETCH, OPEN, Job
from batchtui.tui.viewer.messages import LinesAdded
from batchtui.tui.viewer.opening import number_lines
from batchtui.tui.viewer.records import FileRecords

LOOK_INTERVAL_S: Final = 0.5


class Growing(ViewerBase):
    def on_mount(self) -> None:
        self.set_interval(LOOK_INTERVAL_S, self._look)

    def action_follow(self) -> None:
        """Stay at the end of a file that grows, or no longer."""
        self.follows = not self.follows
        if self.follows:
            self.pane.action_last()
        self.show_where()

    def _look(self) -> None:
        records = self.records
        if not isinstance(records, FileRecords) or OPEN in self.jobs.active:
            return
        if not self.is_current:
            return
        try:
            change = records.source.changed()
        except BatchtuiError as error:
            self.show_banner(error.message)
            return
        if change is Change.GREW:
            self.grow(records)
        elif FETCH in self.jobs.active or change is Change.NONE:
            return
        elif change is Change.VANISHED:
            self.show_banner("the file is gone; what is shown is what was there")
        else:
            self.show_banner(f"the file was {change.value}: it is read again")
            self.fetch()

    def grow(self, records: FileRecords) -> None:
        """Number the lines that were appended."""
        if not records.count:
            self.fetch()  # what kind of file it is was not to be seen yet
            return
        first = records.count - 1
        records.source.accept_growth()

        def work(job: Job) -> None:
            number_lines(job, records)
            job.post(LinesAdded(first))

        self.jobs.start(OPEN, "indexing", work)

    @abstractmethod
    def fetch(self) -> None:
        """Read the target from its beginning; what is shown stays until there is more."""
