"""The records of a target by number: the lines of a file, known as far as they are indexed.

Owns where the bytes of a record are and how many of them are read at once; interprets none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Protocol, TypeAlias

from batchtui.jsonl.facts import Kind
from batchtui.jsonl.index import LineIndex, Span, lines_before
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.source import Source
from batchtui.tui.viewer.survey import Survey

HEAD_BYTES: Final = 64 * 1024
"""What is read of a record without being asked for more."""

TAIL_LINES: Final = 10_000
"""How far from the end one may go back before the lines are numbered."""

Place: TypeAlias = tuple[Source, int, int]
"""Source, offset and length of a line, without its line end."""


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

    @property
    def counts(self) -> Mapping[Outcome, int]:
        """How many records have each outcome, as far as that is known."""

    @property
    def kind(self) -> Kind: ...

    def grow_tail(self, wanted: int) -> None:
        """Make the last `wanted` records readable before all are numbered, where possible."""

    def line(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece:
        """What the record is as a line: of joined files the result, else the request."""

    def request(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None: ...

    def result(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None: ...

    def outcome(self, number: int) -> Outcome | None:
        """What became of the request, where that is known without reading the record."""

    def places(self, number: int) -> tuple[Place | None, Place | None]:
        """Where the request and the result are; any other line counts as a result."""

    def paths(self) -> list[Path]:
        """The files that are read."""

    def close(self) -> None: ...


class FileRecords:
    """The lines of one source; `kind` says what they are. Reading is for any thread."""

    def __init__(self, source: Source, kind: Kind) -> None:
        self.source = source
        self.kind: Kind = kind
        self.index = LineIndex(source)
        self.survey = Survey(source) if kind == "results" else None
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

    @property
    def counts(self) -> Mapping[Outcome, int]:
        return self.survey.counts if self.survey else {}

    def grow_tail(self, wanted: int) -> None:
        while len(self._tail) < min(wanted, TAIL_LINES):
            end = self._tail[0].offset if self._tail else self.source.size_bytes
            before = lines_before(self.source, end, max(wanted - len(self._tail), 64))
            whole = [span for span in before if span.is_whole]
            if not whole:
                return
            self._tail[:0] = whole

    def forget_tail(self) -> None:
        self._tail.clear()

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
        return self.survey.outcome(number) if self.survey and number >= 0 else None

    def places(self, number: int) -> tuple[Place | None, Place | None]:
        span = self.span(number)
        place = self.source, span.offset, span.length
        return (place, None) if self.kind == "input" else (None, place)

    def paths(self) -> list[Path]:
        return [self.source.path]

    def close(self) -> None:
        self.source.close()
