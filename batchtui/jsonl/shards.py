"""One input as several batches: which lines go together, and each group of lines as a file.

Owns the bounds of a batch, and that lines for different endpoints or models never share one. No
second copy of the input is made: a shard is a list of places in it.
"""

from __future__ import annotations

import io
import os
from array import array
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, Final, NamedTuple, overload

from batchtui.errors import InputError
from batchtui.jsonl.glance import BOM
from batchtui.jsonl.lines import LINE_LIMIT_BYTES, blocks
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.quick import accept
from batchtui.jsonl.request import examine
from batchtui.jsonl.source import Source, opened
from batchtui.jsonl.tokens import estimate_line
from batchtui.models.endpoint import normal_endpoint

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

LANES_LIMIT: Final = 1000
"""The most lanes of one input: a file that names more models is not one job."""

_BLANKS: Final = b" \t\r\n"
_STEP_LINES: Final = 64


@dataclass(frozen=True, slots=True)
class Bounds:
    """The most that one batch may have; None: no bound. `tokens` are estimated prompt tokens."""

    lines: int | None = None
    size_bytes: int | None = None
    tokens: int | None = None


class Lane(NamedTuple):
    """What the lines of one batch have in common. None: the line does not say, or is no request."""

    endpoint: str | None
    model: str | None


class Spans(Sequence[tuple[int, int]]):
    """(offset, length) of pieces of a file, in 16 bytes each; for a store, as `bytes` and back."""

    def __init__(self, spans: Iterable[tuple[int, int]] = ()) -> None:
        self._numbers = array("Q")
        for offset, length in spans:
            self.add(offset, length)

    @classmethod
    def from_bytes(cls, packed: bytes) -> Spans:
        """Raises ValueError for what `to_bytes` did not make."""
        spans = cls()
        spans._numbers.frombytes(packed)
        if len(spans._numbers) % 2:
            raise ValueError("half a span")
        return spans

    def to_bytes(self) -> bytes:
        return self._numbers.tobytes()

    def add(self, offset: int, length: int) -> None:
        """Add a span; one that begins where the last one ends makes it longer."""
        numbers = self._numbers
        if numbers and numbers[-2] + numbers[-1] == offset:
            numbers[-1] += length
        else:
            numbers.append(offset)
            numbers.append(length)

    def __len__(self) -> int:
        return len(self._numbers) // 2

    def __iter__(self) -> Iterator[tuple[int, int]]:
        numbers = iter(self._numbers)
        return zip(numbers, numbers, strict=True)

    @overload
    def __getitem__(self, at: int) -> tuple[int, int]: ...
    @overload
    def __getitem__(self, at: slice) -> Sequence[tuple[int, int]]: ...
    def __getitem__(self, at: int | slice) -> tuple[int, int] | Sequence[tuple[int, int]]:
        if isinstance(at, slice):
            return [self[each] for each in range(*at.indices(len(self)))]
        at = range(len(self))[at]
        return self._numbers[2 * at], self._numbers[2 * at + 1]

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Spans) and self._numbers == other._numbers

    def __hash__(self) -> int:
        return hash(self.to_bytes())

    def __repr__(self) -> str:
        return f"Spans({list(self)})"


@dataclass(frozen=True, slots=True)
class Shard:
    """The lines of one batch: `spans` of whole lines in file order, neighbours melted into one.

    `size_bytes`: of the file that is uploaded. `tokens`: estimated for the prompts, see tokens.py.
    """

    lane: Lane
    spans: Spans
    lines: int
    size_bytes: int
    tokens: int


def plan(path: Path, bounds: Bounds, *, first_lines: int | None = None) -> Steps[list[Shard]]:
    """The shards of `path`, in the order of their first lines.

    Blank lines and a byte order mark are in none, every other line is in exactly one. Within a lane
    the lines stay in order. `first_lines`: the very first shard has no more lines than this, to try
    the job with. A line with more tokens than the bound has a shard of its own, since tokens are
    estimated only. One pass; memory grows with the number of spans only.

    A packed file's spans are those of its content. Raises InputError: the file cannot be read, one
    line alone has more bytes than the bound, more than LANES_LIMIT lanes, a bound below 1.
    """
    for bound in (bounds.lines, bounds.size_bytes, bounds.tokens, first_lines):
        if bound is not None and bound < 1:
            raise InputError(f"a batch cannot be bounded by {bound}: 1 is the least")
    source = yield from opened(path)
    with source:
        planning = _Planning(path, bounds, first_lines)
        at_start = True
        for block in blocks(source):
            offset, last = block.offset, len(block.lines) - 1
            for at, line in enumerate(block.lines):
                size = len(line)
                if at_start and line.startswith(BOM):
                    line, offset, size = line[len(BOM) :], len(BOM), size - len(BOM)
                at_start = False
                if block.left_out and at == last:
                    size += block.left_out
                    planning.add(Lane(None, None), offset, size, True, 0)
                else:
                    planning.line(line, offset)
                offset += size
            yield Progress(block.end, source.size_bytes)
        return planning.finish()


def plan_lines(path: Path, places: Iterable[tuple[int, int]], bounds: Bounds) -> Steps[list[Shard]]:
    """The same for some lines of `path` only: at (offset, length without `\\n`), ascending."""
    source = yield from opened(path)
    with source:
        planning = _Planning(path, bounds, None)
        for done, (offset, length) in enumerate(places):
            line = source.read(offset, min(length, LINE_LIMIT_BYTES) + 1)
            planning.line(line[: line.find(b"\n", length) + 1 or length], offset)
            if done % _STEP_LINES == 0:
                yield Progress(offset, source.size_bytes)
        return planning.finish()


class _Open:
    """A shard that takes more lines."""

    def __init__(self, most_lines: int | None) -> None:
        self.most_lines = most_lines
        self.spans = Spans()
        self.lines = self.size_bytes = self.tokens = 0


class _Planning:
    def __init__(self, path: Path, bounds: Bounds, first_lines: int | None) -> None:
        self.path = path
        self.bounds = bounds
        self.first_lines = first_lines
        self.number = 0
        self.lanes: dict[Lane, _Open] = {}
        self.shards: list[Shard] = []

    def line(self, line: bytes, offset: int) -> None:
        accepted = accept(line)
        if accepted is not None:
            request, tokens = accepted
            lane = Lane(normal_endpoint(request.url), request.body.model)
        elif not line.strip(_BLANKS):
            self.number += 1
            return
        else:
            examined = examine(line, self.number + 1)
            url = examined.url
            lane = Lane(None if url is None else normal_endpoint(url), examined.model)
            tokens = estimate_line(line)
        self.add(lane, offset, len(line), line.endswith(b"\n"), tokens)

    def add(self, lane: Lane, offset: int, length: int, is_ended: bool, tokens: int) -> None:
        self.number += 1
        size = length + (not is_ended)
        bounds = self.bounds
        if bounds.size_bytes is not None and size > bounds.size_bytes:
            raise InputError(
                f"{self.path}: line {self.number} alone has {size:,} bytes,"
                f" and a batch may have {bounds.size_bytes:,}",
                hint="shorten the line",
            )
        shard = self.lanes.get(lane)
        if shard is None:
            if len(self.lanes) >= LANES_LIMIT:
                raise InputError(
                    f"{self.path}: line {self.number} is for the {LANES_LIMIT + 1:,}th pair of"
                    " endpoint and model, which is too many for one job",
                    hint="split the file by model",
                )
            shard = self._opened(lane)
        elif (
            (shard.most_lines is not None and shard.lines >= shard.most_lines)
            or (bounds.size_bytes is not None and shard.size_bytes + size > bounds.size_bytes)
            or (bounds.tokens is not None and shard.tokens + tokens > bounds.tokens)
        ):
            self._close(lane, shard)
            shard = self._opened(lane)
        shard.spans.add(offset, length)
        shard.lines += 1
        shard.size_bytes += size
        shard.tokens += tokens

    def finish(self) -> list[Shard]:
        for lane, shard in self.lanes.items():
            self._close(lane, shard)
        self.shards.sort(key=lambda shard: shard.spans[0])
        return self.shards

    def _opened(self, lane: Lane) -> _Open:
        most_lines = self.bounds.lines
        if self.first_lines is not None:
            most_lines = min(self.first_lines, most_lines or self.first_lines)
            self.first_lines = None
        shard = self.lanes[lane] = _Open(most_lines)
        return shard

    def _close(self, lane: Lane, shard: _Open) -> None:
        self.shards.append(Shard(lane, shard.spans, shard.lines, shard.size_bytes, shard.tokens))


class SpanFile(io.RawIOBase):
    """Spans of a file as a file of their own, to read or upload; opening and reading block.

    A `\\n` is added at the end of each span that has none. A read that finds the end raises OSError
    when the underlying file was written to since it was opened, so that a reader that goes to the
    end has seen one state of it; InputError when it became shorter.
    """

    def __init__(self, source: Source, spans: Iterable[tuple[int, int]]) -> None:
        """Keeps `source` open as long as it needs it. Raises InputError for a span past its end."""
        super().__init__()
        self._source: Source | None = source
        self._stamp = source.stamp()
        self._spans = Spans(span for span in spans if span[1])
        sizes = array("Q")
        for offset, length in self._spans:
            is_ended = source.read_exactly(offset + length - 1, 1) == b"\n"
            sizes.append(length + (not is_ended))
        self._starts = array("Q", accumulate(sizes, initial=0))
        self._position = 0

    @classmethod
    def open(cls, path: Path, spans: Iterable[tuple[int, int]]) -> SpanFile:
        """Raises InputError when `path` cannot be read."""
        return cls(Source.open(path), spans)

    @property
    def size_bytes(self) -> int:
        return self._starts[-1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        self._open_source()
        return self._position

    def seek(self, offset: int, whence: int = os.SEEK_SET) -> int:
        self._open_source()
        start = {os.SEEK_SET: 0, os.SEEK_CUR: self._position, os.SEEK_END: self.size_bytes}[whence]
        if start + offset < 0:
            raise ValueError(f"negative seek position {start + offset}")
        self._position = start + offset
        return self._position

    def readinto(self, buffer: WriteableBuffer, /) -> int:
        source = self._open_source()
        view = memoryview(buffer).cast("B")
        done = 0
        while done < len(view) and self._position < self.size_bytes:
            done += self._fill(source, view[done:])
        if len(view) and not done and source.stamp() != self._stamp:
            raise OSError(f"{source.path} was written to while it was read")
        return done

    def close(self) -> None:
        self._source = None
        super().close()

    def _fill(self, source: Source, view: memoryview) -> int:
        """Fill `view` with what one span has from the position on; returns the number of bytes."""
        at = bisect_right(self._starts, self._position) - 1
        offset, length = self._spans[at]
        skipped = self._position - self._starts[at]
        if skipped == length:
            view[:1] = b"\n"
            count = 1
        else:
            count = min(len(view), length - skipped)
            view[:count] = source.read_exactly(offset + skipped, count)
        self._position += count
        return count

    def _open_source(self) -> Source:
        if self._source is None:
            raise ValueError("the file is closed")
        return self._source
