"""The look `lines`: numbered lines of the file as they are, JSON coloured, wrapped or cut."""

from __future__ import annotations

from typing import Final

from textual.reactive import reactive

from batchtui.tui import figures
from batchtui.tui.glyphs import glyphs
from batchtui.tui.viewer.json_tokens import coloured
from batchtui.tui.viewer.rows_pane import RowsPane
from batchtui.tui.viewer.text import cells, chopped, decoded, safe
from batchtui.tui.widgets.spans import Span

CUT_BYTES: Final = 4096
"""How much of a line is drawn at first."""
COLOURED_BYTES: Final = 64 * 1024
MOST_BYTES: Final = 1024 * 1024
GROWTH: Final = 16
SHIFT_CELLS: Final = 8


class LinesPane(RowsPane):
    wraps: reactive[bool] = reactive(False, init=False)
    shift: reactive[int] = reactive(0, init=False)
    """How many cells of each line are left of the view."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.limits: dict[int, int] = {}
        """Lines of which more than `CUT_BYTES` was asked for."""

    def watch_wraps(self) -> None:
        self.redraw()
        self._reveal()

    def watch_shift(self) -> None:
        self.redraw()

    def validate_shift(self, shift: int) -> int:
        return max(shift, 0)

    def draw(self, number: int, width: int) -> list[list[Span]]:
        assert self.rows is not None
        head = self.numbered(number)
        room = max(width - cells(head[0]), 2)
        piece = self.rows.records.line(number, self.limits.get(number, CUT_BYTES))
        data = piece.data if piece.is_cut else piece.data.removesuffix(b"\r")
        text = decoded(data, is_cut=piece.is_cut)
        body: list[Span] = [(safe(text), "")]
        if len(data) <= COLOURED_BYTES:
            body = coloured(text)
        if piece.is_cut:
            more = figures.size(piece.length - len(piece.data))
            how = "x shows it" if len(data) < MOST_BYTES else "o opens it in the pager"
            body.append((f"{glyphs().ellipsis} {more} more, {how}", "muted"))
        if not self.wraps:
            return [[head, *_shifted(body, self.shift, room)]]
        blank: Span = (" " * cells(head[0]), "")
        rows = chopped(body, room)
        return [[head if at == 0 else blank, *row] for at, row in enumerate(rows)]

    def show_more(self) -> None:
        """Draw more of the line under the cursor."""
        if self.rows is None or not self.rows.count:
            return
        number = self.rows.number(self.cursor)
        self.limits[number] = min(self.limits.get(number, CUT_BYTES) * GROWTH, MOST_BYTES)
        self.redraw_record(number)


def _shifted(pieces: list[Span], shift: int, room: int) -> list[Span]:
    """What is in view of a line that is not wrapped."""
    if shift == 0:
        return chopped(pieces, room)[0]
    before = chopped(pieces, shift)
    if len(before) == 1:
        return []
    rest = before[1:]
    return chopped([piece for row in rest for piece in row], room)[0]
