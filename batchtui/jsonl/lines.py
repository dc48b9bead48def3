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

HEAD_BYTES = 4096
"""What is kept of a longer line."""


@dataclass(slots=True)
class Block:
    """Consecutive lines from `offset` on, each with its `\\n` (the file's last may have none).

    `left_out` > 0: the last line is longer than the limit by this many bytes, of which `lines[-1]`
    has only the head.
    """

    offset: int
    lines: list[bytes]
    end: int
    left_out: int = 0


def blocks(source: Source, offset: int = 0) -> Iterator[Block]:
    """The lines of `source` from `offset`, the start of a line, to `source.size_bytes`.

    Each block comes from one read, so it is about CHUNK_BYTES long unless a line is longer.
    """
    position = start = offset
    pieces: list[bytes] = []  # of the line that the last read cut
    held = 0
    left_out = 0
    while position < source.size_bytes:
        chunk = source.read(position, min(CHUNK_BYTES, source.size_bytes - position))
        if not chunk:
            break
        position += len(chunk)
        lines = BytesIO(chunk).readlines()
        if pieces:
            first = lines[0]
            if held + len(first) > LINE_LIMIT_BYTES or left_out:
                head = b"".join(pieces)[:HEAD_BYTES]
                left_out += held + len(first) - len(head)
                pieces, held = [head], 0
                if first[-1] != 10:
                    continue
                yield Block(start, pieces, start + len(head) + left_out, left_out)
                start += len(head) + left_out
                pieces, left_out = [], 0
                del lines[0]
            elif len(lines) == 1 and first[-1] != 10:
                pieces.append(first)
                held += len(first)
                continue
            else:
                pieces.append(first)
                lines[0] = b"".join(pieces)
                pieces, held = [], 0
        if lines and lines[-1][-1] != 10:
            last = lines.pop()
            pieces, held = [last], len(last)
        if lines:
            end = position - held
            yield Block(start, lines, end)
            start = end
    if pieces:
        line = b"".join(pieces)
        yield Block(start, [line], start + len(line) + left_out, left_out)
