"""All that was told in passing, with its time: a toast goes away, the journal keeps it."""

from __future__ import annotations

from collections import deque
from typing import Final, NamedTuple

KEPT: Final = 1_000


class Entry(NamedTuple):
    """`at_s`: epoch seconds."""

    at_s: float
    text: str
    is_trouble: bool


class Journal:
    def __init__(self) -> None:
        self._entries: deque[Entry] = deque(maxlen=KEPT)

    def add(self, at_s: float, text: str, *, is_trouble: bool) -> None:
        self._entries.append(Entry(at_s, text, is_trouble))

    def newest_first(self) -> list[Entry]:
        return list(reversed(self._entries))
