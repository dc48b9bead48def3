"""Which rows are marked, by key, and the row that a range of marks begins at. Knows no widget."""

from __future__ import annotations

from typing import Generic, TypeVar

from batchtui.tui.widgets.arranged import Arranged

R = TypeVar("R")


class Marks(Generic[R]):
    """`keys` of the marked rows of `rows`, shown or not."""

    def __init__(self, rows: Arranged[R]) -> None:
        self.keys: set[str] = set()
        self._rows = rows
        self._last: str | None = None

    def toggle(self, row: R) -> None:
        key = self._rows.key(row)
        self.keys.symmetric_difference_update({key})
        self._last = key

    def add(self, row: R) -> None:
        self._last = self._rows.key(row)
        self.keys.add(self._last)

    def add_up_to(self, place: int) -> None:
        """From the row marked last, or the first one shown, to that at `place`."""
        start = self._rows.place(self._last) or 0
        first, last = min(start, place), max(start, place)
        self.keys.update(self._rows.key(row) for row in self._rows.shown[first : last + 1])
        self._last = self._rows.key(self._rows[place])

    def toggle_shown(self) -> None:
        """All that are shown, or none of them where all are marked."""
        shown = {self._rows.key(row) for row in self._rows.shown}
        if shown <= self.keys:
            self.keys -= shown
        else:
            self.keys |= shown

    def drop_gone(self) -> bool:
        """Of rows that are no more; False when there were none."""
        gone = [key for key in self.keys if not self._rows.has(key)]
        self.keys.difference_update(gone)
        return bool(gone)

    def shown(self) -> list[R]:
        """The marked rows in the order shown, those that a filter hides left out."""
        places = [place for key in self.keys if (place := self._rows.place(key)) is not None]
        return [self._rows[place] for place in sorted(places)]
