"""The record beside the list: read, laid out, and shown at the match one has searched for."""

from __future__ import annotations

from typing import Final

from textual import on

from batchtui.tui.viewer.base import ViewerBase
from batchtui.tui.viewer.content import Content
from batchtui.tui.viewer.contents import ContentReady, Wanted, content_of, is_light
from batchtui.tui.viewer.detail_pane import DetailPane
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.messages import MarksKnown
from batchtui.tui.viewer.record_content import STRING_CHARS

READ: Final = "read"
MOST_LEVELS: Final = 2
"""How often more of a record is read by itself, to show a match in it."""


class Showing(ViewerBase):
    _ready: Wanted | None = None
    """What the detail shows now."""

    def show_record(self) -> None:
        if self.look == "lines":
            self._land()
            return
        number = self.number
        if number is None:
            self.shown = None
            self.detail.show(None)
            return
        shown = self.shown
        if shown is None or (shown.number, shown.look) != (number, self.look):
            self.want(Wanted(number, self.look))
        else:
            self._land()

    def want(self, wanted: Wanted, *, keep_place: bool = False) -> None:
        records = self.records
        if records is None:
            return
        self.shown = wanted
        self.jobs.cancel(READ)
        if is_light(records, wanted):
            self.detail.show(content_of(records, wanted), keep_place=keep_place)
            self._ready = wanted
            self._land()
            return
        width = self.detail.size.width

        def work(job: Job) -> None:
            content: Content = content_of(records, wanted)
            job.post(ContentReady(wanted, content, content.rows(width), width))

        self.jobs.start(READ, "reading", work)

    @on(ContentReady)
    def _content_ready(self, message: ContentReady) -> None:
        wanted, content, width = message.wanted, message.content, self.detail.size.width
        if wanted != self.shown:
            return
        if message.width != width and width:

            def work(job: Job) -> None:
                job.post(ContentReady(wanted, content, content.rows(width), width))

            self.jobs.start(READ, "reading", work)
            return
        before = self._ready
        is_more = before is not None and before.more() == wanted
        if is_more and len(message.rows) == self.detail.row_count and self.landing is None:
            self.tell("nothing of it is cut")
        self.detail.show(content, message.rows, keep_place=is_more)
        self._ready = wanted
        self._land()

    @property
    def is_shown(self) -> bool:
        """Whether the detail shows the record under the cursor by now."""
        shown = self._ready
        return shown is not None and shown == self.shown and shown.number == self.number

    def next_hit_here(self, direction: int) -> bool:
        """The next match within the record under the cursor; False when it has none."""
        if self.look == "lines":
            return self.panes[0].next_hit(direction)
        return self.detail.display and self.is_shown and self.detail.next_hit(direction)

    def _land(self) -> None:
        """Go to the match that the record was gone to for, as soon as the record is there."""
        direction = self.landing
        if direction is None:
            return
        if self.look == "lines":
            if not self.panes[0].size.width or not self.panes[0].is_searched:
                return
            self.lands_nowhere = not self.panes[0].first_hit(direction)
        elif not self.is_shown or not self.detail.is_laid_out or not self.detail.is_searched:
            return
        elif not self.detail.first_hit(direction):
            shown = self.shown
            if shown is not None and shown.level < MOST_LEVELS and self._may_be_cut(shown):
                self.want(shown.more())
                return
            self.lands_nowhere = self.detail.highlight is not None
        self.landing = None
        self.show_where()

    def _may_be_cut(self, shown: Wanted) -> bool:
        records = self.records
        if records is None:
            return False
        sizes = [place[2] for place in records.places(shown.number) if place]
        return max(sizes, default=0) > STRING_CHARS

    @on(MarksKnown)
    def _marks_known(self, message: MarksKnown) -> None:
        for pane in self.panes:
            pane.mark_again(message.rows)
        self.detail.mark_again(bool(message.rows))
        self._land()
        self.show_where()

    @on(DetailPane.Moved)
    def _detail_moved(self) -> None:
        self._land()
        self.show_where()

    @on(DetailPane.Refused)
    def _refused(self, message: DetailPane.Refused) -> None:
        self.tell(message.why)
