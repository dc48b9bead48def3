"""A large file over a slow line: what crosses it, and how long one waits, against `less -S`.

Run as `python -m tests.bench.slow_link FILE [KBIT]`. Both programs on a pseudo terminal of 80x24
with 256 colours, whose output is taken at KBIT (128) kilobits a second, as a bad line over SSH
would take it. For each act the bytes it cost, and the seconds from the last key to the last byte.
`keys held` is a key pressed 30 times a second: what was drawn meanwhile must not queue up.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from tests.bench.quiet import wait_for_quiet

SETTLED_S = 1.0
PIECE_S = 0.02
HELD_PER_S = 30.0


@dataclass(frozen=True)
class Act:
    name: str
    key: bytes
    times: int = 1


ACTS = (
    Act("line down", b"j"),
    Act("page down", b" "),
    Act("keys held: line", b"j", 60),
    Act("keys held: page", b" ", 60),
    Act("to the end", b"G"),
    Act("to the start", b"g"),
)


class Line:
    """The terminal at the end of the slow line: takes what it may, and knows when it took it."""

    def __init__(self, descriptor: int, bytes_per_s: float) -> None:
        self._descriptor = descriptor
        self._per_piece = max(int(bytes_per_s * PIECE_S), 1)

    def settle(self) -> tuple[int, float]:
        """The bytes until nothing comes for SETTLED_S, and when the last one came."""
        count, last_s = 0, time.perf_counter()
        while True:
            begun_s = time.perf_counter()
            ready = select.select([self._descriptor], [], [], SETTLED_S)[0]
            if not ready:
                return count, last_s
            try:
                taken = os.read(self._descriptor, self._per_piece)
            except OSError:
                return count, last_s
            count += len(taken)
            pace_s = PIECE_S * len(taken) / self._per_piece
            time.sleep(max(begun_s + pace_s - time.perf_counter(), 0.0))
            last_s = time.perf_counter()

    def press(self, act: Act) -> float:
        """Press its key; returns when the last one was pressed. What comes is taken meanwhile."""
        for number in range(act.times):
            if number:
                self._take_for(1 / HELD_PER_S)
            os.write(self._descriptor, act.key)
        return time.perf_counter()

    def _take_for(self, seconds: float) -> None:
        until = time.perf_counter() + seconds
        while (left_s := until - time.perf_counter()) > 0:
            if select.select([self._descriptor], [], [], left_s)[0]:
                self.taken += len(os.read(self._descriptor, self._per_piece))
                time.sleep(min(PIECE_S, max(until - time.perf_counter(), 0.0)))

    taken = 0


@contextmanager
def running(command: Sequence[str], bytes_per_s: float) -> Iterator[Line]:
    child, descriptor = pty.fork()
    if child == 0:
        os.environ["TERM"] = "screen-256color"
        os.environ["SSH_TTY"] = "/dev/pts/0"
        os.execvp(command[0], [*command])
    fcntl.ioctl(descriptor, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    try:
        yield Line(descriptor, bytes_per_s)
    finally:
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        os.close(descriptor)


def measure(command: Sequence[str], bytes_per_s: float) -> dict[str, tuple[int, float]]:
    figures: dict[str, tuple[int, float]] = {}
    wait_for_quiet()
    begun_s = time.perf_counter()
    with running(command, bytes_per_s) as line:
        count, last_s = line.settle()
        figures["open"] = count, last_s - begun_s
        for act in ACTS:
            line.taken = 0
            pressed_s = line.press(act)
            count, last_s = line.settle()
            figures[act.name] = count + line.taken, last_s - pressed_s
    return figures


def main(path: str, kbit: float) -> None:
    per_s = kbit * 1000 / 8
    programs = {
        "less -S": ("less", "-S", path),
        "less -S -N": ("less", "-S", "-N", path),
        "batchtui view": (sys.executable, "-m", "batchtui", "view", path),
    }
    table = {name: measure(command, per_s) for name, command in programs.items()}
    version = subprocess.run(["less", "--version"], capture_output=True, text=True, check=False)
    print(f"{path} at {kbit:g} kbit/s; {version.stdout.splitlines()[0]}")
    print(f"{'':18}" + "".join(f"{name:>24}" for name in table))
    for act in ("open", *(each.name for each in ACTS)):
        cells = (
            f"{figures[act][0]:>12,} B {figures[act][1]:>7.2f} s" for figures in table.values()
        )
        print(f"{act:18}" + "".join(f"{cell:>24}" for cell in cells))


if __name__ == "__main__":
    main(sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 128.0)
