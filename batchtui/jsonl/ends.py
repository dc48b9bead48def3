"""Where the lines of a file end, stripe by stripe; every other one is counted by a second process.

A stripe is a piece of STRIPE_BYTES of the file, whatever lines it cuts. Owns what the processes
say to each other: a frame is the line ends of one stripe, as 8-byte numbers of this machine.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Generator, Iterator
from io import BytesIO
from itertools import accumulate
from typing import Final, TypeAlias

from batchtui.jsonl.aside import frames_aside, serve_frames
from batchtui.jsonl.source import CHUNK_BYTES, Source

TASK: Final = "ends"

STRIPE_BYTES: Final = 4 * 1024 * 1024

ALONE_BYTES: Final = 128 * 1024 * 1024
"""What is read alone first, while the process starts."""

Ends: TypeAlias = "tuple[array[int], int]"
"""The offsets after each `\\n` of a piece, and where the piece ends."""


def ends(source: Source, begin: int) -> Generator[Ends, None, None]:
    """The line ends from `begin` on, piece after piece; fewer when the file became shorter."""
    with frames_aside(TASK, [source], begin, STRIPE_BYTES, ALONE_BYTES) as frames:
        for is_aside, start, stop in _stripes(source, begin, STRIPE_BYTES, ALONE_BYTES):
            frame = next(frames, None) if is_aside and frames is not None else None
            if frame is None:
                yield from _ends_of(source, start, stop)
                continue
            found = array("Q")
            found.frombytes(frame)
            yield found, stop


def _stripes(
    source: Source, begin: int, stripe_bytes: int, alone_bytes: int
) -> Iterator[tuple[bool, int, int]]:
    """(whether it is for the process, start, stop): the same in both."""
    for number, start in enumerate(range(begin, source.size_bytes, stripe_bytes)):
        is_aside = number % 2 == 1 and start - begin >= alone_bytes
        yield is_aside, start, min(start + stripe_bytes, source.size_bytes)


def _ends_of(source: Source, start: int, stop: int) -> Iterator[Ends]:
    position = start
    while position < stop:
        chunk = source.read(position, min(CHUNK_BYTES, stop - position))
        if not chunk:
            return
        found = array("Q", accumulate(map(len, BytesIO(chunk)), initial=position))
        del found[0]
        if chunk[-1] != 10:
            found.pop()
        position += len(chunk)
        yield found, position


def _work(write: Callable[[bytes], None], sources: list[Source], numbers: list[int]) -> None:
    (source,) = sources
    for is_aside, start, stop in _stripes(source, *numbers):
        if is_aside:
            found, end = array("Q"), start
            for more, after in _ends_of(source, start, stop):
                found += more
                end = after
            if end < stop:
                return  # it became shorter, which who asks will see
            write(found.tobytes())


def main() -> None:
    serve_frames(_work)
