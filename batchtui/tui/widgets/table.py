"""A table of records drawn line by line: any number of rows, and only what changed is repainted.

Owns cursor, marks, scrolling, sorting and the header. Rows have keys: new rows do not move the
cursor, the marks or what is on the screen. It knows nothing of what its rows are.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region, Size
from textual.message import Message
from textual.scroll_view import ScrollView
from textual.strip import Strip

from batchtui.tui.widgets import drawing
from batchtui.tui.widgets.arranged import Arranged
from batchtui.tui.widgets.columns import Column, Placed, placed
from batchtui.tui.widgets.drawing import Parts
from batchtui.tui.widgets.marks import Marks
from batchtui.tui.widgets.spans import segments
from batchtui.tui.widgets.table_keys import LIST_KEYS
from batchtui.tui.widgets.toned import Toned

R = TypeVar("R")


class RecordTable(Toned, ScrollView, Generic[R], can_focus=True):
    """Rows of `R` in `columns`; `key` gives each row its identity.

    `cursor_row` and `marked_rows` are what actions work on.
    """

    BINDING_GROUP_TITLE = "List"
    BINDINGS: ClassVar[list[BindingType]] = LIST_KEYS
    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--bar",
        "table--sorted",
    }
    DEFAULT_CSS = """
    RecordTable {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .table--header { text-style: dim; }
        & > .table--sorted { text-style: bold; }
        & > .table--cursor { text-style: bold; background: $row-cursor; }
        & > .table--bar { color: $accent; background: $row-cursor; text-style: bold; }
    }
    """

    class Moved(Message):
        """The cursor is on another row, or there is none."""

    class Marked(Message):
        """Other rows are marked."""

    class Sorted(Message):
        """The user wants another order."""

    class Scrolled(Message):
        """Other rows are on the screen."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RecordTable.Scrolled)

    class Chosen(Message):
        """A row was clicked a second time."""

    def __init__(
        self,
        columns: Sequence[Column[R]],
        key: Callable[[R], str],
        *,
        empty: str = "",
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self.columns = columns
        self.rows: Arranged[R] = Arranged(key)
        self._marks = Marks(self.rows)
        self.empty = empty
        self.unmatched = "Nothing matches the filter. Esc shows all."
        self._sorted_by: Column[R] | None = None
        self._cursor = 0
        self._cursor_key: str | None = None
        self._places: list[Placed[R]] = []
        self._painted: dict[int, tuple[bool, Parts]] = {}

    # what is shown

    @property
    def cursor_row(self) -> R | None:
        return self.rows[self._cursor] if self._cursor < len(self.rows) else None

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
        """The whole list anew: whatever is still there keeps cursor, mark and place."""
        self._rearrange(lambda: self.rows.replace(rows))
        if self._marks.drop_gone():
            self.post_message(self.Marked())

    def update_rows(self, rows: Iterable[R]) -> None:
        """New values of rows that are there already."""
        self._rearrange(lambda: self.rows.update(rows))

    def filter_rows(self, matches: Callable[[R], bool] | None) -> None:
        def apply() -> None:
            self.rows.matches = matches
            self.rows.arrange()

        self._rearrange(apply)

    def sort_rows(self, column: Column[R] | None, *, descending: bool = False) -> None:
        """By `column`, or in the order the rows were given in when it is None."""

        def apply() -> None:
            self._sorted_by = column
            self.rows.order = column.order if column else None
            self.rows.descending = descending
            self.rows.arrange()

        self._rearrange(apply)

    @property
    def sorted_by(self) -> str | None:
        """The key of the column that sorts."""
        return self._sorted_by.key if self._sorted_by else None

    def sort_by_key(self, key: str | None, *, descending: bool = False) -> None:
        """As `sort_rows`; a key that no sortable column has leaves the order given."""
        found = [each for each in self.columns if each.key == key and each.order]
        if found:
            self.sort_rows(found[0], descending=descending)

    def move_to_key(self, key: str) -> bool:
        place = self.rows.place(key)
        if place is None:
            return False
        self._move_to(place)
        return True

    def move_to_row(self, number: int) -> None:
        """To the row of that number, from 1; past the end to the last."""
        self._move_to(number - 1)

    def _rearrange(self, change: Callable[[], None]) -> None:
        top = self.scroll_offset.y
        at_top = top == 0
        count_before = len(self.rows)
        anchor = None if at_top or top >= count_before else self.rows.key(self.rows[top])
        change()
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
        self.repaint_changed()
        self.post_message(self.Scrolled())

    def _note_cursor(self) -> None:
        row = self.cursor_row
        key = None if row is None else self.rows.key(row)
        if key != self._cursor_key:
            self._cursor_key = key
        self.post_message(self.Moved())

    # painting

    def repaint_changed(self) -> None:
        """Repaint those cells on the screen that no longer show what they should."""
        if not self.is_mounted or not self._painted:
            self.refresh()
            return
        width = self.scrollable_content_region.width
        regions = []
        for y in range(self.size.height):
            before = self._painted.get(y)
            after = (self._is_cursor(y), self._parts(y, width))
            if before == after:
                continue
            if before is None or before[0] != after[0] or len(before[1]) != len(after[1]):
                regions.append(Region(0, y, width, 1))
            else:
                regions.append(drawing.changed(before[1], after[1], y, width))
        if regions:
            self.refresh(*regions)

    def render_line(self, y: int) -> Strip:
        width = self.scrollable_content_region.width
        under_cursor = self._is_cursor(y)
        parts = self._parts(y, width)
        self._painted[y] = (under_cursor, parts)
        pieces = [piece for part in parts for piece in part]
        if y == 0:
            return Strip(segments(pieces, self._header_style), width)
        return Strip(segments(pieces, self._cursor_style if under_cursor else self.tone), width)

    def _parts(self, y: int, width: int) -> Parts:
        if y == 0:
            return drawing.header(self._places, self._sorted_by, self.rows.descending, width)
        place = self.scroll_offset.y + y - 1
        if place < len(self.rows):
            row = self.rows[place]
            marked = self.rows.key(row) in self.marks
            return drawing.line(self._places, row, place == self._cursor, marked, width)
        nothing = self.unmatched if self.rows.total() else self.empty
        text = nothing if y == 2 and not len(self.rows) else ""
        return drawing.plain(text, width)

    def _is_cursor(self, y: int) -> bool:
        return y > 0 and self.scroll_offset.y + y - 1 == self._cursor < len(self.rows)

    def _header_style(self, tone: str) -> Style:
        return self.get_component_rich_style(
            "table--sorted" if tone == "strong" else "table--header"
        )

    def _cursor_style(self, tone: str) -> Style:
        if tone == "accent":
            return self.get_component_rich_style("table--bar")
        base = self.get_component_rich_style("table--cursor")
        if tone in ("trouble", "success"):
            colour = self.get_component_rich_style(f"toned--{tone}").color
            return base + Style(color=colour)
        return base

    def get_content_width(self, container: Size, viewport: Size) -> int:
        return container.width

    def notify_style_update(self) -> None:
        self._painted.clear()
        super().notify_style_update()

    # events

    def on_mount(self) -> None:
        self.virtual_size = Size(0, len(self.rows) + 1)

    def on_resize(self, event: events.Resize) -> None:
        self._lay_out()
        self._show_cursor()
        self.post_message(self.Scrolled())

    def set_columns(self, columns: Sequence[Column[R]]) -> None:
        self.columns = columns
        self._lay_out()

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._places = placed(self.columns, drawing.GUTTER, width - 1)
        self._painted.clear()
        self.refresh()

    def watch_scroll_y(self, old_value: float, new_value: float) -> None:
        super().watch_scroll_y(old_value, new_value)
        if round(old_value) != round(new_value):
            self.post_message(self.Scrolled())

    def on_click(self, event: events.Click) -> None:
        place = self.scroll_offset.y + event.y - 1
        if event.y == 0 or place >= len(self.rows):
            return
        if place == self._cursor and event.chain > 1:
            self.post_message(self.Chosen())
        self._move_to(place)

    # moving

    def _move_to(self, place: int) -> None:
        count = len(self.rows)
        if not count:
            return
        self._cursor = min(max(place, 0), count - 1)
        self._note_cursor()
        self._show_cursor()
        self.repaint_changed()

    def _show_cursor(self) -> None:
        top = self.scroll_offset.y
        wanted = min(max(top, self._cursor - self._room + 1), self._cursor)
        if wanted != top:
            self.scroll_to(y=wanted, animate=False, force=True)

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
