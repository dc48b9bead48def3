"""Lines tried against an expression by a second process, which can be ended at any moment.

Python holds the interpreter while it matches, which may take hours: a thread that did it here
would stop every other one, and nothing could end it. Owns that process: it is started by the first
question, and ends with `close`, or with us however we end.
"""

from __future__ import annotations

import os
import select
import subprocess
from array import array
from typing import Final

from batchtui.errors import InputError
from batchtui.jsonl.aside import start
from batchtui.jsonl.expression import Expression
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.tried import HEAD_BYTES, LINES, TASK, first_frame

WAIT_S: Final = 0.02
"""How long it may take until a wait is given up."""

READ_BYTES: Final = 64 * 1024


class Trying:
    """One expression that can be compiled. `kind`: what is asked of each line, LINES or SPANS.

    For one thread at a time. Where no process can be started, the lines are tried here.
    """

    def __init__(self, pattern: str, *, ignore_case: bool, kind: bytes = LINES) -> None:
        self._pattern = pattern
        self._ignore_case = ignore_case
        self._kind = kind
        self._process: subprocess.Popen[bytes] | None = None

    def ask(self, data: bytes, progress: Progress) -> Steps[array[int]]:
        """What `tried` tells of the lines in `data`; yields `progress` while it waits.

        To close the generator ends the process. Raises InputError when the process ends twice.
        """
        for _ in range(2):
            if self._process is None and not self._start():
                return self._tried_here(data)
            asked = None
            try:
                asked = yield from self._asked(data, progress)
            finally:
                if asked is None:
                    self.close()
            if asked is not None:
                return asked
        raise InputError(
            "the process that tries the expression was ended", hint="is there enough memory?"
        )

    def close(self) -> None:
        process, self._process = self._process, None
        if process is not None:
            process.kill()
            for pipe in (process.stdin, process.stdout, process.stderr):
                assert pipe is not None
                pipe.close()
            process.wait()

    def _start(self) -> bool:
        """Its stderr is a pipe that we only hold: the process ends when we do."""
        process = start(
            TASK, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE, bufsize=0
        )
        if process is None:
            return False
        for pipe in (process.stdin, process.stdout):
            assert pipe is not None
            os.set_blocking(pipe.fileno(), False)
        self._process = process
        self._unsent = _framed(
            first_frame(self._kind, self._pattern, ignore_case=self._ignore_case)
        )
        return True

    def _asked(self, data: bytes, progress: Progress) -> Steps[array[int] | None]:
        process = self._process
        assert process is not None
        assert process.stdin is not None
        assert process.stdout is not None
        question, self._unsent = self._unsent + _framed(data), b""
        if not (yield from _written(process.stdin.fileno(), question, progress)):
            return None
        number = process.stdout.fileno()
        head = yield from _read(number, HEAD_BYTES, progress)
        told = yield from _read(number, int.from_bytes(head or b"", "big"), progress)
        if head is None or told is None:
            return None
        answer = array("I")
        answer.frombytes(told)
        return answer

    def _tried_here(self, data: bytes) -> array[int]:
        expression = Expression(self._pattern, ignore_case=self._ignore_case)
        return array("I", (expression.matching if self._kind == LINES else expression.places)(data))


def _framed(content: bytes) -> bytes:
    return len(content).to_bytes(HEAD_BYTES, "big") + content


def _written(number: int, data: bytes, progress: Progress) -> Steps[bool]:
    """Whether all of it could be written; False when nobody reads any more."""
    rest = memoryview(data)
    while rest:
        try:
            rest = rest[os.write(number, rest) :]
        except BlockingIOError:
            yield from _ready(number, select.POLLOUT, progress)
        except OSError:
            return False
    return True


def _read(number: int, count: int, progress: Progress) -> Steps[bytes | None]:
    """Just so many bytes; None when they end earlier."""
    pieces = []
    while count:
        try:
            piece = os.read(number, min(count, READ_BYTES))
        except BlockingIOError:
            yield from _ready(number, select.POLLIN, progress)
            continue
        if not piece:
            return None
        pieces.append(piece)
        count -= len(piece)
    return b"".join(pieces)


def _ready(number: int, event: int, progress: Progress) -> Steps[None]:
    """Wait without holding the interpreter."""
    poll = select.poll()
    poll.register(number, event)
    while not poll.poll(WAIT_S * 1000):
        yield progress
