"""What all parts of the viewer's screen share: its records, its panes, its jobs, its lines of text.

Owns the state; what a key does with it is in `finding`, `taking` and `screen`.
"""

from __future__ import annotations

import re
from array import array
from collections.abc import Mapping
from typing import Final

from batchtui.errors import BatchtuiError
from batchtui.jsonl.outcomes import Outcome
from batchtui.tui import figures
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.screens.frame import Frame
from batchtui.tui.viewer.choice import Choice
from batchtui.tui.viewer.contents import Look, Wanted
from batchtui.tui.viewer.detail_pane import DetailPane
from batchtui.tui.viewer.hits import Hits
from batchtui.tui.viewer.jobs import Jobs
from batchtui.tui.viewer.lines_pane import LinesPane
from batchtui.tui.viewer.prompt import Prompt
from batchtui.tui.viewer.record_list import RecordList
from batchtui.tui.viewer.records import Records
from batchtui.tui.viewer.rows import Rows
from batchtui.tui.viewer.rows_pane import RowsPane
from batchtui.tui.viewer.target import BatchResults, JobResults, RemoteFile, Target
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.spans import Span
from batchtui.workflows.where import Where

NAME_CELLS: Final = 18
"""What the title leaves for the name, at least."""


class ViewerBase(Frame[None]):
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
        self.shown: Wanted | None = None

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

    def select(self, selection: array[int] | None, words: str) -> None:
        """List only these records, or all; the cursor stays, or goes to the nearest."""
        if self.rows is None:
            return
        number = self.number
        self.rows.selection = selection
        self.filter_words = words
        row = self.rows.row(max(number or 0, 0))
        for pane in self.panes:
            pane.show(self.rows, row)
        self.show_where()

    def mark_hits(self, pattern: re.Pattern[str] | None) -> None:
        """Mark what matches, wherever it is in view."""
        for pane in (*self.panes, self.detail):
            pane.highlight = pattern
            pane.refresh()

    # The lines of the frame

    def show_name(self) -> None:
        """The title: what is shown, and what became of it."""
        records = self.records
        kind = "results" if isinstance(self.target, BatchResults | JobResults) else ""
        right: list[Span] = [("Esc back", "muted")]
        if records is not None:
            kind = kind or ("" if records.kind == "other" else records.kind)
            right = counted(records.counts, self.size.width - NAME_CELLS) or right
        name = self.name_of_target
        used = sum(len(text) for text, _ in right)
        if kind and len(name) + len(kind) + used + 6 <= self.size.width:
            name = f"{name}  "
        else:
            kind = ""
        self.query_one("#title", Line).show([(name, "strong"), (kind, "muted")], right)

    def show_where(self) -> None:
        """The status line: where the cursor is, what is filtered and searched, what is at work."""
        self.show_status(self._place(), self._work())

    def _place(self) -> list[Span]:
        records, rows = self.records, self.rows
        if records is None or rows is None:
            return []
        number = self.number
        total = f"{records.count:,}{'' if records.is_complete else '+'}"
        if number is None:
            place = "nothing matches" if rows.selection is not None else f"0 of {total}"
        elif number < 0:
            place = f"line {-number:,} from the end"
        else:
            place = f"{number + 1:,} of {total}"
        pieces: list[Span] = [(place, "")]
        value = self.detail.value if self.in_detail else None
        if value is not None and value.path:
            return [*pieces, (f"   {value.path}", "accent")]
        if self.filter_words:
            pieces += [(f"   {self.filter_words} ", "accent"), (f"{rows.count:,}", "")]
        if self.marks:
            pieces.append((f"   {len(self.marks):,} marked", "accent"))
        return [*pieces, ("   search: ", "muted"), (self._search(), "")]

    def _search(self) -> str:
        if self.hits is None:
            return "none"
        count = figures.count(len(self.hits))
        place = self.hits.place(self.number or 0)
        if not self.hits.is_complete:
            return f"{self.search_words}  {count}+"
        return f"{self.search_words}  {f'{place:,} of ' if place else ''}{count}"

    def _work(self) -> list[Span]:
        if self.jobs.active:
            job = list(self.jobs.active.values())[-1]
            return [(f"{job.words} {job.fraction:.0%}", "accent")]
        if self.follows:
            return [("following", "accent")]
        return [("index complete", "muted")] if self.records is not None else []

    # Telling

    def tell(self, text: str, *, trouble: bool = False) -> None:
        self.app.tell(text, trouble=trouble)

    def tell_error(self, error: BatchtuiError) -> None:
        self.app.tell_error(error)

    # Asking

    def ask(self, purpose: str, label: str, value: str = "", hint: str = "") -> None:
        if not self.query(Prompt):
            return
        self.query_one("#status").display = False
        self.query_one(Prompt).ask(purpose, label, value, hint)

    def choose(self, purpose: str, options: dict[str, str], *, label: str = "") -> None:
        if not self.query(Choice):
            return
        self.query_one("#status").display = False
        self.query_one(Choice).ask(purpose, options, label=label)

    def close_line(self) -> None:
        """The line is the status line again, unless another one was opened meanwhile."""
        busy = self.query_one(Prompt).display or self.query_one(Choice).display
        self.query_one("#status").display = not busy


def counted(counts: Mapping[Outcome, int], width: int) -> list[Span]:
    """`9,950 ok  38 failed  12 truncated`, ok first; with glyphs where words have no room."""
    ranked = sorted(counts.items(), key=lambda item: (item[0] is not Outcome.OK, -item[1]))
    pieces: list[Span] = []
    for with_words in (True, False):
        pieces = []
        for outcome, count in ranked:
            gap = "  " if pieces else ""
            name = f" {outcome}" if with_words else glyph(outcome)
            pieces.append((f"{gap}{figures.count(count)}{name}", TONES.get(outcome, "accent")))
        if sum(len(text) for text, _ in pieces) <= width:
            break
    return pieces
