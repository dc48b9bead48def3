"""The viewer's screen: one file or batch in three looks, and what each key does.

Wires the panes to the jobs that read. What is found or taken out is in `finding` and `taking`.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual import on
from textual.binding import BindingType
from textual.containers import Horizontal
from textual.widget import Widget

from batchtui.tui.garbage import let_go
from batchtui.tui.viewer.again import Again
from batchtui.tui.viewer.bindings import BINDINGS
from batchtui.tui.viewer.choice import Choice
from batchtui.tui.viewer.content import Content
from batchtui.tui.viewer.contents import LOOKS, ContentReady, Wanted, content_of, is_light
from batchtui.tui.viewer.detail_pane import DetailPane
from batchtui.tui.viewer.fetching import Fetching
from batchtui.tui.viewer.finding import FILTER, GO_TO, SEARCH
from batchtui.tui.viewer.jobs import OPEN, Job
from batchtui.tui.viewer.keeping_up import KeepingUp
from batchtui.tui.viewer.lines_pane import LinesPane
from batchtui.tui.viewer.messages import Grew, JobEnded, JobFailed, JobProgress, Opened
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.record_list import RecordList
from batchtui.tui.viewer.records import FileRecords
from batchtui.tui.viewer.rows import Rows
from batchtui.tui.viewer.rows_pane import RowsPane
from batchtui.tui.viewer.separator import Separator
from batchtui.tui.viewer.target import BatchResults, LocalFile, RemoteFile, StandardInput

READ = "read"
CANCELLABLE = (SEARCH, FILTER, GO_TO, "errors", "export")


class ViewerScreen(Fetching, KeepingUp, Again):
    BINDING_GROUP_TITLE = "Viewer"
    BINDINGS: ClassVar[list[BindingType]] = BINDINGS
    DEFAULT_CSS = """
    ViewerScreen #looks { height: 1fr; }
    ViewerScreen.-full RecordList { width: 44; }
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
        self._wanted_line = target.line if isinstance(target, LocalFile | RemoteFile) else None
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
            self._wanted_line = (self.number or 0) + 1
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
        if self._wanted_line is not None:
            if records.count >= self._wanted_line or records.is_complete:
                line, self._wanted_line = self._wanted_line, None
                self.pane.go_to(line - 1)
        elif self.follows:
            self.pane.action_last()
        if self.shown is None or self.shown.number == self._last_number:
            self.shown = None  # it may have had no end yet
            self.show_record()
        self._last_number = records.count - 1
        self.show_name()
        self.show_where()

    _last_number = -1
    _wanted_line: int | None = None
    """Where to go as soon as so many lines are numbered."""

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
            self.show_banner(told)
        else:
            self.tell_error(message.error)

    # Looks

    def show_look(self) -> None:
        lines, record_list = self.panes
        in_lines = self.look == "lines"
        alone = self._zoomed and not in_lines
        lines.display = in_lines
        record_list.display = self.query_one(Separator).display = not (in_lines or alone)
        self.detail.display = not in_lines
        self.detail.set_class(alone, "-alone")
        self.set_focus(self.detail if alone else self.pane)
        self.show_record()
        self.show_where()

    _zoomed = False
    """The record has the whole width: it was opened on a narrow screen."""

    def action_next_look(self) -> None:
        cursor = self.pane.cursor
        looks = [look for look in LOOKS if look != "exchange" or self._has_exchange()]
        at = looks.index(self.look) if self.look in looks else -1
        self.look = looks[(at + 1) % len(looks)]
        self._zoomed = self._zoomed and self.look != "lines"
        self.show_look()
        self.pane.go_to(cursor)

    def _has_exchange(self) -> bool:
        return self.records is not None and self.records.kind != "other"

    def action_open(self) -> None:
        """From the list into the record."""
        if self.records is None:
            return
        cursor = self.pane.cursor
        if self.look == "lines":
            self.look = "record"
        self._zoomed = self.size.width < 100
        self.show_look()
        self.pane.go_to(cursor)
        self.set_focus(self.detail)

    def action_neighbour(self, count: int) -> None:
        """The next or previous record, wherever the focus is."""
        self.pane.go_to(self.pane.cursor + count)

    def action_wrap(self) -> None:
        lines, _ = self.panes
        lines.wraps = not lines.wraps

    def action_shift(self, cells: int) -> None:
        """Scroll unwrapped lines sideways; 0 goes to their start."""
        lines, _ = self.panes
        if self.look == "lines" and not lines.wraps:
            lines.shift = lines.shift + cells if cells else 0

    def action_scroll_record(self, rows: int) -> None:
        self.detail.scroll_rows(rows)

    def action_more(self) -> None:
        """Show more of what was cut for its length."""
        if self.look == "lines":
            self.panes[0].show_more()
        elif self.shown is not None:
            self._want(self.shown.more(), keep_place=True)

    # The record beside the list

    @on(RowsPane.Moved)
    def _moved(self, message: RowsPane.Moved) -> None:
        if message.pane is self.pane:
            self.show_record()
            self.show_where()

    @on(DetailPane.Moved)
    def _detail_moved(self) -> None:
        self.show_where()

    def show_record(self) -> None:
        if self.look == "lines":
            return
        number = self.number
        if number is None:
            self.shown = None
            self.detail.show(None)
            return
        shown = self.shown
        if shown is None or (shown.number, shown.look) != (number, self.look):
            self._want(Wanted(number, self.look))

    def _want(self, wanted: Wanted, *, keep_place: bool = False) -> None:
        records = self.records
        if records is None:
            return
        self.shown = wanted
        self.jobs.cancel(READ)
        if is_light(records, wanted):
            self.detail.show(content_of(records, wanted), keep_place=keep_place)
            return
        width = self.detail.size.width

        def work(job: Job) -> None:
            content: Content = content_of(records, wanted)
            job.post(ContentReady(wanted, content, content.rows(width)))

        self.jobs.start(READ, "reading", work)

    @on(ContentReady)
    def _content_ready(self, message: ContentReady) -> None:
        if message.wanted == self.shown:
            keep = message.wanted.level > 0
            self.detail.show(message.content, message.rows, keep_place=keep)

    # Ways out

    @on(Prompt.Closed)
    @on(Choice.Closed)
    def _line_closed(self) -> None:
        self.close_line()

    def action_back(self) -> None:
        """Esc undoes one thing: running work, the record, search, filter, marks, the viewer."""
        cancelled = [group for group in CANCELLABLE if self.jobs.cancel(group)]
        if cancelled:
            self.show_where()
        elif self._zoomed or self.in_detail:
            self._zoomed = False
            self.show_look()
        elif self.forget_search():
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
        if self._zoomed or self.in_detail:
            self._zoomed = False
            self.show_look()
        else:
            super().action_back()
