"""What result files say, block by block: told by a second process while this one reads requests.

Owns what the two say to each other: a frame is a `Told`, or an error's text, in MessagePack; an
empty text ends a source. Without the process, or when it ends early, the same is told here.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from typing import Final

import msgspec

from batchtui.errors import InputError
from batchtui.jsonl.aside import frames_aside, serve_frames
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.source import Source
from batchtui.jsonl.told import Told, tell

TASK: Final = "telling"

_encode = msgspec.msgpack.Encoder().encode
_decode = msgspec.msgpack.Decoder(Told | str).decode


@contextmanager
def telling(
    sources: Sequence[Source], *, begin: int = 0, aside: bool = True
) -> Iterator[Iterator[tuple[int, Told]]]:
    """(number of the source, what is told of its next block), source after source.

    `begin`: the offset of the line that each begins with. `aside` False: no process, which would
    cost some 60 MB here and there. The process is at work from the start of the block to its end.
    To go on raises InputError when a file became shorter meanwhile.
    """
    with frames_aside(TASK, sources, begin) if aside else nullcontext() as frames:
        yield _told(sources, begin, frames)


def _told(
    sources: Sequence[Source], begin: int, frames: Iterator[bytes] | None
) -> Iterator[tuple[int, Told]]:
    done = [begin] * len(sources)
    for number, each in _decoded(frames or iter(())):
        done[number] = each.end
        yield number, each
    # What the process left: all of it where there was none.
    for number, source in enumerate(sources):
        for block in blocks(source, done[number]):
            yield number, tell(block)


def _decoded(frames: Iterator[bytes]) -> Iterator[tuple[int, Told]]:
    number = 0
    for frame in frames:
        value = _decode(frame)
        if isinstance(value, Told):
            yield number, value
        elif value:
            raise InputError(value, hint="something else writes to it")
        else:
            number += 1


def _work(write: Callable[[bytes], None], sources: list[Source], numbers: list[int]) -> None:
    (begin,) = numbers
    try:
        for source in sources:
            for block in blocks(source, begin):
                write(_encode(tell(block)))
            write(_encode(""))
    except InputError as error:
        write(_encode(error.message))


def main() -> None:
    serve_frames(_work)
