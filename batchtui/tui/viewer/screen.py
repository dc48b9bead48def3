"""The viewer's screen: one file or batch in three looks, and what each key does.

Wires the panes to the jobs that read. What is found or taken out is in `finding` and `taking`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import events, on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from batchtui.tui.garbage import let_go
from batchtui.tui.viewer.again import Again
from batchtui.tui.viewer.bindings import BINDINGS
from batchtui.tui.viewer.choice import Choice
from batchtui.tui.viewer.detail_pane import DetailPane
from batchtui.tui.viewer.fetching import Fetching
from batchtui.tui.viewer.finding import FILTER, GO_TO, SEARCH
from batchtui.tui.viewer.jobs import OPEN
from batchtui.tui.viewer.keeping_up import KeepingUp
from batchtui.tui.viewer.lines_pane import LinesPane
from batchtui.tui.viewer.looks import Looks
from batchtui.tui.viewer.messages import Grew, JobEnded, JobFailed, JobProgress, Opened
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.record_list import RecordList
from batchtui.tui.viewer.records import FileRecords
from batchtui.tui.viewer.rows import Rows
from batchtui.tui.viewer.rows_pane import RowsPane
from batchtui.tui.viewer.separator import Separator
from batchtui.tui.viewer.target import BatchResults, LocalFile, RemoteFile, StandardInput

CANCELLABLE = (SEARCH, FILTER, GO_TO, "errors", "export")


class ViewerScreen(Fetching, KeepingUp, Again, Looks):
    BINDING_GROUP_TITLE = "Viewer"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS
    DEFAULT_CSS = """
    ViewerScreen #looks { height: 1fr; }
    """

    def compose_body(self) -> Iterable[Widget]:
        yield Horizontal(
            LinesPane(id="lines"),
            RecordList(id="list"),
            Separator(id="separator"),
            DetailPane(id="detail"),
            id="looks",
        )

    def on_mount(self) -> None:
        target = self.target
        self.wanted_line = target.line if isinstance(target, LocalFile | RemoteFile) else None
        self.show_look()
        self.show_name()
        self.fetch()
        self.call_after_refresh(self._mount_lines)

    def _mount_lines(self) -> None:
        """What is not seen at first does not delay the first records."""
        self.mount(Prompt(), Choice(), before="#keys")

    def on_unmount(self) -> None:
        self.jobs.cancel_all()
        if self.records is not None:
            self.jobs.when_idle(self.records.close)
        let_go(self.app)

    # What the jobs tell

    @on(Opened)
    def _opened(self, message: Opened) -> None:
        before, records = self.records, message.records
        if before is not None:
            self.wanted_line = (self.number or 0) + 1
            self.jobs.when_idle(before.close)
        self.records, self.rows = records, Rows(records)
        self.hits, self.shown, self.filter_words = None, None, ""
        self.marks.clear()
        target = self.target
        as_lines = isinstance(target, LocalFile | RemoteFile) and target.as_lines
        if before is None and records.kind != "other" and not as_lines:
            self.look = "exchange"
        for pane in self.panes:
            pane.show(self.rows)
        self.show_emptiness()
        self.show_look()
        self._grew()
        if before is None and isinstance(target, BatchResults) and target.where is not None:
            self.filter(target.where)

    @on(Grew)
    def _grew(self) -> None:
        records = self.records
        if records is None:
            return
        if isinstance(records, FileRecords) and records.is_complete:
            self._renumber(records)
        self.pane.grown()
        if self.wanted_line is not None:
            self.go_to_wanted_line(records)
        elif self.follows:
            self.stay_at_end()
        else:
            self.end_row = max(self.rows.count - 1, 0) if self.rows is not None else 0
        if self.shown is None or self.shown.number == self._last_number:
            self.shown = None  # it may have had no end yet
            self.show_record()
        self._last_number = records.count - 1
        self.show_name()
        self.show_where()

    _last_number = -1

    def _renumber(self, records: FileRecords) -> None:
        """The end is numbered now."""
        if any(pane.cursor < 0 for pane in self.panes):
            for pane in self.panes:
                pane.renumber(records.count)
            self.shown = None
        records.forget_tail()

    @on(JobProgress)
    def _job_progress(self) -> None:
        self.show_where()

    @on(JobEnded)
    def _job_ended(self, message: JobEnded) -> None:
        self.jobs.ended(message.job)
        self.show_where()

    @on(JobFailed)
    def _job_failed(self, message: JobFailed) -> None:
        if message.job.group == OPEN:
            told = message.error.message
            if isinstance(self.target, LocalFile | StandardInput):
                told = told.replace(str(self.target.path), self.target.path.name)
            self.show_trouble_of(told, message.error.hint)
        else:
            if self.jobs.active.get(SEARCH) is message.job:
                self.forget_search()
            self.tell_error(message.error)

    # The cursor

    @on(RowsPane.Moved)
    def _moved(self, message: RowsPane.Moved) -> None:
        if message.pane is not self.pane:
            return
        self.keep_following()
        if self.landing is None and self.shown is not None and self.shown.number != self.number:
            self.lands_nowhere = False
        self.show_record()
        self.show_where()

    # Ways out

    @on(Prompt.Closed)
    @on(Choice.Closed)
    def _line_closed(self) -> None:
        self.close_line()

    @on(events.DescendantFocus)
    def _focus_moved(self) -> None:
        """A line that asks goes when one turns to something else, as with the mouse."""
        focused = self.focused
        for line in (*self.query(Prompt), *self.query(Choice)):
            if line.display and focused is not None and line not in focused.ancestors_with_self:
                line.close()

    def action_back(self) -> None:
        """Esc undoes one thing: running work, the record, search, filter, marks, the viewer."""
        cancelled = [group for group in CANCELLABLE if self.jobs.cancel(group)]
        if cancelled:
            self.show_where()
        elif self.wanted_line is not None:
            self.wanted_line = None
            self.show_where()
        elif self.close_record() or self.forget_search():
            return
        elif self.rows is not None and self.rows.selection is not None:
            self.select(None, "")
        elif self.marks:
            self.marks.clear()
            self.pane.refresh()
            self.show_where()
        else:
            super().action_back()

    def action_leave(self) -> None:
        """q: out of the record, then out of the viewer, whatever is filtered or marked."""
        if not self.close_record():
            super().action_back()
