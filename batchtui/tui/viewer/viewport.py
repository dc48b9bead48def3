"""Which part of a list of rows of any height is in view, when the heights of most are not known.

Anchored at the row at its top, as `less` is: only rows in or next to the view are ever measured.
Owns that arithmetic; knows no widget.
"""

from __future__ import annotations

from collections.abc import Callable

Bounds = tuple[int, int]
"""The first and the last row there is, both included."""


class Viewport:
    """`height_of` a row is at least 1. `part`: how much of the row `top` is above the view."""

    def __init__(self, height_of: Callable[[int], int]) -> None:
        self.height_of = height_of
        self.height = 0
        self.top = 0
        self.part = 0

    def lines(self, last: int) -> list[tuple[int, int]]:
        """For each line of the view: the row, and which line of that row."""
        lines: list[tuple[int, int]] = []
        row, part = self.top, self.part
        while len(lines) < self.height and row <= last:
            end = min(self.height_of(row), part + self.height - len(lines))
            lines.extend((row, each) for each in range(part, end))
            row, part = row + 1, 0
        return lines

    def scroll(self, count: int, bounds: Bounds) -> bool:
        """Move by `count` lines, not beyond the ends; False when it is there already."""
        before = self.top, self.part
        first, last = bounds
        row, part = self.top, self.part + count
        while part < 0 and row > first:
            row -= 1
            part += self.height_of(row)
        while row < last and part >= (height := self.height_of(row)):
            row += 1
            part -= height
        place = row, max(min(part, self.height_of(row) - 1), 0)
        if count > 0:
            lowest = self._showing_at_bottom(last, first)
            place = min(place, max(lowest, before))
        self.top, self.part = place
        return place != before

    def reveal(self, row: int, bounds: Bounds) -> bool:
        """Bring `row` into view, its beginning where it is too tall; True when the view moved."""
        first, last = bounds
        if not self.height or last < first:
            return False
        before = self.top, self.part
        if (self.top < 0) != (row < 0):
            self.top, self.part = self._showing_at_bottom(row, first)
        elif row < self.top:
            self.top, self.part = row, 0
        elif row > self.top:
            lowest = self._showing_at_bottom(row, first)
            if lowest > before:
                fits = self.height_of(row) < self.height
                self.top, self.part = lowest if fits else (row, 0)
        return (self.top, self.part) != before

    def show_part(self, row: int, part: int, bounds: Bounds) -> None:
        """Bring that line of `row` into view, with what is around it."""
        if (row, part) in self.lines(bounds[1]):
            return
        self.top, self.part = row, part
        self.scroll(-(self.height // 3), bounds)
        self.fill(bounds)

    def fill(self, bounds: Bounds) -> bool:
        """Leave no line blank while there are rows above the view; True when the view moved."""
        first, last = bounds
        if not self.height or last < first:
            return False
        before = self.top, self.part
        self.top, self.part = min(before, self._showing_at_bottom(last, first))
        return (self.top, self.part) != before

    def _showing_at_bottom(self, bottom: int, first: int) -> tuple[int, int]:
        """The place that has the last line of row `bottom` on the last line of the view."""
        left = max(self.height, 1)
        row = bottom
        while True:
            height = self.height_of(row)
            if height >= left:
                return row, height - left
            left -= height
            if row <= first:
                return first, 0
            row -= 1
