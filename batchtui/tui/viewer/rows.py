"""Which records are listed, in which order, and where the cursor may go.

A row is a place in the list. Unfiltered, row and record number are the same, and negative rows
count from the end while the end is not numbered yet. Filtered, a row is a place in the selection.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left

from batchtui.tui.viewer.records import Records


class Rows:
    def __init__(self, records: Records) -> None:
        self.records = records
        self.selection: array[int] | None = None

    @property
    def count(self) -> int:
        return self.records.count if self.selection is None else len(self.selection)

    def number(self, row: int) -> int:
        """The record number of `row`."""
        return row if self.selection is None else self.selection[row]

    def row(self, number: int) -> int:
        """The row of record `number`, or of the next one that is listed."""
        if self.selection is None:
            return number
        return min(bisect_left(self.selection, number), max(len(self.selection) - 1, 0))

    def bounds(self, row: int) -> tuple[int, int]:
        """The first and last row that can be reached from `row` step by step."""
        if row < 0:
            return -self.records.tail_count, -1
        return 0, self.count - 1

    def reach(self, row: int) -> None:
        """Make rows down to `row` reachable, where it counts from an end not numbered yet."""
        if row < 0 and self.selection is None:
            self.records.grow_tail(-row)

    def last(self) -> int:
        """The last row; counted from the end while that is not numbered."""
        if self.selection is None and not self.records.is_complete:
            self.reach(-1)
            if self.records.tail_count:
                return -1
        return self.count - 1


def contains(selection: array[int], number: int) -> bool:
    at = bisect_left(selection, number)
    return at < len(selection) and selection[at] == number
