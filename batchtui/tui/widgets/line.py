"""One line of the frame: text at the left, text at the right; only what changed is repainted."""

from __future__ import annotations

from collections.abc import Sequence

from textual.geometry import Region
from textual.strip import Strip

from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.spans import BETWEEN, Cell, Span, both_ends, spans, width_of
from batchtui.tui.widgets.toned import Toned


class Line(Toned):
    """`show` gives it new text. Its first and last column stay empty."""

    DEFAULT_CSS = """
    Line { height: 1; width: 1fr; }
    """

    def __init__(
        self,
        left: Cell = "",
        right: Cell = "",
        *,
        id: str | None = None,  # noqa: A002
    ) -> None:
        super().__init__(id=id)
        self._choices: Sequence[tuple[Cell, Cell]] = [(left, right)]
        self.left: Cell = left
        self.right: Cell = right
        self._painted: list[Span] = []

    def show(self, left: Cell = "", right: Cell = "") -> None:
        self.show_first_that_fits([(left, right)])

    def show_first_that_fits(self, choices: Sequence[tuple[Cell, Cell]]) -> None:
        """Left and right, the fullest first; where none fits, the last is cut."""
        self._choices = choices
        self.left, self.right = choices[0]
        if self.is_mounted:
            self.repaint()

    def pieces(self, width: int) -> list[Span]:
        """What the line shows in `width` cells."""
        self.left, self.right = next(
            (each for each in self._choices if _needed(*each) <= width), self._choices[-1]
        )
        return [(" ", ""), *both_ends(self.left, self.right, max(width - 2, 0)), (" ", "")]

    def repaint(self) -> None:
        """Repaint from the first to the last cell that differs from what is on the screen."""
        width = self.size.width
        before, after = self._painted, self.pieces(width)
        if before == after:
            return
        if width_of(before) != width:
            self.refresh()
            return
        start = _same(before, after)
        end = width - _same(before[::-1], after[::-1])
        if start < end:
            self.refresh(Region(start, 0, end - start, 1))

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        self._painted = self.pieces(width)
        return self.strip(self._painted, width).crop(0, width)


class TabLine(Line):
    """Its left is kept whole: the pieces at the right give way to it, the first ones first."""

    def pieces(self, width: int) -> list[Span]:
        right = spans(self.right)
        room = max(width - 2, 0) - width_of(spans(self.left)) - BETWEEN
        while right and width_of(right) > room:
            right = right[1:]
        if right:
            text, tone = right[0]
            right[0] = (text.lstrip(), tone)
        return [(" ", ""), *both_ends(self.left, right, max(width - 2, 0)), (" ", "")]


class Rule(Toned):
    """A line across the screen."""

    DEFAULT_CSS = """
    Rule { height: 1; width: 1fr; }
    """

    def render_line(self, y: int) -> Strip:
        width = self.size.width
        return self.strip([(glyphs().rule * width, "muted")], width)


def _needed(left: Cell, right: Cell) -> int:
    end = width_of(spans(right))
    return 2 + width_of(spans(left)) + (BETWEEN + end if end else 0)


def _same(one: list[Span], other: list[Span]) -> int:
    """How many cells both begin with, in whole pieces."""
    same = 0
    for before, after in zip(one, other, strict=False):
        if before != after:
            break
        same += width_of([before])
    return same
