"""How custom_ids look in a narrow column: what tells them apart is shown, what all share is not.

Owns what the ids seen so far have in common. That only becomes less, so a row that has been seen
looks the same after scrolling there and back.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from batchtui.tui.glyphs import glyphs
from batchtui.tui.viewer.text import cells, safe
from batchtui.tui.widgets.spans import cut_in_the_middle

SEPARATORS: Final = "/-_.:#"
MOST_CHARS: Final = 512
LEAST_CHARS: Final = 4
"""What is left of the shortest id, however much it has in common with others."""


class IdColumn:
    """`room`: how many cells an id may take at most."""

    def __init__(self, room: int) -> None:
        self.room = room
        self._prefix: str | None = None
        self._suffix = ""
        self._longest = 0
        self._shortest = MOST_CHARS

    @property
    def width(self) -> int:
        """How many cells the ids take, as far as they are known."""
        if self._longest <= self.room:
            return self._longest
        before, after = self._left_out
        return min(self._longest - before - after + _marks(before, after), self.room)

    def take(self, ids: Iterable[str]) -> bool:
        """Let these be in view; True when the others look different because of them."""
        before = self._prefix, self._suffix, self._longest
        for each in ids:
            text = _shown(each)
            self._longest = max(self._longest, cells(text))
            self._shortest = min(self._shortest, len(text))
            if self._prefix is None:
                self._prefix = self._suffix = text
            else:
                self._prefix = _common(self._prefix, text)
                self._suffix = _common(self._suffix[::-1], text[::-1])[::-1]
        return before != (self._prefix, self._suffix, self._longest)

    @property
    def _left_out(self) -> tuple[int, int]:
        """How much goes at the beginning and at the end, which all have in common there.

        A beginning goes up to its last separator, where that makes room enough.
        """
        common = (self._prefix or "")[: max(self._shortest - LEAST_CHARS, 0)]
        snapped = max((common.rfind(each) + 1 for each in SEPARATORS), default=0)
        end = min(len(self._suffix), max(self._shortest - len(common) - 1, 0))
        if self._prefix == self._suffix:
            end = 0  # there is one id only
        for before, after in ((snapped, 0), (snapped, end), (len(common), 0), (len(common), end)):
            if self._longest - before - after + _marks(before, after) <= self.room:
                return before, after
        return len(common), 0

    def cell(self, custom_id: str) -> str:
        """`custom_id` in exactly `width` cells."""
        text, width = _shown(custom_id), self.width
        if self._longest > self.room:
            text = self._shortened(text)
        return text + " " * (width - cells(text))

    def _shortened(self, text: str) -> str:
        before, after = self._left_out
        mark = glyphs().ellipsis
        head, tail = mark if before else "", mark if after else ""
        kept = text[before : len(text) - after]
        if cells(head + kept + tail) <= self.room:
            return head + kept + tail
        if not head:
            return cut_in_the_middle([(kept, "")], self.room)[0][0]
        while cells(head + kept) > self.room:
            kept = kept[1:]
        return head + kept


def _marks(before: int, after: int) -> int:
    """How many cells the ellipses take."""
    return (bool(before) + bool(after)) * cells(glyphs().ellipsis)


def _shown(custom_id: str) -> str:
    return safe(custom_id[:MOST_CHARS])


def _common(one: str, other: str) -> str:
    """What both begin with."""
    if other.startswith(one):
        return one
    same = (at for at, (a, b) in enumerate(zip(one, other, strict=False)) if a != b)
    return one[: next(same, min(len(one), len(other)))]
