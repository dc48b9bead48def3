"""Where each line of a file begins, and pages of lines while that is not yet known.

Costs 8 bytes a line up to 20 million lines; above, one offset for every 64 lines is kept, and the
rest is found by reading. A line ends with `\\n` and nothing else; a `\\r` belongs to the line.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from contextlib import closing
from typing import NamedTuple

from batchtui.jsonl.ends import ends
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import CHUNK_BYTES, Source

DENSE_LINES = 20_000_000
SPARSE_STRIDE = 64
PAGE_BYTES = 4 * 1024 * 1024
"""What a page without an index reads at most."""


class Span(NamedTuple):
    """A line's place, without its `\\n`. `is_whole`: False when a page's bound cut it."""

    offset: int
    length: int
    is_whole: bool = True


class LineIndex:
    """The line ends of one source, growing while `build` runs in another thread.

    Lines count from 0. `line_count` and `span` are right at any moment for what was read so far.
    """

    def __init__(self, source: Source) -> None:
        self.source = source
        self.complete = False
        self.scanned_bytes = 0
        # The offset after the `\n` of every stride-th line, and the stride: replaced together,
        # since others read while it grows.
        self._table = array("Q"), 1
        self._ended = 0  # lines whose `\n` was seen
        self._tail_start = 0  # the offset after the last `\n`

    @property
    def line_count(self) -> int:
        """Lines known so far; a last line without `\\n` counts once the index is complete."""
        return self._ended + (1 if self.complete and self._tail_start < self.scanned_bytes else 0)

    def span(self, line: int) -> Span:
        """Where `line` (from 0) is. Raises IndexError for a line not known (yet)."""
        if not 0 <= line < self.line_count:
            raise IndexError(line)
        if line == self._ended:
            return Span(self._tail_start, self.scanned_bytes - self._tail_start)
        table, stride = self._table
        if stride == 1:
            start = table[line - 1] if line else 0
            return Span(start, table[line] - start - 1)
        anchor = line // stride
        start = table[anchor - 1] if anchor else 0
        for _ in range(line - anchor * stride):
            start = self._next_newline(start) + 1
        return Span(start, self._next_newline(start) - start)

    def read(self, line: int) -> bytes:
        """The bytes of `line` (from 0), without its `\\n`."""
        span = self.span(line)
        return self.source.read(span.offset, span.length)

    def line_of(self, offset: int) -> int:
        """The line (from 0) that the byte at `offset` belongs to, its `\\n` included."""
        if offset >= self._tail_start:
            return self._ended
        table, stride = self._table
        anchor = bisect_right(table, offset)
        if stride == 1:
            return anchor
        line = anchor * stride
        start = table[anchor - 1] if anchor else 0
        while (newline := self._next_newline(start)) < offset:
            start = newline + 1
            line += 1
        return line

    def extend(self) -> Steps[LineIndex]:
        """Index what is not yet: all of a new source, or what `accept_growth` added."""
        self.complete = False
        with closing(ends(self.source, self.scanned_bytes)) as pieces:
            for found, end in pieces:
                self._add(found)
                self.scanned_bytes = end
                yield Progress(end, self.source.size_bytes)
        self.complete = True
        return self

    def _add(self, found: array[int]) -> None:
        if not found:
            return
        table, stride = self._table
        if stride > 1:
            table.extend(found[stride - 1 - self._ended % stride :: stride])
        else:
            table.extend(found)
            if len(table) > DENSE_LINES:
                self._table = table[SPARSE_STRIDE - 1 :: SPARSE_STRIDE], SPARSE_STRIDE
        self._ended += len(found)
        self._tail_start = found[-1]

    def _next_newline(self, start: int) -> int:
        position = start
        while position < self.scanned_bytes:
            chunk = self.source.read(position, CHUNK_BYTES)
            found = chunk.find(b"\n")
            if found >= 0:
                return position + found
            if not chunk:
                break
            position += len(chunk)
        return self.scanned_bytes


def build(source: Source) -> Steps[LineIndex]:
    """The line index of `source`. To watch it grow, make a LineIndex and run `extend`."""
    return (yield from LineIndex(source).extend())


def lines_after(source: Source, offset: int, count: int) -> list[Span]:
    """Up to `count` lines from `offset`, the start of a line. Reads PAGE_BYTES at most."""
    spans: list[Span] = []
    data = source.read(offset, min(PAGE_BYTES, source.size_bytes - offset))
    start = 0
    while len(spans) < count and start < len(data):
        newline = data.find(b"\n", start)
        if newline < 0:
            at_end = offset + len(data) >= source.size_bytes
            if at_end or not spans:
                spans.append(Span(offset + start, len(data) - start, at_end))
            break
        spans.append(Span(offset + start, newline - start))
        start = newline + 1
    return spans


def lines_before(source: Source, end: int, count: int) -> list[Span]:
    """Up to `count` lines that end at or before `end`, in file order: the last page first of all.

    `end` is the start of a line or the file's size. Reads PAGE_BYTES at most.
    """
    spans: list[Span] = []
    begin = max(0, end - PAGE_BYTES)
    data = source.read(begin, end - begin)
    stop = len(data)
    if data.endswith(b"\n"):
        stop -= 1
    elif not data:
        return spans
    while len(spans) < count:
        newline = data.rfind(b"\n", 0, stop)
        if newline < 0:
            if begin == 0 or not spans:
                spans.append(Span(begin, stop, begin == 0))
            break
        spans.append(Span(begin + newline + 1, stop - newline - 1))
        stop = newline
    spans.reverse()
    return spans
