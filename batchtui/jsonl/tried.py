"""In the second process: lines are tried against an expression, question by question.

Owns what the two say to each other. A frame is its size, 4 bytes, and its content. The first one
is LINES or SPANS and the expression; each further one has lines, of which the answer tells, as
4-byte numbers of this machine, which match, or the place of each match: line, start and end in
characters. The process starts whenever a search does, so this module imports little.
"""

from __future__ import annotations

import _thread
import os
import signal
import sys
from array import array
from typing import Final

from batchtui.jsonl.expression import Expression

TASK: Final = "tried"

HEAD_BYTES: Final = 4
LINES: Final = b"l"
SPANS: Final = b"s"
IGNORE_CASE: Final = b"i"
"""Behind the first byte, where upper and lower case are the same."""
_OTHER: Final = b"-"

_STDERR: Final = 2
_MORE_THAN_A_PIPE_HOLDS: Final = 1024 * 1024 + 1


def first_frame(kind: bytes, pattern: str, *, ignore_case: bool) -> bytes:
    return (
        kind + (IGNORE_CASE if ignore_case else _OTHER) + pattern.encode("utf-8", "surrogatepass")
    )


def main() -> None:
    _end_with_the_other_end()
    first = _frame()
    if first is None:
        return
    pattern = first[2:].decode("utf-8", "surrogatepass")
    expression = Expression(pattern, ignore_case=first[1:2] == IGNORE_CASE)
    answer = expression.matching if first[:1] == LINES else expression.places
    while (data := _frame()) is not None:
        told = array("I", answer(data)).tobytes()
        sys.stdout.buffer.write(len(told).to_bytes(HEAD_BYTES, "big") + told)
        sys.stdout.buffer.flush()


def _end_with_the_other_end() -> None:
    """End at once when nobody reads our stderr any more, whatever an expression is doing.

    It holds the interpreter, so no Python can look. But a thread that waits to write into a full
    pipe gets SIGPIPE from the system when the other end is closed, however that happened.
    """
    sys.stderr = None
    signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # ctrl+c is for the other process

    begun = _thread.allocate_lock()
    begun.acquire()
    zeros = bytes(_MORE_THAN_A_PIPE_HOLDS)

    def fill() -> None:
        begun.release()
        os.write(_STDERR, zeros)  # the other thread goes on when this one waits

    _thread.start_new_thread(fill, ())
    begun.acquire()


def _frame() -> bytes | None:
    pipe = sys.stdin.buffer
    head = pipe.read(HEAD_BYTES)
    if len(head) < HEAD_BYTES:
        return None
    size = int.from_bytes(head, "big")
    data = pipe.read(size)
    return data if len(data) == size else None
