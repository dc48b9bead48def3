"""A list of records of any length, each one row high or more, with a cursor on one of them.

Owns the cursor, what is in view, and which rows are repainted. Nothing is laid out but what is in
view: heights above and below are not known, so the pane is anchored at its top row, as `less` is.
What a row looks like is for the subclass.
"""

from __future__ import annotations

from abc import abstractmethod
from collections import OrderedDict
from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from batchtui.tui.glyphs import glyphs
from batchtui.tui.viewer.highlight import highlighted
from batchtui.tui.viewer.moving_keys import moving_keys
from batchtui.tui.viewer.rows import Rows
from batchtui.tui.viewer.text import wrapped
from batchtui.tui.viewer.viewport import Viewport
from batchtui.tui.widgets.keys_in_order import KeysInOrder
from batchtui.tui.widgets.spans import Span, Tone, fitted
from batchtui.tui.widgets.toned import Toned

if TYPE_CHECKING:
    from batchtui.tui.viewer.in_view import Highlight

CACHED_ROWS: Final = 512
GUTTER: Final = 3
MIN_DIGITS: Final = 4
MARK: Final = "+"
CURSOR: Final = Style(bold=True)
HIT: Final = Style(reverse=True)
WHEEL_ROWS: Final = 3


class RowsPane(Toned, KeysInOrder, can_focus=True):
    BINDING_GROUP_TITLE = "Records"
    BINDINGS: ClassVar[list[BindingType]] = moving_keys("records", "record")
    DEFAULT_CSS = """
    RowsPane {
        height: 1fr;
        width: 1fr;
    }
    """

    class Moved(Message):
        """The cursor is on another record, or on the same one in another list."""

        def __init__(self, pane: RowsPane) -> None:
            super().__init__()
            self.pane = pane

        @property
        def control(self) -> RowsPane:
            return self.pane

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, RowsPane.Moved)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.rows: Rows | None = None
        self.cursor = 0
        self.marks: set[int] = set()
        """Record numbers; shared by the panes of a viewer."""
        self.highlight: Highlight | None = None
        """What is searched for, marked wherever it is in view."""
        self._emptiness: list[Span] = []
        self._viewport = Viewport(self.height_of)
        self._number_cells = MIN_DIGITS
        self._last_number = -1
        self._layout: list[tuple[int, int]] | None = None
        self._drawn: OrderedDict[int, list[list[Span]]] = OrderedDict()

    # What a subclass says

    @abstractmethod
    def draw(self, number: int, width: int) -> list[list[Span]]:
        """The rows of record `number` in `width` cells, as safe pieces; at least one."""

    def height_of(self, row: int) -> int:
        """How many lines of the screen `row` takes."""
        return len(self._rows_of(row))

    @property
    def number_cells(self) -> int:
        """How wide record numbers are."""
        count = self.rows.records.count if self.rows else 0
        return max(len(str(count)), MIN_DIGITS)

    def numbered(self, number: int) -> Span:
        """The record's number as people count, and a space; blank while it is not known."""
        shown = str(number + 1) if number >= 0 else ""
        return f"{shown:>{self.number_cells}} ", "muted"

    # What is shown

    def show(self, rows: Rows, cursor: int = 0) -> None:
        self.rows = rows
        self.cursor = self._viewport.top = cursor
        self._viewport.part = 0
        self.redraw()
        self.go_to(cursor)
        self._fill()

    def redraw(self) -> None:
        """Forget how every row looks, and draw what is in view again."""
        self._drawn.clear()
        self._layout = None
        self.refresh()

    def show_emptiness(self, text: str, tone: Tone) -> None:
        """What stands there while there are no rows; may have several lines."""
        self._emptiness = [(line, tone) for line in text.split("\n")] if text else []
        self.refresh()

    def forget(self, number: int) -> None:
        """Record `number` may not be what it was."""
        self._drawn.pop(number, None)

    def mark_again(self, texts: frozenset[str]) -> None:
        """Draw the rows with these texts: what is to be marked in them was not known before."""
        for y, (row, part) in enumerate(self._view() if self.display and texts else ()):
            if "".join(text for text, _ in self._rows_of(row)[part]) in texts:
                self.refresh(Region(0, y, self.size.width, 1))

    def redraw_record(self, number: int) -> None:
        self.forget(number)
        before = self._layout
        self._layout = None
        if self.rows is None or not self.is_mounted:
            return
        if before != self._view():
            self.refresh()
        else:
            self._refresh_rows({self.rows.row(number)})

    def renumber(self, count: int) -> None:
        """The end is numbered now: rows that were counted from it are `count` higher."""
        if self.cursor < 0:
            self.cursor += count
            self._viewport.top += count
        self.redraw()

    def grown(self) -> None:
        """There may be more rows than before: draw those that were not there."""
        if self.number_cells != self._number_cells:
            self._number_cells = self.number_cells
            self.redraw()
            return
        last, count = self._last_number, self.rows.records.count if self.rows else 0
        self._last_number = count - 1
        unchanged = [each for each in self._view() if each[0] != last]
        self.forget(last)  # it may have had no end yet
        self._layout = None
        after = self._view()
        first = next((y for y, each in enumerate(after) if unchanged[y : y + 1] != [each]), None)
        if first is not None:
            self.refresh(Region(0, first, self.size.width, len(after) - first))

    def on_resize(self, event: events.Resize) -> None:
        self._viewport.height = self.size.height
        self.redraw()
        self._fill()
        self._reveal()
        self.post_message(self.Moved(self))

    # Moving

    def go_to(self, row: int) -> None:
        """Put the cursor on `row`, or as near as there is one, and bring it into view."""
        if self.rows is None:
            return
        self.rows.reach(row - self.size.height)
        first, last = self.rows.bounds(row)
        row = max(first, min(row, last)) if last >= first else 0
        if row == self.cursor:
            self._reveal()
            self.post_message(self.Moved(self))
            return
        before, self.cursor = self.cursor, row
        if self._reveal():
            self.refresh()
        else:
            self._refresh_rows({before, row})
        self.post_message(self.Moved(self))

    def step(self, count: int) -> None:
        """Move by `count` records; through one that is taller than the view, row by row."""
        parts = self.parts_in_view()
        height = self.height_of(self.cursor) if parts else 1
        if parts and height > 1:
            if count > 0 and parts[-1] < height - 1:
                self.scroll_rows(count)
                return
            if count < 0 and parts[0] > 0:
                self.scroll_rows(count)
                return
        self.go_to(self.cursor + count)

    def page(self, pages: float) -> None:
        """Scroll by pages; the cursor stays at its place in the view."""
        count = max(int(self.size.height * abs(pages)) - (1 if abs(pages) >= 1 else 0), 1)
        view = self._view()
        at = next((y for y, (row, _) in enumerate(view) if row == self.cursor), 0)
        moved = self.scroll_rows(count if pages > 0 else -count)
        view = self._view()
        if not view or self.rows is None:
            return
        first, last = self.rows.bounds(self.cursor)
        if not moved:
            self.go_to(last if pages > 0 else first)
        else:
            self.go_to(view[min(at, len(view) - 1)][0])

    def action_step(self, count: int) -> None:
        self.step(count)

    def action_page(self, pages: float) -> None:
        self.page(pages)

    def action_first(self) -> None:
        self.go_to(0)

    def action_last(self) -> None:
        self.go_to_last()

    def go_to_last(self) -> None:
        if self.rows is not None:
            self.go_to(self.rows.last())

    def scroll_rows(self, count: int) -> bool:
        """Move the view alone by rows of the screen; False when it is at that end already."""
        if self.rows is None or not self._view():
            return False
        self.rows.reach(self._viewport.top + count)
        if not self._viewport.scroll(count, self.rows.bounds(self._viewport.top)):
            return False
        self._layout = None
        self.refresh()
        return True

    def _reveal(self) -> bool:
        """Move the view so that the cursor's row is in it; True when it moved."""
        if self.rows is None:
            return False
        if not self._viewport.reveal(self.cursor, self.rows.bounds(self.cursor)):
            return False
        self._layout = None
        self.refresh()
        return True

    def reveal_part(self, part: int) -> None:
        """Bring that line of the cursor's row into view, where the row has so many."""
        if self.rows is not None:
            self._viewport.show_part(self.cursor, part, self.rows.bounds(self.cursor))
            self._layout = None
            self.refresh()

    def parts_in_view(self) -> list[int]:
        """Which lines of the cursor's row are in view."""
        return [part for row, part in self._view() if row == self.cursor]

    def _fill(self) -> None:
        if self.rows is not None and self._viewport.fill(self.rows.bounds(self._viewport.top)):
            self._layout = None
            self.refresh()

    # Drawing

    def _view(self) -> list[tuple[int, int]]:
        """For each line of the screen: the row, and which of its parts."""
        if self._layout is None:
            rows = self.rows
            last = rows.bounds(self._viewport.top)[1] if rows is not None else -1
            self._layout = self._viewport.lines(last) if rows is not None else []
        return self._layout

    def _rows_of(self, row: int) -> list[list[Span]]:
        assert self.rows is not None
        number = self.rows.number(row)
        drawn = self._drawn.get(number)
        if drawn is None:
            drawn = self._drawn[number] = self.draw(number, max(self.size.width - GUTTER, 1))
            while len(self._drawn) > CACHED_ROWS:
                self._drawn.popitem(last=False)
        return drawn

    def render_line(self, y: int) -> Strip:
        view, width = self._view(), self.size.width
        if not view and self._emptiness:
            return self._emptiness_line(y)
        if y >= len(view):
            return Strip.blank(width, self.rich_style)
        row, part = view[y]
        pieces = self._rows_of(row)[part]
        mark = MARK if part == 0 and self._is_marked(row) else " "
        base = self.rich_style
        body = [Segment(text, self.tone(tone)) for text, tone in pieces]
        if self.highlight is not None:
            body = highlighted(body, self.highlight, HIT)
        if row != self.cursor:
            gutter = [Segment("  ", base), Segment(mark, self.tone("accent"))]
        else:
            base += CURSOR
            gutter = [Segment(f" {glyphs().cursor}{mark}", self.tone("accent") + CURSOR)]
            body = [Segment(text, (style or base) + CURSOR) for text, style, _ in body]
        return Strip(gutter + body).crop_extend(0, width, base)

    def _emptiness_line(self, y: int) -> Strip:
        width = self.size.width
        told = [
            (f" {row}", tone)
            for text, tone in self._emptiness
            for row in wrapped(text, max(width - 2, 2))
        ]
        return self.strip(fitted([told[y]] if y < len(told) else [], width), width)

    def _is_marked(self, row: int) -> bool:
        return bool(self.marks) and self.rows is not None and self.rows.number(row) in self.marks

    def _refresh_rows(self, rows: set[int]) -> None:
        lines = [y for y, (row, _) in enumerate(self._view()) if row in rows]
        for y in lines:
            self.refresh(Region(0, y, self.size.width, 1))

    # The mouse, where it is on

    def on_click(self, event: events.Click) -> None:
        view = self._view()
        if event.y < len(view):
            self.go_to(view[event.y][0])

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)
