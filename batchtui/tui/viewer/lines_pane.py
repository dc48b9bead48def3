"""The look `lines`: numbered lines of the file as they are, JSON coloured, wrapped or cut."""

from __future__ import annotations

from typing import Final

from textual.reactive import reactive

from batchtui.tui import figures
from batchtui.tui.glyphs import glyphs
from batchtui.tui.viewer.json_tokens import coloured
from batchtui.tui.viewer.rows_pane import CACHED_ROWS, GUTTER, RowsPane
from batchtui.tui.viewer.text import cells, chopped, decoded, safe
from batchtui.tui.widgets.spans import Span

CUT_BYTES: Final = 4096
"""How much of a line is drawn at first."""
COLOURED_BYTES: Final = 64 * 1024
KEY_CHARACTERS: Final = 100
"""A key that begins in view has its colon within so many characters."""
MOST_BYTES: Final = 1024 * 1024
GROWTH: Final = 16
MOST_MATCHES: Final = 1_000
"""In one line, where each has to be measured."""


class LinesPane(RowsPane):
    wraps: reactive[bool] = reactive(False, init=False)
    shift: reactive[int] = reactive(0, init=False)
    """How many cells of each line are left of the view."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.limits: dict[int, int] = {}
        """Lines of which more than `CUT_BYTES` was asked for."""
        self._widths: dict[int, int] = {}

    def watch_wraps(self) -> None:
        self.redraw()
        self._viewport.part = 0
        self._reveal()
        self._fill()

    def watch_shift(self) -> None:
        self.redraw()

    def validate_shift(self, shift: int) -> int:
        """Not beyond the end of the longest line in view."""
        return max(min(shift, self._longest() - self.room), 0)

    @property
    def room(self) -> int:
        """How many cells of each line are in view."""
        return max(self.size.width - GUTTER - self.number_cells - 1, 2)

    def _longest(self) -> int:
        """How wide the longest line in view is."""
        numbers = {self.rows.number(row) for row, _ in self._view()} if self.rows else set()
        if len(self._widths) > CACHED_ROWS:
            self._widths.clear()
        for number in numbers - self._widths.keys():
            self._body(number)
        return max((self._widths[number] for number in numbers), default=0)

    def forget(self, number: int) -> None:
        self._widths.pop(number, None)
        super().forget(number)

    def draw(self, number: int, width: int) -> list[list[Span]]:
        head = self.numbered(number)
        room = max(width - cells(head[0]), 2)
        if not self.wraps:
            body = self._beginning(number, self.shift + room)
            return [[head, *_shifted(body, self.shift, room)]]
        blank: Span = (" " * cells(head[0]), "")
        rows = chopped(self._body(number), room)
        return [[head if at == 0 else blank, *row] for at, row in enumerate(rows)]

    def height_of(self, row: int) -> int:
        return super().height_of(row) if self.wraps else 1

    def _beginning(self, number: int, enough_cells: int) -> list[Span]:
        """At least so many cells of the line: to colour all of it takes many times longer."""
        assert self.rows is not None
        piece = self.rows.records.line(number, self.limits.get(number, CUT_BYTES))
        text = decoded(piece.data, is_cut=piece.is_cut)
        part = enough_cells + KEY_CHARACTERS
        if len(text) > part and len(piece.data) <= COLOURED_BYTES:
            body = coloured(text[:part])
            if sum(cells(shown) for shown, _ in body) >= enough_cells:
                return body
        return self._body(number)

    def _body(self, number: int) -> list[Span]:
        """The line as far as it is drawn, and how much more there is of it."""
        assert self.rows is not None
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
        self._widths[number] = sum(cells(text) for text, _ in body)
        return body

    def show_more(self) -> bool:
        """Draw more of the line under the cursor; False when there is no more, or too much."""
        if self.rows is None or not self.rows.count:
            return False
        number = self.rows.number(self.cursor)
        limit = self.limits.get(number, CUT_BYTES)
        if limit >= MOST_BYTES or not self.rows.records.line(number, limit).is_cut:
            return False
        self.limits[number] = min(limit * GROWTH, MOST_BYTES)
        self.redraw_record(number)
        return True

    def shift_to_end(self) -> None:
        """Have the end of the cursor's line in view."""
        if self.rows is not None and self.rows.count:
            number = self.rows.number(self.cursor)
            self._body(number)
            self.shift = self._widths[number] - self.room

    # Hits within a line

    @property
    def is_searched(self) -> bool:
        """Whether it is known what matches in the cursor's line."""
        text = self._text()
        return self.highlight is None or text is None or self.highlight.knows([text])

    def first_hit(self, direction: int) -> bool:
        """Have the first match of the cursor's line in view, or the last; False for none."""
        found = self._matches()
        if found:
            self._show_match(found[0 if direction > 0 else -1])
        return bool(found)

    def next_hit(self, direction: int) -> bool:
        """Have the next match in view that is not yet; False when the line has none there."""
        found = self._matches()
        if self.wraps:
            seen = self.parts_in_view() or [0]
            edges = seen[0] * self.room, (seen[-1] + 1) * self.room
        else:
            edges = self.shift, self.shift + self.room
        for start, end in found[::direction]:
            beyond = end > edges[1] if direction > 0 else start < edges[0]
            if beyond and (self.cursor, start) != self._shown_match:
                self._show_match((start, end))
                return True
        return False

    _shown_match = -1, -1
    """The record, and where the match in it begins that one has gone to last."""

    def _matches(self) -> list[tuple[int, int]]:
        """Which cells of the cursor's line match, from left to right; reads more than is drawn."""
        text = self._text()
        if text is None or self.highlight is None:
            return []
        found = list(self.highlight.spans(text))
        if text.isascii():
            return found
        return [(cells(text[:start]), cells(text[:end])) for start, end in found[:MOST_MATCHES]]

    def _text(self) -> str | None:
        """The cursor's line as it is drawn; more of it than is."""
        if self.rows is None or not self.rows.count:
            return None
        piece = self.rows.records.line(self.rows.number(self.cursor), MOST_BYTES)
        return safe(decoded(piece.data, is_cut=piece.is_cut))

    def _show_match(self, match: tuple[int, int]) -> None:
        start, end = match
        self._shown_match = self.cursor, start
        while self._drawn_cells() < end and self.show_more():
            pass
        if self.wraps:
            self.reveal_part(start // self.room)
        elif end <= self.room:
            self.shift = 0
        elif start < self.shift or end > self.shift + self.room:
            self.shift = start - self.room // 3

    def _drawn_cells(self) -> int:
        """How much of the cursor's line can be in view."""
        assert self.rows is not None
        number = self.rows.number(self.cursor)
        piece = self.rows.records.line(number, self.limits.get(number, CUT_BYTES))
        return cells(safe(decoded(piece.data, is_cut=piece.is_cut)))


def _shifted(pieces: list[Span], shift: int, room: int) -> list[Span]:
    """What is in view of a line that is not wrapped."""
    if shift == 0:
        return chopped(pieces, room)[0]
    before = chopped(pieces, shift)
    if len(before) == 1:
        return []
    rest = before[1:]
    return chopped([piece for row in rest for piece in row], room)[0]
