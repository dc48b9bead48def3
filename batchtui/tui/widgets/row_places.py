"""A table's rows in their order, and its cursor: no refresh moves what one is looking at.

Owns cursor, scrolling, and the time that is spent on many rows. Rows have keys: new rows do not
move the cursor, the marks or what is on the screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from typing import Final, Generic, TypeVar

from textual import events, work
from textual.geometry import Size
from textual.message import Message

from batchtui.tui.garbage import without_collections
from batchtui.tui.widgets.arranged import Outcome
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.row_lines import RowLines

R = TypeVar("R")

FEW: Final = 4_000
"""As many rows are arranged at once; more are arranged while keys and answers go first."""
HELD_S: Final = 0.005
LET_GO_S: Final = 0.001


class RowPlaces(RowLines[R], Generic[R]):
    """`key` gives each row its identity."""

    class Moved(Message):
        """The cursor is on another row, or there is none."""

    class Marked(Message):
        """Other rows are marked."""

    class Arranged(Message):
        """The rows are there, or shown as they were asked for."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowPlaces.Arranged)

    class Scrolled(Message):
        """Other rows are on the screen."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowPlaces.Scrolled)

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(columns, key, empty=empty, id=id)
        self._cursor_key: str | None = None
        self._sought: str | None = None
        self._is_arranging = False
        self._late: list[R] = []

    # what is shown

    @property
    def cursor_row(self) -> R | None:
        return self.rows[self._cursor] if self._cursor < len(self.rows) else None

    @property
    def visible_rows(self) -> Sequence[R]:
        top = self.scroll_offset.y
        return self.rows.shown[top : top + self._room]

    @property
    def shows_end(self) -> bool:
        """The last row is on the screen."""
        return self.scroll_offset.y + self._room >= len(self.rows)

    @property
    def _room(self) -> int:
        return max(self.size.height - 1, 1)

    def set_rows(self, rows: Iterable[R]) -> None:
        """The whole list anew: whatever is still there keeps cursor, mark and place.

        Many rows are read and shown some moments later, then all at once.
        """
        self.rows.take(rows)
        self._arrange(anew=False)

    def update_rows(self, rows: Iterable[R]) -> None:
        """New values of rows that are there already."""
        if self._is_arranging:
            self._late += rows
            return
        known = list(rows)
        if self.rows.put(known) and (known or self.rows.matches is not None):
            self._arrange(anew=True)
        else:
            self.repaint_changed()

    def filter_rows(self, matches: Callable[[R], bool] | None) -> None:
        self.rows.matches = matches
        self._arrange(anew=True)

    def sort_rows(self, column: Column[R] | None, *, descending: bool = False) -> None:
        """By `column`, or in the order the rows were given in when it is None."""
        self._sorted_by = column
        self.rows.order = column.order if column else None
        self.rows.descending = descending
        self._arrange(anew=True)

    def move_to_key(self, key: str) -> None:
        """To the row of `key`, as soon as there is one."""
        place = self.rows.place(key)
        if place is not None:
            self._move_to(place)
        if place is None or self._is_arranging:
            self._sought = key

    def move_to_row(self, number: int) -> None:
        """To the row of that number, from 1; past the end to the last."""
        self._move_to(number - 1)

    # arranging

    def _arrange(self, *, anew: bool) -> None:
        """`anew`: what is under way is of no use any more; else it ends first."""
        if not self.rows.are_more_than(FEW):
            self.workers.cancel_group(self, "arrange")
            self._is_arranging = False
            steps = self.rows.steps()
            while True:
                try:
                    next(steps)
                except StopIteration as end:
                    self._show(end.value)
                    return
        if anew or not self._is_arranging:
            self._is_arranging = True
            self._arrange_many()

    @work(group="arrange", exclusive=True, description="arrange the rows")
    async def _arrange_many(self) -> None:
        while True:
            steps = self.rows.steps()
            try:
                while True:
                    with without_collections():
                        until = time.perf_counter() + HELD_S
                        while time.perf_counter() < until:
                            next(steps)
                    await asyncio.sleep(LET_GO_S)
            except StopIteration as end:
                self._show(end.value)
            if not self.rows.is_outdated:
                self._is_arranging = False
                break
        late, self._late = self._late, []
        if late:
            self.update_rows(late)

    def _show(self, outcome: Outcome[R]) -> None:
        top = self.scroll_offset.y
        at_top = top == 0
        count_before = len(self.rows)
        anchor = None if at_top or top >= count_before else self.rows.key(self.rows[top])
        self.rows.show(outcome)
        count = len(self.rows)
        if count != count_before:
            self.virtual_size = Size(0, count + 1)
        place = self.rows.place(self._cursor_key, self._cursor)
        self._cursor = place if place is not None else min(self._cursor, max(count - 1, 0))
        self._note_cursor()
        anchored = self.rows.place(anchor, top)
        wanted = top if anchored is None else anchored
        if at_top and self._cursor >= self._room and place is not None:
            wanted = self._cursor - self._room + 1
        wanted = min(wanted, max(count - self._room, 0))
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)
        if self._marks.drop_gone():
            self.post_message(self.Marked())
        self.repaint_changed()
        self.post_message(self.Scrolled())
        self.post_message(self.Arranged())
        self._move_to_sought()

    def _move_to_sought(self) -> None:
        place = self.rows.place(self._sought)
        if place is not None:
            self._move_to(place)

    def _note_cursor(self) -> None:
        """A filter that hides every row leaves the cursor where it will be without the filter."""
        row = self.cursor_row
        if row is not None:
            self._cursor_key = self.rows.key(row)
        elif not self.rows.total():
            self._cursor_key = None
        self.post_message(self.Moved())

    # events

    def on_mount(self) -> None:
        self.virtual_size = Size(0, len(self.rows) + 1)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self._show_cursor()
        self.post_message(self.Scrolled())

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    # moving

    def _move_to(self, place: int) -> None:
        count = len(self.rows)
        if not count:
            return
        self._sought = None
        self._cursor = min(max(place, 0), count - 1)
        self._note_cursor()
        self._show_cursor()
        self.repaint_changed()

    def _show_cursor(self) -> None:
        top = self.scroll_offset.y
        wanted = min(max(top, self._cursor - self._room + 1), self._cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)
