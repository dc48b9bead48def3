"""A stopwatch for programs on a terminal: how long until a text is on the screen. Not a benchmark.

The program runs in a tmux of its own; the screen is looked at every few milliseconds, so a figure
below about 20 ms means "at once". Memory is that of the program and its children.
"""

from __future__ import annotations

import contextlib
import itertools
import os
import re
import shlex
import subprocess
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

POLL_S = 0.004
_NUMBERS = itertools.count()


@dataclass(frozen=True)
class Memory:
    """In MB. `anonymous` is what the system can not drop."""

    anonymous: float
    resident: float


class Screen:
    """What is on the terminal of the program that runs on it."""

    def __init__(self, socket: str, begun_s: float) -> None:
        self._socket = socket
        self.begun_s = begun_s

    def press(self, *keys: str) -> float:
        """Press keys by tmux's names; returns when."""
        begun_s = time.perf_counter()
        self._tmux("send-keys", "-t", "x", *keys)
        return begun_s

    def text(self) -> str:
        return self._tmux("capture-pane", "-p", "-t", "x")

    def ms_until(self, pattern: str, since_s: float, limit_s: float = 60.0) -> float | None:
        """Milliseconds from `since_s` until a line of the screen matches; None when none does."""
        wanted = re.compile(pattern, re.MULTILINE)
        while time.perf_counter() < since_s + limit_s:
            if wanted.search(self.text()):
                return (time.perf_counter() - since_s) * 1000
            time.sleep(POLL_S)
        return None

    def memory(self) -> Memory:
        pid = int(self._tmux("display-message", "-p", "-t", "x", "#{pane_pid}"))
        anonymous = resident = 0
        for each in _with_children(pid):
            with contextlib.suppress(OSError, IndexError):
                status = Path(f"/proc/{each}/status").read_text()
                anonymous += int(status.split("RssAnon:")[1].split()[0])
                resident += int(status.split("VmRSS:")[1].split()[0])
        return Memory(anonymous / 1024, resident / 1024)

    def _tmux(self, *command: str) -> str:
        return subprocess.run(
            ["tmux", "-L", self._socket, *command], capture_output=True, text=True, check=False
        ).stdout


@contextlib.contextmanager
def running(command: Sequence[str], size: tuple[int, int] = (120, 40)) -> Iterator[Screen]:
    """`command` on a terminal of `size` columns and rows; it is ended with the block."""
    socket = f"bench{os.getpid()}-{next(_NUMBERS)}"
    width, height = map(str, size)
    environ = {**os.environ, "TERM": "xterm-256color"}
    tmux = ["tmux", "-L", socket, "-f", "/dev/null"]
    warm = [*tmux, "new-session", "-d", "-s", "warm", "-x", width, "-y", height, "sleep 1000"]
    subprocess.run(warm, env=environ, check=True)
    subprocess.run(
        ["tmux", "-L", socket, "set", "-g", "default-terminal", "tmux-256color"], check=True
    )
    try:
        begun_s = time.perf_counter()
        shell = f"exec {shlex.join(command)}"
        subprocess.run(
            [*tmux, "new-session", "-d", "-s", "x", "-x", width, "-y", height, shell], check=True
        )
        yield Screen(socket, begun_s)
    finally:
        subprocess.run(["tmux", "-L", socket, "kill-server"], capture_output=True, check=False)


def _with_children(pid: int) -> list[int]:
    found, waiting = [], [pid]
    while waiting:
        each = waiting.pop()
        found.append(each)
        with contextlib.suppress(OSError):
            for task in Path(f"/proc/{each}/task").iterdir():
                waiting += map(int, (task / "children").read_text().split())
    return found
