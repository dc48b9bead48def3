"""Time to the first frame against an empty Textual app with one list, in the same run.

Run as `python -m tests.bench.first_paint [ROUNDS]`. From the start of a Python process, on a pseudo
terminal of 80x24 and with a server that does not answer, to

    frame    the top of the frame on the terminal: what a person waits for to see something
    app      the app's own first whole frame: from then on keys do something

Both run from compiled modules, as installed packages do. Goal: at most 1.3 of the empty app's.
"""

from __future__ import annotations

import fcntl
import os
import pty
import select
import struct
import subprocess
import sys
import tempfile
import termios
import time
from statistics import median

EMPTY = """
from textual.app import App
from textual.widgets import OptionList

class Empty(App):
    def compose(self):
        yield OptionList("one-and-only")

Empty().run()
"""
OURS = """
from batchtui.config import Profile
from batchtui.tui.run import run_app

run_app(Profile("none", "http://127.0.0.1:9"), remember=False)
"""
MARKS = {
    "empty": (EMPTY, b"one-and-only"),
    "frame": (OURS, b"[1 Batches]"),
    "app": (OURS, b" help"),
}
PATIENCE_S = 30.0


def seconds(code: str, mark: bytes, environ: dict[str, str]) -> float:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
    begun = time.perf_counter()
    command = [sys.executable, "-c", code]
    child = subprocess.Popen(command, stdin=slave, stdout=slave, stderr=slave, env=environ)
    os.close(slave)
    try:
        output = b""
        while mark not in output:
            left_s = begun + PATIENCE_S - time.perf_counter()
            assert left_s > 0, output
            assert select.select([master], [], [], left_s)[0], output
            output += os.read(master, 65_536)
        return time.perf_counter() - begun
    finally:
        child.kill()
        child.wait()
        os.close(master)


def main(rounds: int) -> None:
    times: dict[str, list[float]] = {name: [] for name in MARKS}
    with tempfile.TemporaryDirectory(prefix="batchtui-bench-") as compiled:
        environ = {**os.environ, "PYTHONPYCACHEPREFIX": compiled, "TERM": "screen-256color"}
        environ.pop("PYTHONDONTWRITEBYTECODE", None)
        for number in range(rounds + 1):
            for name, (code, mark) in MARKS.items():
                taken_s = seconds(code, mark, environ)
                if number:
                    times[name].append(taken_s)
    empty_s = median(times["empty"])
    print(f"seconds to the first frame, medians of {rounds}")
    for name, taken in times.items():
        print(f"{name:<8}{median(taken):>8.3f}   ratio {median(taken) / empty_s:>5.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
