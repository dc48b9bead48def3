"""The viewer's screen: wires the looks of a file or batch to the work that reads it.

Owns which look is shown, where the cursor is for all of them, and what runs in the background.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Final, Literal

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.worker import get_current_worker

from batchtui.errors import BatchtuiError
from batchtui.jsonl.facts import peek
from batchtui.jsonl.progress import Cancelled
from batchtui.jsonl.source import opened
from batchtui.tui.screens.frame import Frame
from batchtui.tui.viewer.content import Content
from batchtui.tui.viewer.detail_pane import DetailPane
from batchtui.tui.viewer.exchange_content import ExchangeContent
from batchtui.tui.viewer.jobs import Running, run_reporting
from batchtui.tui.viewer.lines_pane import LinesPane
from batchtui.tui.viewer.messages import FileOpened, IndexGrew, JobFailed, JobProgress
from batchtui.tui.viewer.record_content import RecordContent
from batchtui.tui.viewer.record_list import RecordList
from batchtui.tui.viewer.records import FileRecords, Records
from batchtui.tui.viewer.rows import Rows
from batchtui.tui.viewer.rows_pane import RowsPane
from batchtui.tui.viewer.separator import Separator
from batchtui.tui.viewer.target import LocalFile, StandardInput, Target
from batchtui.tui.widgets.spans import Span

Look = Literal["lines", "record", "exchange"]
LOOKS: Final[tuple[Look, ...]] = ("exchange", "record", "lines")


class ViewerScreen(Frame[None]):
    BINDING_GROUP_TITLE = "Viewer"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "tab",
            "next_look",
            "look",
            id="viewer.look",
            tooltip="Lines, one record as JSON, or request beside response",
        ),
        Binding("w", "wrap", "wrap", id="viewer.wrap", tooltip="Wrap long lines, or cut them"),
        Binding(
            "x",
            "expand",
            "Expand",
            show=False,
            id="viewer.expand",
            tooltip="Show more of what was cut for its length",
        ),
    ]
    DEFAULT_CSS = """
    ViewerScreen #looks { height: 1fr; }
    ViewerScreen .-away { display: none; }
    """

    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target
        self.records: Records | None = None
        self.rows: Rows | None = None
        self.look: Look = "lines"
        self.job = "opening"
        self._shown: tuple[Look, int] | None = None
        self._threads = Running()

    # What is on the screen

    def compose_body(self) -> Iterable[Widget]:
        yield Horizontal(
            LinesPane(id="lines"),
            RecordList(id="list"),
            Separator(id="separator"),
            DetailPane(id="detail"),
            id="looks",
        )

    def on_mount(self) -> None:
        self._show_look()
        self._show_title()
        if isinstance(self.target, LocalFile | StandardInput):
            self._open_file(self.target)

    @property
    def pane(self) -> RowsPane:
        """The list that has the cursor: of the lines, or at the left."""
        if self.look == "lines":
            return self.query_one(LinesPane)
        return self.query_one(RecordList)

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    @property
    def number(self) -> int | None:
        """The record under the cursor."""
        if self.rows is None or not self.rows.count:
            return None
        return self.rows.number(self.pane.cursor)

    # The work in the background

    @work(
        thread=True,
        group="open",
        exclusive=True,
        exit_on_error=False,
        name="open",
        description="Open a file and number its lines",
    )
    def _open_file(self, target: LocalFile | StandardInput) -> None:
        worker = get_current_worker()

        def is_cancelled() -> bool:
            return worker.is_cancelled

        with self._threads.job():
            try:
                source = run_reporting(
                    opened(target.path),
                    lambda progress: self._post_progress("unpacking", progress.fraction),
                    is_cancelled,
                )
                records = FileRecords(source, peek(target.path).kind)
                self.post_message(FileOpened(records))
                run_reporting(
                    records.index.extend(),
                    lambda _: self._post_grown(),
                    is_cancelled,
                )
                self.post_message(IndexGrew())
            except Cancelled:
                return
            except BatchtuiError as error:
                self.post_message(JobFailed("opening", error, is_fatal=True))

    def _post_grown(self) -> None:
        self.post_message(IndexGrew())

    def _post_progress(self, job: str, fraction: float) -> None:
        self.post_message(JobProgress(job, fraction))

    @on(FileOpened)
    def _file_opened(self, message: FileOpened) -> None:
        self._take(message.records)
        self.job = "indexing"
        if message.records.kind != "other":
            self.look = "exchange"
        self._show_look()

    @on(IndexGrew)
    def _index_grew(self) -> None:
        assert self.records is not None
        if self.records.is_complete:
            self.job = ""
        self.pane.grown()
        if self._shown is None:
            self._show_detail()
        if isinstance(self.target, LocalFile) and self.target.line:
            self.pane.go_to(self.target.line - 1)
        self._show_status()

    @on(JobFailed)
    def _job_failed(self, message: JobFailed) -> None:
        self.job = ""
        self.show_banner(message.error.message)

    def _take(self, records: Records) -> None:
        self.records = records
        self.rows = Rows(records)
        self.pane.show(self.rows)

    # Looks

    def _show_look(self) -> None:
        lines = self.look == "lines"
        self.query_one("#lines").set_class(not lines, "-away")
        for name in ("#list", "#separator", "#detail"):
            self.query_one(name).set_class(lines, "-away")
        if self.rows is not None and self.pane.rows is not self.rows:
            self.pane.show(self.rows)
        self.pane.focus()
        self._show_detail()

    def action_next_look(self) -> None:
        cursor = self.pane.cursor
        self.look = LOOKS[(LOOKS.index(self.look) + 1) % len(LOOKS)]
        self._show_look()
        self.pane.go_to(cursor)

    def action_wrap(self) -> None:
        lines = self.query_one(LinesPane)
        lines.wraps = not lines.wraps

    def action_expand(self) -> None:
        if self.look == "lines":
            self.query_one(LinesPane).show_more()

    @on(RowsPane.Moved)
    def _moved(self, message: RowsPane.Moved) -> None:
        if message.pane is self.pane:
            self._show_detail()
            self._show_status()

    @on(DetailPane.Moved)
    def _detail_moved(self) -> None:
        self._show_status()

    def _show_detail(self) -> None:
        if self.look == "lines":
            return
        number = self.number
        shown = None if number is None else (self.look, number)
        if shown != self._shown:
            self._shown = shown
            self.detail.show(None if number is None else self._content(number))

    def _content(self, number: int) -> Content:
        assert self.records is not None
        if self.look == "record":
            return RecordContent(self.records.line(number))
        return ExchangeContent(
            self.records.request(number),
            self.records.result(number),
            self.records.outcome(number),
        )

    # Lines of the frame

    def _show_title(self) -> None:
        name = self.target.path.name if isinstance(self.target, LocalFile | StandardInput) else ""
        self.show_title([(name, "strong")])

    def _show_status(self) -> None:
        left: list[Span] = []
        if self.records is not None:
            total = f"{self.records.count:,}"
            number = self.number
            left = [(f"{(number or 0) + 1:,} of {total}", "")]
        self.show_status(left, self.job or "index complete")

    def on_unmount(self) -> None:
        records = self.records
        if isinstance(records, FileRecords):
            self._threads.when_idle(records.close)
