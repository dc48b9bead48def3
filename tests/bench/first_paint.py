"""Time to the first frame against an empty Textual app with one list, in the same run.

Run as `python -m tests.bench.first_paint [ROUNDS]`. From the start of a Python process to its first
frame, on no terminal, with no server to connect to. Goal: at most 1.3 of the empty app's.
"""

from __future__ import annotations

import subprocess
import sys
import time
from statistics import median

WATCHED = """
import os

class Watched(App):
    def _display(self, screen, renderable):
        super()._display(screen, renderable)
        lines = screen._compositor.render_strips()
        if {mark!r} in "".join(part.text for line in lines for part in line):
            os._exit(0)

{start}.run(headless=True, size=(80, 24))
"""

EMPTY = """
from textual.app import App as Base
from textual.widgets import OptionList

class App(Base):
    def compose(self):
        yield OptionList("one")
""" + WATCHED.format(mark="one", start="Watched()")

OURS = """
from batchtui.config import Profile
from batchtui.tui.app import BatchtuiApp as App
""" + WATCHED.format(mark="[1 Batches]", start='Watched(Profile("none", "http://127.0.0.1:9"))')


def seconds(code: str) -> float:
    begun = time.perf_counter()
    subprocess.run([sys.executable, "-c", code], check=True)
    return time.perf_counter() - begun


def main(rounds: int) -> None:
    times: dict[str, list[float]] = {"empty": [], "batchtui": []}
    for _ in range(rounds):
        times["empty"].append(seconds(EMPTY))
        times["batchtui"].append(seconds(OURS))
    empty, ours = median(times["empty"]), median(times["batchtui"])
    print(f"first frame, medians of {rounds}")
    print(f"empty {empty:.3f} s   batchtui {ours:.3f} s   ratio {ours / empty:.2f}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 9)
