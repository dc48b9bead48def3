"""A second process of our own, that reads files while this one does other work on them.

The interpreter runs one thread at a time, so half of a large pass is done by another one, which
tells through a pipe what it found, frame by frame. Owns that process from start to end: it gets
open files and nothing else, and is killed when nobody waits for it any more. What the frames say
is for `telling` and `ends_aside`, whose `main` the process runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import IO, Any, Final

from batchtui.jsonl.source import Source

LEAST_BYTES: Final = 256 * 1000 * 1000
"""Smaller files are read sooner than another process is started."""

AHEAD_BYTES: Final = 32 * 1024 * 1024
"""How far the process may be ahead of who asks, in bytes of frames."""

PIPE_BYTES: Final = 1024 * 1024
"""The process goes on while the thread that reads waits for the interpreter; Linux only."""

_START: Final = (
    "import sys; sys.path[:] = sys.argv[2:]; from batchtui.jsonl.{task} import main; main()"
)
_HEAD_BYTES: Final = 4


def start(task: str, given: str = "", **options: Any) -> subprocess.Popen[bytes] | None:
    """A process that runs `main` of the module `task`, with `given` as its argument; None where
    there can be none. `options` are those of Popen."""
    if os.name != "posix" or not sys.executable:
        return None
    command = (sys.executable, "-I", "-S", "-c", _START.format(task=task), given, *sys.path)
    try:
        return subprocess.Popen(command, **options)  # noqa: S603 - our own interpreter and code
    except OSError:
        return None


@contextmanager
def frames_aside(
    task: str, sources: Sequence[Source], begin: int, *arguments: int
) -> Iterator[Iterator[bytes] | None]:
    """The frames that `main` of the module `task` writes, which is at work from now on.

    `begin`: the offset from which each source is to be read. None where a process is not worth it
    or not possible. The frames end early when the process does, however it ended.
    """
    process = _process(task, sources, begin, arguments)
    if process is None:
        yield None
        return
    frames = _Frames(process)
    try:
        yield iter(frames)
    finally:
        frames.close()


def serve_frames(work: Callable[[Callable[[bytes], None], list[Source], list[int]], None]) -> None:
    """In the process: run `work` with what writes a frame, the sources, and the numbers given:
    `begin` and the further arguments of `frames_aside`."""
    files, *numbers = json.loads(sys.argv[1])
    out = sys.stdout.buffer

    def write(frame: bytes) -> None:
        out.write(len(frame).to_bytes(_HEAD_BYTES, "big"))
        out.write(frame)
        out.flush()

    try:
        work(write, [Source.of_descriptor(*each) for each in files], numbers)
    except BrokenPipeError:
        os._exit(0)


def _process(
    task: str, sources: Sequence[Source], begin: int, arguments: Sequence[int]
) -> subprocess.Popen[bytes] | None:
    if sum(source.size_bytes - begin for source in sources) < LEAST_BYTES:
        return None
    if (os.cpu_count() or 1) < 2:
        return None
    files = [(each.descriptor(), str(each.path), each.size_bytes) for each in sources]
    given: list[Any] = [files, begin, *arguments]
    return start(
        task,
        json.dumps(given),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        pipesize=PIPE_BYTES,
        pass_fds=[number for number, *_ in files],
    )


class _Frames:
    """What the process has told and nobody has asked for yet, read by a thread."""

    def __init__(self, process: subprocess.Popen[bytes]) -> None:
        self._process = process
        self._changed = threading.Condition()
        self._frames: deque[bytes] = deque()
        self._waiting_bytes = 0
        self._ended = False
        self._reader = threading.Thread(target=self._read, name="told aside", daemon=True)
        self._reader.start()

    def __iter__(self) -> Iterator[bytes]:
        while (frame := self._next()) is not None:
            yield frame

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
