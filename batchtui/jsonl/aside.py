"""A second process that reads result files while this one reads the requests.

Telling results takes most of a join's time, and the interpreter runs one thread at a time. So for
large files a process of our own tells them, block by block, through a pipe. Owns that process from
start to end: it gets open files and nothing else, and is killed when nobody waits for it any more.

Run as `main`, with a JSON array of [descriptor, path, size in bytes, offset to begin at], it writes
frames: 4 bytes of length, then a `Told`, or an error's text, in MessagePack.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Final

import msgspec

from batchtui.errors import InputError
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.source import Source
from batchtui.jsonl.told import Told, tell

LEAST_BYTES: Final = 256 * 1000 * 1000
"""Smaller files are told sooner than another process is started."""

AHEAD_BYTES: Final = 32 * 1024 * 1024
"""How far the process may be ahead of who asks: some 40 bytes a line."""

_START: Final = (
    "import sys, json; sys.path[:] = json.loads(sys.argv[2]); "
    "from batchtui.jsonl.aside import main; main()"
)
_HEAD_BYTES: Final = 4

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
    process = _process(sources, begin) if aside else None
    frames = _Frames(process) if process is not None else None
    try:
        yield _told(sources, begin, frames)
    finally:
        if frames is not None:
            frames.close()


def _told(
    sources: Sequence[Source], begin: int, frames: _Frames | None
) -> Iterator[tuple[int, Told]]:
    done = [begin] * len(sources)
    for number, each in frames or ():
        done[number] = each.end
        yield number, each
    # What the process left: all of it where there was none.
    for number, source in enumerate(sources):
        for block in blocks(source, done[number]):
            yield number, tell(block)


def _process(sources: Sequence[Source], begin: int) -> subprocess.Popen[bytes] | None:
    """The process, already at work; None where it is not worth it or not possible."""
    if sum(source.size_bytes - begin for source in sources) < LEAST_BYTES or os.name != "posix":
        return None
    if not sys.executable or (os.cpu_count() or 1) < 2:
        return None
    files = [(each.descriptor(), str(each.path), each.size_bytes, begin) for each in sources]
    arguments = (json.dumps(files), json.dumps(sys.path))
    try:
        return subprocess.Popen(  # noqa: S603 - our own interpreter, our own code
            (sys.executable, "-I", "-S", "-c", _START, *arguments),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            pass_fds=[number for number, *_ in files],
        )
    except OSError:
        return None


class _Frames:
    """What the process has told and nobody has asked for yet, read by a thread."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._changed = threading.Condition()
        self._frames: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._ended = False
        self._reader = threading.Thread(target=self._read, name="results told aside", daemon=True)
        self._reader.start()

    def __iter__(self) -> Iterator[tuple[int, Told]]:
        number = 0
        while (frame := self._next()) is not None:
            value = _decode(frame)
            if isinstance(value, Told):
                yield number, value
            elif value:
                raise InputError(value, hint="something else writes to it")
            else:
                number += 1

    def close(self) -> None:
        self._process.kill()
        with self._changed:
            self._ended = True
            self._changed.notify_all()
        self._reader.join()
        self._process.wait()

    def _next(self) -> bytes | None:
        with self._changed:
            self._changed.wait_for(lambda: self._frames or self._ended)
            if not self._frames:
                return None
            frame = self._frames.popleft()
            self._waiting_bytes -= len(frame)
            self._changed.notify_all()
            return frame

    def _read(self) -> None:
        pipe = self._process.stdout
        assert pipe is not None
        with pipe:
            while (frame := _frame(pipe)) is not None:
                with self._changed:
                    self._changed.wait_for(lambda: self._waiting_bytes < AHEAD_BYTES or self._ended)
                    self._frames.append(frame)
                    self._waiting_bytes += len(frame)
                    self._changed.notify_all()
        with self._changed:
            self._ended = True
            self._changed.notify_all()


def _frame(pipe: IO[bytes]) -> bytes | None:
    """The next whole frame; None at the end, however the process ended."""
    head = pipe.read(_HEAD_BYTES)
    if len(head) < _HEAD_BYTES:
        return None
    size = int.from_bytes(head, "big")
    frame = pipe.read(size)
    return frame if len(frame) == size else None


def main() -> None:
    out = sys.stdout.buffer

    def write(value: Told | str) -> None:
        frame = _encode(value)
        out.write(len(frame).to_bytes(_HEAD_BYTES, "big"))
        out.write(frame)
        out.flush()

    try:
        for number, path, size_bytes, begin in json.loads(sys.argv[1]):
            for block in blocks(Source.of_descriptor(number, path, size_bytes), begin):
                write(tell(block))
            write("")
    except InputError as error:
        write(error.message)
    except BrokenPipeError:
        os._exit(0)
