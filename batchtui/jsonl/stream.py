"""The lines of what can be read once only, as they come: of a pipe, or a terminal.

Memory is that of one line, and of one that is too long only its head; see `lines`.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from io import BytesIO
from typing import Final

from batchtui.jsonl.lines import Begun
from batchtui.jsonl.source import CHUNK_BYTES, GZIP_MAGIC

_NEWLINE: Final = 10

Read = Callable[[int], bytes]
"""Gives at most so many bytes, as soon as there are any; none at the end."""


def lines_as_they_come(read: Read, begin: bytes = b"") -> Iterator[list[bytes]]:
    """What each piece that is read completes: lines with their `\\n`; the last may have none.

    `begin`: what was read already.
    """
    begun = Begun()
    piece = begin or read(CHUNK_BYTES)
    while piece:
        lines = BytesIO(piece).readlines()
        if begun.size:
            begun.append(lines[0])
            del lines[0]
            if not begun.is_open:
                lines.insert(0, begun.take())
                begun = Begun()
        if lines and lines[-1][-1] != _NEWLINE:
            begun.append(lines.pop())
        if lines:
            yield lines
        piece = read(CHUNK_BYTES)
    if begun.size:
        yield [begun.take()]


def is_packed(begin: bytes) -> bool:
    """Whether what begins so is gzip."""
    return begin.startswith(GZIP_MAGIC)


def begin_of(read: Read) -> bytes:
    """Enough of what is read to tell what it is, or all of it."""
    begin = b""
    while len(begin) < len(GZIP_MAGIC) and (piece := read(CHUNK_BYTES)):
        begin += piece
        if not GZIP_MAGIC.startswith(begin[: len(GZIP_MAGIC)]):
            break
    return begin
