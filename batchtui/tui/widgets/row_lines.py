"""The lines of a table on the screen: laid out, drawn, and only what changed drawn again.

Owns what is painted, and where the columns are. Which rows there are, and where the cursor goes,
is the table's own.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import ClassVar, Generic, TypeVar

from rich.style import Style
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from batchtui.tui.widgets import drawing
from batchtui.tui.widgets.arranged import Arranged
from batchtui.tui.widgets.columns import Column, Placed, placed
from batchtui.tui.widgets.drawing import Parts
from batchtui.tui.widgets.marks import Marks
from batchtui.tui.widgets.spans import segments
from batchtui.tui.widgets.toned import Toned

R = TypeVar("R")


class RowLines(Toned, ScrollView, Generic[R]):
    """`empty` is said where there are no rows, `unmatched` where the filter leaves none.

    `newest_first_by`: the key of the column that tells the order given, while no other sorts.
    """

    COMPONENT_CLASSES: ClassVar[set[str]] = {
        "table--header",
        "table--cursor",
        "table--bar",
        "table--sorted",
    }
    DEFAULT_CSS = """
    RowLines {
        height: 1fr;
        overflow-x: hidden;
        scrollbar-size-vertical: 1;
        & > .table--header { text-style: $muted-style; }
        & > .table--sorted { text-style: bold; }
        & > .table--cursor { text-style: bold; background: $row-cursor; }
        & > .table--bar { color: $accent; background: $row-cursor; text-style: bold; }
    }
    """

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
        self.empty = empty
        self.unmatched = "Nothing matches the filter. Esc shows all."
        self._marks = Marks(self.rows)
        self.newest_first_by: str | None = None
        self._sorted_by: Column[R] | None = None
        self._cursor = 0
        self._places: list[Placed[R]] = []
        self._painted: dict[int, tuple[bool, Parts]] = {}

    def set_columns(self, columns: Sequence[Column[R]]) -> None:
        self.columns = columns
        self._lay_out()

    @property
    def placed_keys(self) -> frozenset[str]:
        """The columns that there is room for."""
        return frozenset(each.column.key for each in self._places)

    def _lay_out(self) -> None:
        width = self.scrollable_content_region.width
        self._places = placed(self.columns, drawing.GUTTER, width - 1)
        self._painted.clear()
        self.refresh()

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
            return drawing.header(self._places, *self._order_shown(), width)
        place = self.scroll_offset.y + y - 1
        if place < len(self.rows):
            row = self.rows[place]
            marked = self.rows.key(row) in self._marks.keys
            return drawing.line(self._places, row, place == self._cursor, marked, width)
        nothing = self.unmatched if self.rows.total() else self.empty
        text = nothing if y == 2 and not len(self.rows) else ""
        return drawing.plain(text, width)

    def _order_shown(self) -> tuple[Column[R] | None, bool]:
        """Which column the rows are in the order of, and whether descending."""
        if self._sorted_by is not None or self.newest_first_by is None:
            return self._sorted_by, self.rows.descending
        return next((c for c in self.columns if c.key == self.newest_first_by), None), True

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
