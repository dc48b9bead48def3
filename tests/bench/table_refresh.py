"""The batch list against Textual's DataTable: fill, refresh of 10 rows, scroll, in one run.

Run as `python -m tests.bench.table_refresh [ROWS] [ROUNDS]`. Both have the same columns, header,
styling and size, on a pseudo terminal of 120x40 with 256 colours that is read and counted. Goals:
a refresh of 10 rows that are on the screen costs at most 0.25 of DataTable's bytes and 0.15 of
its CPU; 100,000 rows are filled in within 0.5 s.
"""

from __future__ import annotations

import asyncio
import fcntl
import json
import os
import pty
import select
import struct
import subprocess
import sys
import termios
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, replace
from statistics import median
from typing import Any

from textual.app import App, ComposeResult
from textual.widgets import DataTable

from batchtui.tui.theme import DEFAULTS, TERMINAL
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.table import RecordTable

WIDTHS = (12, 24, 14, 21, 6, 4, 5)
TITLES = ("STATUS", "INPUT", "MODEL", "PROGRESS", "FAILED", "AGE", "LEFT")
CHANGED = 10
SCROLLS = 20
SIZE = (40, 120)
"""Rows and columns of the terminal."""


@dataclass(frozen=True)
class Row:
    key: str
    cells: tuple[str, ...]


def make_rows(count: int) -> list[Row]:
    return [Row(f"batch_{number}", cells_of(number, 0)) for number in range(count)]


def cells_of(number: int, step: int) -> tuple[str, ...]:
    done = (number * 37 + step * 113) % 10_000
    progress = f"{'█' * (done // 1_000):░<10} {done}/10k"
    return (
        "running",
        f"reviews-{number}.jsonl",
        "gpt-4o-mini",
        progress,
        str(step % 7),
        "41m",
        "2m",
    )


class Bench(App[None]):
    """Fills the table, then changes rows and scrolls; every step is repainted before the next."""

    def __init__(self, count: int, rounds: int) -> None:
        super().__init__()
        self.register_theme(TERMINAL)
        self.theme = TERMINAL.name
        self.animation_level = "none"
        self.rows = make_rows(count)
        self.rounds = rounds
        self.figures: dict[str, float] = {}

    def get_theme_variable_defaults(self) -> dict[str, str]:
        return DEFAULTS

    async def on_mount(self) -> None:
        self.run_worker(self.measure(), exclusive=True)

    async def measure(self) -> None:
        await self.painted()
        begun = time.perf_counter()
        self.fill()
        await self.painted()
        self.figures["fill_s"] = time.perf_counter() - begun
        self.figures["tick_ms"], self.figures["tick_bytes"] = await self.rounds_of(self.tick)
        self.figures["scroll_ms"], self.figures["scroll_bytes"] = await self.rounds_of(self.scroll)
        self.exit()

    async def rounds_of(self, step: Callable[[int], None]) -> tuple[float, float]:
        costs, written = [], []
        for number in range(1, self.rounds + 1):
            bytes_before, cpu_before = Counted.written, time.thread_time()
            step(number)
            await self.painted()
            costs.append((time.thread_time() - cpu_before) * 1_000)
            written.append(Counted.written - bytes_before)
        return median(costs), median(written)

    async def painted(self) -> None:
        """Until the screen has drawn all that is dirty."""
        for _ in range(3):
            done = asyncio.Event()
            self.screen.call_after_refresh(done.set)
            self.screen.refresh(repaint=False)
            await done.wait()
        await asyncio.sleep(0.05)

    def changed_rows(self, step: int) -> list[int]:
        return [number * 3 for number in range(CHANGED)]

    def fill(self) -> None: ...

    def tick(self, step: int) -> None: ...

    def scroll(self, step: int) -> None: ...


class Ours(Bench):
    def compose(self) -> ComposeResult:
        columns: list[Column[Row]] = [
            Column(title, title, width, cell(place), right=place > 3)
            for place, (title, width) in enumerate(zip(TITLES, WIDTHS, strict=True))
        ]
        self.table: RecordTable[Row] = RecordTable(columns, lambda row: row.key)
        yield self.table

    def fill(self) -> None:
        self.table.set_rows(self.rows)

    def tick(self, step: int) -> None:
        rows = list(self.rows)
        for number in self.changed_rows(step):
            rows[number] = replace(rows[number], cells=cells_of(number, step))
        self.rows = rows
        self.table.set_rows(rows)

    def scroll(self, step: int) -> None:
        self.table.action_page(1)


def cell(place: int) -> Callable[[Row], str]:
    return lambda row: row.cells[place]


class Theirs(Bench):
    def compose(self) -> ComposeResult:
        self.table: DataTable[str] = DataTable(cursor_type="row", zebra_stripes=False)
        yield self.table

    def fill(self) -> None:
        for title, width in zip(TITLES, WIDTHS, strict=True):
            self.table.add_column(title, width=width, key=title)
        for row in self.rows:
            self.table.add_row(*row.cells, key=row.key, height=1)

    def tick(self, step: int) -> None:
        for number in self.changed_rows(step):
            for title, text in zip(TITLES, cells_of(number, step), strict=True):
                if self.table.get_cell(f"batch_{number}", title) != text:
                    self.table.update_cell(f"batch_{number}", title, text, update_width=False)

    def scroll(self, step: int) -> None:
        self.table.action_page_down()


class Counted:
    """Bytes that the app has written to its terminal so far."""

    written = 0


def count_output() -> None:
    """Put a pipe between the app and its terminal, and count what goes through."""
    terminal = os.dup(2)
    read_end, write_end = os.pipe()
    os.dup2(write_end, 2)

    def pump() -> None:
        while data := os.read(read_end, 65_536):
            Counted.written += len(data)
            os.write(terminal, data)

    threading.Thread(target=pump, daemon=True).start()


def run_one(name: str, rows: int, rounds: int, size: tuple[int, int]) -> None:
    """In the child: run the app on its terminal, and print the figures to stdout."""
    from textual.drivers import linux_driver

    count_output()
    sized: Any = lambda self: (size[1], size[0])  # noqa: E731 - the terminal is behind the pipe
    linux_driver.LinuxDriver._get_terminal_size = sized  # type: ignore[method-assign]
    app = {"ours": Ours, "theirs": Theirs}[name](rows, rounds)
    app.run()
    sys.stdout.write(json.dumps(app.figures))
    sys.stdout.flush()


def measured(name: str, rows: int, rounds: int, size: tuple[int, int] = SIZE) -> dict[str, float]:
    """Run `name` in a process of its own on a pseudo terminal."""
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *size, 0, 0))
    environ = {**os.environ, "TERM": "screen-256color"}
    environ.pop("COLORTERM", None)
    command = [
        sys.executable,
        "-m",
        "tests.bench.table_refresh",
        f"--{name}",
        str(rows),
        str(rounds),
        *map(str, size),
    ]
    with subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=slave, env=environ
    ) as child:
        os.close(slave)
        while child.poll() is None:
            if select.select([master], [], [], 0.1)[0]:
                try:
                    os.read(master, 65_536)
                except OSError:
                    break
        assert child.stdout is not None
        figures: dict[str, float] = json.loads(child.stdout.read())
    os.close(master)
    return figures


def main(rows: int, rounds: int) -> None:
    ours, theirs = measured("ours", rows, rounds), measured("theirs", rows, rounds)
    print(f"{rows:,} rows, medians of {rounds}\n{'':14}{'ours':>10}{'DataTable':>11}{'ratio':>8}")
    for figure, value in ours.items():
        other = theirs[figure]
        ratio = value / other if other else float("nan")
        print(f"{figure:14}{value:>10.2f}{other:>11.2f}{ratio:>8.2f}")


if __name__ == "__main__":
    if sys.argv[1:2] and sys.argv[1].startswith("--"):
        count, times, high, wide = map(int, sys.argv[2:6])
        run_one(sys.argv[1][2:], count, times, (high, wide))
    else:
        main(*(int(each) for each in (sys.argv[1:] + ["10000", "20"][len(sys.argv) - 1 :])))
