"""A file as blocks of whole lines, for every pass that looks at each line.

A line ends with `\\n` and nothing else. One longer than `LINE_LIMIT_BYTES` is never held in memory:
its block has its head only and says how much was left out.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO

from batchtui.jsonl.source import CHUNK_BYTES, Source

LINE_LIMIT_BYTES = 64 * 1024 * 1024
"""The longest line that is parsed. OpenAI's whole files end at 200 MB."""

MOST_VALUES = 8_000_000
"""The most values of one line that are built in memory: some 100 bytes each."""

HEAD_BYTES = 4096
"""What is kept of a longer line."""

BLOCK_LINES = 512
"""The most lines of one block, so that work on a block stays short."""

_NEWLINE = 10


@dataclass(slots=True)
class Block:
    """Consecutive lines from `offset` to `end`, each with its `\\n`; the last may have
    none.

    `left_out` > 0: the block's last line is longer than the limit by this many bytes, and
    `lines[-1]` has only its head and its `\\n`.
    """

    offset: int
    lines: list[bytes]
    end: int
    left_out: int = 0


def blocks(source: Source, offset: int = 0) -> Iterator[Block]:
    """The lines of `source` from `offset`, the start of a line, to `source.size_bytes`.

    A block has at most about CHUNK_BYTES unless a line is longer. Raises InputError when the file
    becomes shorter meanwhile.
    """
    start = position = offset
    begun = Begun()
    while position < source.size_bytes:
        chunk = source.read_exactly(position, min(CHUNK_BYTES, source.size_bytes - position))
        position += len(chunk)
        lines = BytesIO(chunk).readlines()
        if begun.size:
            begun.append(lines[0])
            if lines[0][-1] != _NEWLINE:
                continue
            if begun.left_out:
                yield Block(start, [begun.take()], start + begun.size, begun.left_out)
                start += begun.size
                del lines[0]
            else:
                lines[0] = begun.take()
            begun = Begun()
        if lines and lines[-1][-1] != _NEWLINE:
            begun.append(lines.pop())
        end = position - begun.size
        while len(lines) > BLOCK_LINES:
            some, lines = lines[:BLOCK_LINES], lines[BLOCK_LINES:]
            middle = start + sum(map(len, some))
            yield Block(start, some, middle)
            start = middle
        if lines:
            yield Block(start, lines, end)
            start = end
    if begun.size:
        yield Block(start, [begun.take()], start + begun.size, begun.left_out)


class Begun:
    """A line whose end is not read yet; `size` in bytes, of which `left_out` were dropped."""

    def __init__(self) -> None:
        self.size = 0
        self.left_out = 0
        self._pieces: list[bytes] = []
        self.is_open = True
        """Its end has not come."""

    def append(self, piece: bytes) -> None:
        self.size += len(piece)
        self.is_open = piece[-1] != _NEWLINE
        if not self.left_out:
            self._pieces.append(piece)
        if self.size > LINE_LIMIT_BYTES:
            self._pieces = [self._pieces[0][:HEAD_BYTES], b"\n" * piece.endswith(b"\n")]
            self.left_out = self.size - len(self.take())

    def take(self) -> bytes:
        return b"".join(self._pieces)


def is_dense(line: bytes) -> bool:
    """Whether a line may hold more than MOST_VALUES values, so that it must not be parsed whole."""
    if len(line) < 2 * MOST_VALUES:
        return False
    return sum(map(line.count, (b",", b"[", b"{"))) > MOST_VALUES
