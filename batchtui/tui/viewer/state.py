"""What the parts of the viewer's screen share: its records, its panes, its jobs.

Owns the state; what a key does with it is in `finding`, `taking`, `looks` and `screen`.
"""

from __future__ import annotations

from batchtui.tui.screens.frame import Frame
from batchtui.tui.viewer.contents import Look, Wanted
from batchtui.tui.viewer.detail_pane import DetailPane
from batchtui.tui.viewer.hits import Hits
from batchtui.tui.viewer.jobs import Jobs
from batchtui.tui.viewer.lines_pane import LinesPane
from batchtui.tui.viewer.record_list import RecordList
from batchtui.tui.viewer.records import Records
from batchtui.tui.viewer.rows import Rows
from batchtui.tui.viewer.rows_pane import RowsPane
from batchtui.tui.viewer.target import BatchResults, JobResults, RemoteFile, Target
from batchtui.workflows.where import Where


class ViewerState(Frame[None]):
    def __init__(self, target: Target) -> None:
        super().__init__()
        self.target = target
        self.records: Records | None = None
        self.rows: Rows | None = None
        self.look: Look = "lines"
        self.jobs = Jobs(self)
        self.marks: set[int] = set()
        self.filter_words = ""
        self.filter_where: Where | None = None
        self.search_words = ""
        self.search_where: Where | None = None
        self.hits: Hits | None = None
        self.follows = False
        self.follows_later = False
        """It was following, and the cursor has left the end: back there it follows again."""
        self.wanted_line: int | None = None
        """Where to go as soon as so many lines are numbered."""
        self.trouble = ""
        """Why there is nothing to show, where that is known."""
        self.shown: Wanted | None = None
        """What the detail shows, or will when it is laid out."""
        self.landing: int | None = None
        """To which hit of a record that is about to be shown: 1 the first, -1 the last."""
        self.lands_nowhere = False
        """The record matches, but in nothing that this look shows."""

    # What is where

    @property
    def pane(self) -> RowsPane:
        """The list that has the cursor: of the lines, or at the left."""
        return self.query_one(LinesPane if self.look == "lines" else RecordList)

    @property
    def panes(self) -> tuple[LinesPane, RecordList]:
        return self.query_one(LinesPane), self.query_one(RecordList)

    @property
    def detail(self) -> DetailPane:
        return self.query_one(DetailPane)

    @property
    def in_detail(self) -> bool:
        return self.look != "lines" and self.detail.has_focus

    @property
    def number(self) -> int | None:
        """The record under the cursor."""
        if self.rows is None or (self.pane.cursor >= 0 and not self.rows.count):
            return None
        return self.rows.number(self.pane.cursor)

    @property
    def name_of_target(self) -> str:
        if isinstance(self.target, BatchResults | JobResults | RemoteFile):
            return self.target.name
        return self.target.path.name

    @property
    def is_asking(self) -> bool:
        """A line is open that asks for something."""
        return any(line.display for line in self.query("Prompt, Choice"))
