"""What the tabs share that show a list: the table, its columns, and its filter line."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui.filters import Fields
from batchtui.tui.screens.frame import Root
from batchtui.tui.widgets.columns import Column, chosen
from batchtui.tui.widgets.filterbar import FilterBar
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.spans import Span
from batchtui.tui.widgets.table import RecordTable

R = TypeVar("R")


class ListScreen(Root, Generic[R]):
    """`make_table` and `fields` say what is listed; `row_status` is the line under it."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "filter", "filter", id="list.filter", tooltip="Narrow the list"),
        Binding(
            "C",
            "columns",
            "Columns",
            show=False,
            id="list.columns",
            tooltip="Choose the columns, and their order",
        ),
    ]
    filter_hint = "words"
    remembers_filter: ClassVar[bool] = True
    """The next run begins with the same filter."""

    table: RecordTable[R]
    all_columns: Sequence[Column[R]]

    @abstractmethod
    def make_table(self) -> RecordTable[R]:
        """The table with all columns there are, without rows."""

    @abstractmethod
    def fields(self) -> Fields[R]:
        """What the filter can ask a row for."""

    @abstractmethod
    def row_status(self, row: R) -> list[Span]:
        """What the line under the table says of the row under the cursor."""

    def compose_body(self) -> Iterable[Widget]:
        self.table = self.make_table()
        self.all_columns = self.table.columns
        self.table.columns = self.wanted_columns()
        yield self.table

    def on_mount(self) -> None:
        """As it was left."""
        view = self.app.memory.view(self.tab)
        self.table.sort_by_key(view.sort, descending=view.descending)
        if view.filter and self.remembers_filter:
            self.query_one(FilterBar).show(view.filter)

    # columns

    def wanted_columns(self) -> list[Column[R]]:
        """Those last chosen, else those of the configuration, else the list's own choice."""
        keys = self.app.memory.view(self.tab).columns or self.app.settings.columns.get(self.tab, ())
        return chosen(self.all_columns, keys)

    def choose_columns(self, keys: Sequence[str]) -> None:
        """Show these and remember it; none: the list's own choice again."""
        self.app.memory.view(self.tab).columns = list(keys)
        self.table.set_columns(self.wanted_columns())

    def choose_by_name(self, names: Sequence[str]) -> None:
        """As `choose_columns`, by what is typed; says which there are where a name is none."""
        known = {each.key: each.key for each in self.all_columns}
        known |= {each.title.casefold(): each.key for each in self.all_columns}
        unknown = [name for name in names if name.casefold() not in known]
        if unknown:
            there = ", ".join(each.key for each in self.all_columns)
            self.app.tell(f"no column {unknown[0]}: {there}", trouble=True)
        else:
            self.choose_columns([known[name.casefold()] for name in names])

    def action_columns(self) -> None:
        from batchtui.tui.screens.columns import ColumnsScreen

        shown = [each.key for each in self.table.columns]
        titles = {each.key: each.title for each in self.all_columns}
        title = self.BINDING_GROUP_TITLE or self.tab
        self.app.push_screen(
            ColumnsScreen(titles, shown, self.choose_columns, title, lambda: self.table.placed_keys)
        )

    @on(RecordTable.Sorted)
    def _remember_sort(self) -> None:
        view = self.app.memory.view(self.tab)
        view.sort, view.descending = self.table.sorted_by, self.table.rows.descending

    # the filter

    def compose_bottom(self) -> Iterable[Widget]:
        yield Line(id="status")
        yield FilterBar(self.filter_hint, id="filter")

    async def action_filter(self) -> None:
        self.query_one("#status").display = False
        await self.query_one(FilterBar).open()
        self._tell_filter()

    def action_clear(self) -> None:
        """Esc: the filter first, then the marks."""
        bar = self.query_one(FilterBar)
        if bar.text:
            bar.clear()
        else:
            self.table.clear_marks()

    @on(FilterBar.Changed)
    def _narrow(self, event: FilterBar.Changed) -> None:
        self.table.filter_rows(self.fields().matcher(event.text))
        self.app.memory.view(self.tab).filter = event.text

    @on(RecordTable.Arranged)
    def _tell_filter(self) -> None:
        bar = self.query_one(FilterBar)
        if bar.display:
            complaint = self.fields().complaint(bar.text)
            shown, total = len(self.table.rows), self.table.rows.total()
            bar.tell(complaint or f"{shown:,} of {total:,}", trouble=bool(complaint))
        self.update_status()

    @on(FilterBar.Closed)
    def _close_filter(self) -> None:
        self.query_one("#status").display = True
        self.set_focus(self.table)

    @on(FilterBar.Late)
    def _hand_on_key(self, event: FilterBar.Late) -> None:
        self.table.post_message(events.Key(event.key, event.character))

    # the line under the table

    @on(RecordTable.Moved)
    @on(RecordTable.Marked)
    def _show_row(self) -> None:
        self.update_status()

    def update_status(self) -> None:
        row = self.table.cursor_row
        self.show_status(self.row_status(row) if row is not None else "", self.filter_facts())

    def row_or_tell(self) -> R | None:
        """The row under the cursor; where there is none, say so."""
        row = self.table.cursor_row
        if row is None:
            hidden = self.table.rows.total()
            self.app.tell(self.table.unmatched if hidden else "There is nothing in the list")
        return row

    def filter_facts(self) -> list[Span]:
        facts: list[Span] = []
        if self.table.marks:
            facts.append((f"{len(self.table.marks):,} marked", "accent"))
        text = self.query_one(FilterBar).text
        if text:
            gap = "   " if facts else ""
            shown, total = len(self.table.rows), self.table.rows.total()
            facts += [(f"{gap}filter /{text}  ", "accent"), (f"{shown:,} of {total:,}", "muted")]
        return facts
