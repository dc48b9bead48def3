"""The records of a target by number: the lines of a file, known as far as they are indexed.

Owns where the bytes of a record are and how many of them are read at once; interprets none.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Protocol

from batchtui.jsonl.facts import Kind
from batchtui.jsonl.index import LineIndex, Span, lines_before
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.source import Source

HEAD_BYTES: Final = 64 * 1024
"""What is read of a record without being asked for more."""

TAIL_LINES: Final = 10_000
"""How far from the end one may go back before the lines are numbered."""


@dataclass(frozen=True, slots=True)
class Piece:
    """The first bytes of a line; `length` is all of it, in bytes, without the line end."""

    data: bytes
    length: int

    @property
    def is_cut(self) -> bool:
        return len(self.data) < self.length


class Records(Protocol):
    """Numbered from 0. A negative number counts from the end, while that is not numbered yet."""

    @property
    def count(self) -> int: ...

    @property
    def is_complete(self) -> bool: ...

    @property
    def tail_count(self) -> int:
        """How many negative numbers are valid; 0 when `is_complete`."""

    def line(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece:
        """What the record is as a line: of joined files the result, else the request."""

    def request(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None: ...

    def result(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None: ...

    def outcome(self, number: int) -> Outcome | None:
        """What became of the request, where that is known without reading the record."""


class FileRecords:
    """The lines of one source; `kind` says what they are. Reading is for any thread."""

    def __init__(self, source: Source, kind: Kind) -> None:
        self.source = source
        self.kind = kind
        self.index = LineIndex(source)
        self._tail: list[Span] = []

    @property
    def count(self) -> int:
        return self.index.line_count

    @property
    def is_complete(self) -> bool:
        return self.index.complete

    @property
    def tail_count(self) -> int:
        return 0 if self.is_complete else len(self._tail)

    def grow_tail(self, wanted: int) -> None:
        """Make the last `wanted` lines readable before the index is there, if they are short."""
        while len(self._tail) < min(wanted, TAIL_LINES):
            end = self._tail[0].offset if self._tail else self.source.size_bytes
            before = lines_before(self.source, end, max(wanted - len(self._tail), 64))
            whole = [span for span in before if span.is_whole]
            if not whole:
                return
            self._tail[:0] = whole

    def span(self, number: int) -> Span:
        return self.index.span(number) if number >= 0 else self._tail[number]

    def line(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece:
        span = self.span(number)
        return Piece(self.source.read(span.offset, min(span.length, limit_bytes)), span.length)

    def request(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None:
        return self.line(number, limit_bytes) if self.kind == "input" else None

    def result(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None:
        return self.line(number, limit_bytes) if self.kind == "results" else None

    def outcome(self, number: int) -> Outcome | None:
        return None

    def close(self) -> None:
        self.source.close()
