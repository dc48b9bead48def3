"""What the tabs share that show a list: the table, its filter line, and Esc to undo one of both."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable
from typing import ClassVar, Generic, TypeVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui.filters import Fields
from batchtui.tui.screens.frame import Root
from batchtui.tui.widgets.filterbar import FilterBar
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.spans import Span
from batchtui.tui.widgets.table import RecordTable

R = TypeVar("R")


class ListScreen(Root, Generic[R]):
    """`make_table` and `fields` say what is listed; `row_status` is the line under it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="list.filter", tooltip="Narrow the list"),
    ]
    filter_hint = "words"

    table: RecordTable[R]

    @abstractmethod
    def make_table(self) -> RecordTable[R]:
        """The table, without rows."""

    @abstractmethod
    def fields(self) -> Fields[R]:
        """What the filter can ask a row for."""

    @abstractmethod
    def row_status(self, row: R) -> list[Span]:
        """What the line under the table says of the row under the cursor."""

    def compose_body(self) -> Iterable[Widget]:
        self.table = self.make_table()
        yield self.table

    def on_mount(self) -> None:
        """As it was left."""
        view = self.app.memory.view(self.tab)
        self.table.sort_by_key(view.sort, descending=view.descending)
        if view.filter:
            self.query_one(FilterBar).show(view.filter)

    @on(RecordTable.Sorted)
    def _remember_sort(self) -> None:
        view = self.app.memory.view(self.tab)
        view.sort, view.descending = self.table.sorted_by, self.table.rows.descending

    def compose_bottom(self) -> Iterable[Widget]:
        yield Line(id="status")
        yield FilterBar(self.filter_hint, id="filter")

    def action_filter(self) -> None:
        self.query_one("#status").display = False
        self.query_one(FilterBar).open()

    def action_clear(self) -> None:
        """Esc: the filter first, then the marks."""
        bar = self.query_one(FilterBar)
        if bar.text:
            bar.clear()
        else:
            self.table.clear_marks()

    @on(FilterBar.Changed)
    def _narrow(self, event: FilterBar.Changed) -> None:
        fields = self.fields()
        self.table.filter_rows(fields.matcher(event.text))
        self._tell_filter(fields.complaint(event.text))
        self.app.memory.view(self.tab).filter = event.text

    def _tell_filter(self, complaint: str) -> None:
        shown, total = len(self.table.rows), self.table.rows.total()
        text = complaint or f"{shown:,} of {total:,}"
        self.query_one(FilterBar).tell(text, trouble=bool(complaint))

    @on(FilterBar.Closed)
    def _close_filter(self) -> None:
        self.query_one("#status").display = True
        self.table.focus()

    @on(RecordTable.Moved)
    @on(RecordTable.Marked)
    def _show_row(self) -> None:
        self.update_status()

    def update_status(self) -> None:
        row = self.table.cursor_row
        self.show_status(self.row_status(row) if row is not None else "", self._filter_facts())

    def _filter_facts(self) -> list[Span]:
        facts: list[Span] = []
        if self.table.marks:
            facts.append((f"{len(self.table.marks):,} marked", "accent"))
        text = self.query_one(FilterBar).text
        if text:
            gap = "   " if facts else ""
            shown, total = len(self.table.rows), self.table.rows.total()
            facts += [(f"{gap}/{text}  ", "accent"), (f"{shown:,} of {total:,}", "muted")]
        return facts
