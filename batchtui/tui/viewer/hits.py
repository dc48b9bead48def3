"""Where a search matches: record numbers, found from the cursor to the end and then from the start.

Grows while the search runs in another thread; `next` and `previous` are right for what is found.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right


class Hits:
    """`start` is the record the search began at; found ones at or after it come first."""

    def __init__(self, start: int) -> None:
        self.start = start
        self.after: array[int] = array("Q")
        self.before: array[int] = array("Q")
        self.is_complete = False

    def __len__(self) -> int:
        return len(self.after) + len(self.before)

    def add(self, number: int) -> None:
        """Numbers come ascending from `start` on, then ascending from 0 on."""
        (self.after if number >= self.start else self.before).append(number)

    def next(self, number: int) -> int | None:
        """The first hit after `number`; around the end when there is none."""
        for hits, wanted in ((self.before, number), (self.after, number)):
            at = bisect_right(hits, wanted)
            if at < len(hits):
                return hits[at]
        return self._first()

    def previous(self, number: int) -> int | None:
        for hits in (self.after, self.before):
            at = bisect_left(hits, number)
            if at > 0:
                return hits[at - 1]
        return self._last()

    def place(self, number: int) -> int | None:
        """Which hit `number` is, counted from 1, once all are known; None for no hit."""
        for hits, offset in ((self.before, 0), (self.after, len(self.before))):
            at = bisect_left(hits, number)
            if at < len(hits) and hits[at] == number:
                return offset + at + 1
        return None

    def _first(self) -> int | None:
        hits = self.before or self.after
        return hits[0] if hits else None

    def _last(self) -> int | None:
        hits = self.after or self.before
        return hits[-1] if hits else None
