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
PASSING_S: Final = 6.0
"""How long the banner says what has happened and is over."""


class Growing(ViewerBase):
    def on_mount(self) -> None:
        self.set_interval(LOOK_INTERVAL_S, self._look)

    def action_follow(self) -> None:
        """Stay at the end of a file that grows, or no longer."""
        self.follows, self.follows_later = not self.follows, False
        if self.follows:
            self.stay_at_end()
        self.show_where()

    def keep_following(self) -> None:
        """Whoever leaves the end reads: it is not followed again before one is back there."""
        if self.follows and self.pane.cursor < self.end_row:
            self.follows, self.follows_later = False, True
        elif self.follows_later and self.pane.cursor >= self.end_row:
            self.follows, self.follows_later = True, False

    def _look(self) -> None:
        records = self.records
        if not isinstance(records, FileRecords) or OPEN in self.jobs.active:
            return
        if not self.is_current:
            return
        if self._was_arriving != self.is_arriving:
            self._was_arriving = self.is_arriving
            self.show_emptiness()
            self.show_where()
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
            self._show_for_a_while(f"the file was {change.value}: it is read again")
            self.fetch()

    def _show_for_a_while(self, text: str) -> None:
        self.show_banner(text)
        self._passing = text

        def over() -> None:
            if self._passing == text:
                self.hide_passing()

        self.set_timer(PASSING_S, over)

    _was_arriving = True
    """A pipe may end before it is looked at for the first time."""
    _passing = ""
    """What the banner says for a while only."""

    def hide_passing(self) -> None:
        if self._passing:
            self._passing = ""
            self.show_banner()

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
