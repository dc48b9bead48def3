"""Opening a large file: the first records, the last line, memory; against other viewers.

Run as `python -m tests.bench.viewer_first_screen [FOLDER] [--scale 1.0]`. Data is 1 GB of results
at 4 kB a line and, at full scale, 5 GB. Peers that are not installed are left out. Goals: the first
records in 1.3 of a minimal Textual app's first frame, the last line numbered in 0.05 of `less -N`,
under 60 MB of anonymous memory, the same at 5 GB. The key that goes there is pressed as soon as the
first records are on the screen, of batchtui also as soon as its own frame is.
"""

from __future__ import annotations

import shutil
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.bench import data
from tests.bench.engine_measure import MB, folder_for, make
from tests.bench.viewer_terminal import Memory, running

ROUNDS = 5
GB = 1000 * MB
MINIMAL = """
from textual.app import App
from textual.widgets import Static

class Minimal(App):
    def compose(self):
        yield Static("READY")

Minimal().run()
"""
LAST = "needle_at_the_end"
UP = "batchtui, once it takes keys"


@dataclass(frozen=True)
class Viewer:
    """`first` and `last` match the screen when the first, or the last, line is on it.

    `to_the_end`: the keys that go there; none for one that begins at the end.
    """

    name: str
    command: Sequence[str]
    first: str
    to_the_end: Sequence[str] = ()
    last: str = LAST


@dataclass
class Figures:
    first_ms: list[float]
    last_ms: list[float]
    memory: Memory | None = None


def viewers(path: Path, lines: int) -> list[Viewer]:
    numbered = rf"{lines:,} of {lines:,}|^[ ▌>]*{lines} .*{LAST}"
    peers = [
        Viewer("less -S", ("less", "-S", str(path)), "custom_id", ("G",)),
        Viewer("less -S -N", ("less", "-S", "-N", str(path)), "custom_id", ("G",)),
        Viewer("lnav (begins at the end)", ("lnav", str(path)), LAST),
        Viewer("toolong (begins at the end)", ("tl", str(path)), LAST),
        Viewer("jsonl-viewer", ("jlv", str(path)), "custom_id", ("End",)),
    ]
    ours = (sys.executable, "-m", "batchtui", str(path))
    return [
        Viewer("minimal Textual app", (sys.executable, "-c", MINIMAL), "READY"),
        Viewer("batchtui", ours, r"request-\d{8}", ("G",), numbered),
        Viewer(UP, ours, r"help *$", ("G",), numbered),
        *(each for each in peers if shutil.which(each.command[0])),
    ]


def measure(viewer: Viewer, figures: Figures) -> None:
    with running(viewer.command) as screen:
        first_ms = screen.ms_until(viewer.first, screen.begun_s)
        if first_ms is not None:
            figures.first_ms.append(first_ms)
        if viewer.to_the_end:
            pressed_s = screen.press(*viewer.to_the_end)
            last_ms = screen.ms_until(viewer.last, pressed_s)
            if last_ms is not None:
                figures.last_ms.append(last_ms)
        figures.memory = screen.memory()


def table(path: Path, rounds: int) -> None:
    with path.open("rb") as file:
        lines = sum(chunk.count(b"\n") for chunk in iter(lambda: file.read(1 << 20), b""))
    shown = viewers(path, lines)
    figures = {viewer.name: Figures([], []) for viewer in shown}
    for _ in range(rounds):
        for viewer in shown:
            measure(viewer, figures[viewer.name])
    print(f"\n{path.name}: {path.stat().st_size / GB:.1f} GB, {lines:,} lines, {rounds} rounds")
    print(f"{'':30} {'first ms':>9} {'x':>6} {'last ms':>9} {'anon MB':>8} {'RSS MB':>7}")
    base = statistics.median(figures[shown[0].name].first_ms)
    for name, each in figures.items():
        first = statistics.median(each.first_ms) if each.first_ms else None
        last = statistics.median(each.last_ms) if each.last_ms else None
        memory = each.memory or Memory(0, 0)
        print(
            f"{name:30} {_number(first):>9} {_ratio(first, base):>6} {_number(last):>9}"
            f" {memory.anonymous:8.0f} {memory.resident:7.0f}"
        )
    theirs = figures["less -S -N"].last_ms if "less -S -N" in figures else []
    for name in ("batchtui", UP):
        if theirs and (ours := figures[name].last_ms):
            ratio = statistics.median(ours) / statistics.median(theirs)
            print(f"{name}: last line, numbered, in {ratio:.3f} of less -N")


def _number(value: float | None) -> str:
    return "-" if value is None else f"{value:.0f}"


def _ratio(value: float | None, base: float) -> str:
    return "-" if value is None else f"{value / base:.2f}"


def main() -> None:
    with folder_for(__doc__ or "") as (folder, scale):
        part = make(folder / "results.jsonl", lambda path: data.write_results(path, 20_000))
        for size_gb in (1, 5):
            if size_gb > 1 and scale < 1:
                continue
            size_bytes = int(size_gb * scale * GB)
            alone = folder / f"view_{size_gb}"
            alone.mkdir(exist_ok=True)
            path = make(
                alone / f"results_{size_gb}g.jsonl",
                lambda path, size_bytes=size_bytes: data.repeat(part, path, size_bytes),  # type: ignore[misc]
            )
            table(path, ROUNDS if size_gb == 1 else 3)
            path.unlink()


if __name__ == "__main__":
    main()
