"""A table of records, moved through, marked and sorted by keys; drawn line by line.

It knows nothing of what its rows are.
"""

from __future__ import annotations

from typing import ClassVar, Generic, TypeVar

from textual import events
from textual.binding import BindingType
from textual.message import Message

from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.keys_in_order import KeysInOrder
from batchtui.tui.widgets.row_places import RowPlaces
from batchtui.tui.widgets.table_keys import LIST_KEYS

R = TypeVar("R")


class RecordTable(RowPlaces[R], KeysInOrder, Generic[R], can_focus=True):
    """Rows of `R` in `columns`; `key` gives each row its identity.

    `cursor_row` and `marked_rows` are what actions work on.
    """

    BINDING_GROUP_TITLE = "List"
    BINDINGS: ClassVar[list[BindingType]] = LIST_KEYS

    class Sorted(Message):
        """The user wants another order."""

    class Chosen(Message):
        """A row was clicked a second time."""

    @property
    def marks(self) -> set[str]:
        """The keys of the marked rows, shown or not."""
        return self._marks.keys

    @property
    def marked_rows(self) -> list[R]:
        """The marked rows in the order shown, those that a filter hides left out."""
        return self._marks.shown()

    @property
    def chosen_rows(self) -> list[R]:
        """What an action works on: the marked rows, else the one under the cursor."""
        marked = self.marked_rows
        if marked:
            return marked
        row = self.cursor_row
        return [] if row is None else [row]

    @property
    def sorted_by(self) -> str | None:
        """The key of the column that sorts."""
        return self._sorted_by.key if self._sorted_by else None

    def sort_by_key(self, key: str | None, *, descending: bool = False) -> None:
        """As `sort_rows`; a key that no sortable column has leaves the order given."""
        found = [each for each in self.columns if each.key == key and each.order]
        if found:
            self.sort_rows(found[0], descending=descending)

    def on_click(self, event: events.Click) -> None:
        place = self.scroll_offset.y + event.y - 1
        if event.y == 0 or place >= len(self.rows):
            return
        if place == self._cursor and event.chain > 1:
            self.post_message(self.Chosen())
        self._move_to(place)

    def action_move(self, by: int) -> None:
        self._move_to(self._cursor + by)

    def action_page(self, screens: float) -> None:
        by = max(int(self._room * abs(screens)), 1)
        self._move_to(self._cursor + (by if screens > 0 else -by))

    def action_first(self) -> None:
        self._move_to(0)

    def action_last(self) -> None:
        self._move_to(len(self.rows) - 1)

    def action_mark(self) -> None:
        row = self.cursor_row
        if row is not None:
            self._marks.toggle(row)
            self.action_move(1)
            self._marks_changed()

    def action_mark_on(self, by: int) -> None:
        row = self.cursor_row
        if row is not None:
            self._marks.add(row)
            self.action_move(by)
            self._marks_changed()

    def action_mark_range(self) -> None:
        if self.cursor_row is not None:
            self._marks.add_up_to(self._cursor)
            self._marks_changed()

    def action_mark_all(self) -> None:
        self._marks.toggle_shown()
        self._marks_changed()

    def _marks_changed(self) -> None:
        self.post_message(self.Marked())
        self.repaint_changed()

    def clear_marks(self) -> bool:
        """False when nothing was marked."""
        if not self.marks:
            return False
        self.marks.clear()
        self._marks_changed()
        return True

    def action_sort(self) -> None:
        """The next column that sorts, after the last one the given order again."""
        sortable = [each.column for each in self._places if each.column.order]
        steps: list[Column[R] | None] = [*sortable, None]
        here = steps.index(self._sorted_by) if self._sorted_by in steps else len(steps) - 1
        self.sort_rows(steps[(here + 1) % len(steps)], descending=self.rows.descending)
        self.post_message(self.Sorted())

    def action_reverse(self) -> None:
        if self._sorted_by is None:
            self.action_sort()
        self.sort_rows(self._sorted_by, descending=not self.rows.descending)
        self.post_message(self.Sorted())
