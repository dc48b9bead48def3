"""A line of the frame that goes on in further lines where its text is longer than the screen."""

from __future__ import annotations

from textual.geometry import Region, Size
from textual.strip import Strip

from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.lines import wrapped
from batchtui.tui.widgets.spans import BETWEEN, Cell, Span, fitted, spans, width_of

LEAST_CELLS = 20


class Paragraph(Line):
    """As a line, and as high as its text asks for; the text at the right then follows below."""

    DEFAULT_CSS = """
    Paragraph { height: auto; min-height: 1; }
    """

    def __init__(self, left: Cell = "", right: Cell = "", *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(left, right, id=id)
        self._rows_painted: dict[int, list[Span]] = {}

    def rows(self, width: int) -> list[list[Span]]:
        """The lines in `width` cells; at least one, the first and last column empty."""
        room = max(width - 2, LEAST_CELLS)
        left, right = spans(self.left), spans(self.right)
        if left and right and width_of(left) + BETWEEN + width_of(right) > room:
            shown = [*wrapped(left, room), *wrapped(right, room)]
        elif right:
            gap = " " * (room - width_of(left) - width_of(right))
            shown = [[*left, (gap, ""), *right]]
        else:
            shown = wrapped(left, room)
        return [fitted([(" ", ""), *row], width) for row in shown]

    def get_content_height(self, container: Size, viewport: Size, width: int) -> int:
        return len(self.rows(width))

    def repaint(self) -> None:
        rows = self.rows(self.size.width)
        if len(rows) != self.size.height:
            self.refresh(layout=True)
            return
        changed = [y for y, row in enumerate(rows) if self._rows_painted.get(y) != row]
        if changed:
            self.refresh(*(Region(0, y, self.size.width, 1) for y in changed))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        rows = self.rows(width)
        row = rows[y] if y < len(rows) else fitted([], width)
        self._rows_painted[y] = row
        return self.strip(row, width).crop(0, width)

    def on_resize(self) -> None:
        self._rows_painted.clear()
