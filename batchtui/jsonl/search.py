"""A search through a file of any size, forwards, backwards or for all hits, as byte offsets.

The file is read in windows, so that the interpreter is held for a millisecond or so at a time.
"""

from __future__ import annotations

from array import array
from typing import NamedTuple

from batchtui.jsonl.lines import LINE_LIMIT_BYTES
from batchtui.jsonl.matchers import Matcher
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import Source

WINDOW_BYTES = 512 * 1024
LINES_WINDOW_BYTES = 96 * 1024
"""Expressions are slower than texts; a window and its copy are what the allocator keeps at hand."""

KEPT_HITS = 2_000_000
"""Of these the places are kept, 12 bytes each; further ones are counted."""


class Hit(NamedTuple):
    offset: int
    length: int


class Hits:
    """The hits of one search, in file order, growing while it runs. `count` is exact."""

    def __init__(self) -> None:
        self.count = 0
        self.complete = False
        self.offsets = array("Q")
        self.lengths = array("I")

    def __len__(self) -> int:
        """How many places are kept."""
        return len(self.lengths)

    def __getitem__(self, index: int) -> Hit:
        return Hit(self.offsets[index], self.lengths[index])


def find_all(source: Source, wanted: Matcher, hits: Hits | None = None) -> Steps[Hits]:
    """Every hit in `source`; pass `hits` to look at them while they are found."""
    hits = Hits() if hits is None else hits
    position = 0
    while position < source.size_bytes:
        start, data = position, _window(source, wanted, position)
        if not data:
            break
        position += len(data)
        offsets, lengths = yield from wanted.hits(data, Progress(start, source.size_bytes))
        last_end = start
        if offsets:
            last_end = start + offsets[-1] + lengths[-1]
            room = KEPT_HITS - len(hits)
            hits.offsets.extend([start + offset for offset in offsets[:room]])
            hits.lengths.extend(lengths[:room])
            hits.count += len(offsets)
        position = _next_window(source, wanted, start, position, last_end)
        yield Progress(position, source.size_bytes)
    hits.complete = True
    return hits


def find_next(source: Source, wanted: Matcher, offset: int) -> Steps[Hit | None]:
    """The first hit at or after `offset`."""
    start = _line_start(source, offset) if wanted.overlap is None else offset
    position = start
    while position < source.size_bytes:
        data = _window(source, wanted, position)
        if not data:
            break
        so_far = Progress(position - start, source.size_bytes - start)
        places = yield from wanted.hits(data, so_far)
        for at, length in zip(*places, strict=True):
            if position + at >= offset:
                return Hit(position + at, length)
        end = position + len(data)
        position = _next_window(source, wanted, position, end, position)
        yield Progress(position - start, source.size_bytes - start)
    return None


def find_previous(source: Source, wanted: Matcher, offset: int) -> Steps[Hit | None]:
    """The last hit that begins before `offset`."""
    end = min(offset, source.size_bytes)
    while end > 0:
        if wanted.overlap is None:
            start = _line_start(source, max(0, end - LINES_WINDOW_BYTES))
            data = source.read(start, _line_end(source, end - 1) - start)
        else:
            start = max(0, end - max(WINDOW_BYTES, 4 * wanted.overlap))
            data = source.read(start, end - start + wanted.overlap)
        found = None
        places = yield from wanted.hits(data, Progress(offset - end, offset))
        for at, length in zip(*places, strict=True):
            if start + at >= end:
                break
            found = Hit(start + at, length)
        if found is not None:
            return found
        end = start
        yield Progress(offset - end, offset)
    return None


def _window(source: Source, wanted: Matcher, position: int) -> bytes:
    """What to look at from `position` on: whole lines if `wanted` needs them."""
    if wanted.overlap is not None:
        return source.read(position, max(WINDOW_BYTES, 4 * wanted.overlap))
    data = source.read(position, LINES_WINDOW_BYTES)
    cut = data.rfind(b"\n") + 1
    if cut or position + len(data) >= source.size_bytes:
        return data[:cut] if cut else data
    return source.read(position, _line_end(source, position + len(data)) - position)


def _next_window(source: Source, wanted: Matcher, start: int, end: int, last_end: int) -> int:
    """Where the window after the one from `start` to `end` begins, whose last hit ended there."""
    if not wanted.overlap or end >= source.size_bytes:
        return end
    return max(last_end, end - wanted.overlap, start + 1)


def _line_start(source: Source, offset: int) -> int:
    """Where the line begins that the byte before `offset` is in; a longer one is cut."""
    end = offset
    while end > max(0, offset - LINE_LIMIT_BYTES):
        begin = max(0, end - LINES_WINDOW_BYTES)
        newline = source.read(begin, end - begin).rfind(b"\n")
        if newline >= 0:
            return begin + newline + 1
        end = begin
    return end


def _line_end(source: Source, offset: int) -> int:
    """Where the line ends, after its `\n`, that the byte at `offset` is in; a longer one is cut."""
    begin = offset
    limit = min(source.size_bytes, offset + LINE_LIMIT_BYTES)
    while begin < limit:
        data = source.read(begin, LINES_WINDOW_BYTES)
        newline = data.find(b"\n")
        if newline >= 0:
            return begin + newline + 1
        if not data:
            break
        begin += len(data)
    return min(begin, limit)
