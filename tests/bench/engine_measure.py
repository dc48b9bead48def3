"""How the engine's benchmarks measure: each method in a process of its own, rounds in turn.

Not a benchmark itself. A method is a function of this kind: it takes a folder, does the work and
returns what it counted, so that a wrong answer shows.
"""

from __future__ import annotations

import argparse
import contextlib
import multiprocessing
import statistics
import subprocess
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from multiprocessing.connection import Connection
from pathlib import Path

from tests.bench.quiet import wait_for_quiet

MB = 1_000_000
Method = Callable[[Path], object]


@dataclass
class Row:
    """What one method took. `grown_mb`: by how much its process's peak memory grew."""

    name: str
    seconds: list[float] = field(default_factory=list)
    grown_mb: float = 0.0
    counted: object = None

    @property
    def median_s(self) -> float:
        return statistics.median(self.seconds)


def race(folder: Path, methods: Mapping[str, Method], rounds: int = 5) -> list[Row]:
    """Run all methods `rounds` times, in turn; the first is the peer, and its files are warm."""
    rows = [Row(name) for name in methods]
    next(iter(methods.values()))(folder)
    for _ in range(rounds):
        for row, method in zip(rows, methods.values(), strict=True):
            wait_for_quiet()
            seconds, grown_mb, row.counted = _apart(method, folder)
            row.seconds.append(seconds)
            row.grown_mb = max(row.grown_mb, grown_mb)
    return rows


def show(title: str, rows: list[Row]) -> None:
    """Print the table; x is the median of the ratios to the first row, round by round."""
    print(f"\n{title}")
    print(f"{'':34} {'x':>6} {'best s':>8} {'median s':>9} {'grown MB':>9}  counted")
    for row in rows:
        pairs = zip(row.seconds, rows[0].seconds, strict=True)
        ratio = statistics.median(mine / peers for mine, peers in pairs)
        print(
            f"{row.name:34} {ratio:6.2f} {min(row.seconds):8.3f} {row.median_s:9.3f}"
            f" {row.grown_mb:9.1f}  {row.counted}"
        )


def tool(*command: str) -> str:
    """The last line that a command prints; grep's and rg's 1 for no hit is fine."""
    done = subprocess.run(command, stdout=subprocess.PIPE, text=True, check=False)
    return " ".join(done.stdout.split("\n")[-2:]).strip()


@contextlib.contextmanager
def folder_for(description: str) -> Iterator[tuple[Path, float]]:
    """The folder for the data and the scale: `FOLDER` keeps its data, else it is temporary."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("folder", nargs="?", type=Path, help="where the data is kept")
    parser.add_argument("--scale", type=float, default=1.0, help="1.0 is the full size")
    options = parser.parse_args()
    if options.folder is not None:
        options.folder.mkdir(parents=True, exist_ok=True)
        yield options.folder, options.scale
        return
    with tempfile.TemporaryDirectory(prefix="batchtui-bench-") as name:
        yield Path(name), options.scale


def make(path: Path, maker: Callable[[Path], object]) -> Path:
    """`path`, made by `maker` unless it is there."""
    if not path.exists():
        print(f"making {path.name} ...", flush=True)
        maker(path)
    return path


def peak_mb() -> float:
    """The most memory that this process has held so far."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.split("VmHWM:")[1].split()[0]) / 1024


def _apart(method: Method, folder: Path) -> tuple[float, float, object]:
    ours, theirs = multiprocessing.Pipe(duplex=False)
    context = multiprocessing.get_context("spawn")
    process = context.Process(target=_work, args=(theirs, method, folder))
    process.start()
    answer: tuple[float, float, object] = ours.recv()
    process.join()
    return answer


def _work(out: Connection, method: Method, folder: Path) -> None:
    before = peak_mb()
    began = time.perf_counter()
    counted = method(folder)
    out.send((time.perf_counter() - began, peak_mb() - before, counted))
