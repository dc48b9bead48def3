"""The cockpit as it is used: silent when idle, cheap to refresh, quick while the machine is busy.

Run as `python -m tests.bench.cockpit [FOLDER] [GB]`. The real app on a pseudo terminal of 80x24
with 256 colours, with 10,000 batches; a Textual DataTable of as many rows in the same run. Figures:

    idle        bytes a second between refreshes; goal 0
    refresh     10 rows on the screen changed: bytes under 2,500, CPU of the app's own thread, as
                it is counted of the DataTable, under 10 ms; the answer is compared in another
    key         from a key to its first output, while a file of GB (1) gigabytes is indexed again
                and again and the list is refreshed each second: median under 30 ms, worst 100 ms
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
import tempfile
import termios
import time
from pathlib import Path
from statistics import median
from typing import Any

from batchtui.jsonl.index import build
from batchtui.jsonl.source import opened
from batchtui.models.batch import Batch
from batchtui.tui.account import counted
from batchtui.tui.run import SWITCH_S
from batchtui.workflows.background import in_thread
from batchtui.workflows.feed import Refreshed, compared
from tests.bench import table_refresh
from tests.bench.table_refresh import Counted, count_output
from tests.tui.support import CannedApp, make_batch

SIZE = (24, 80)
BATCHES = 10_000
CHANGED = 10
MOVING = 200
ROUNDS = 20
IDLE_S = 5.0
KEYS = 120
KEY_INTERVAL_S = 0.06
PATIENCE_S = 60.0


class Cockpit(CannedApp):
    """Measures itself, then says `keys` and lets itself be typed to."""

    def __init__(self, file: Path) -> None:
        self.list = [
            make_batch(number, "in_progress" if number < MOVING else "completed")
            for number in range(BATCHES)
        ]
        super().__init__(*self.list)
        self.file = file
        self.figures: dict[str, float] = {}

    async def on_mount(self) -> None:
        await super().on_mount()
        self.run_worker(self.measure(), exit_on_error=True)

    async def measure(self) -> None:
        await asyncio.sleep(2.0)
        before = Counted.written
        await asyncio.sleep(IDLE_S)
        self.figures["idle_bytes_s"] = (Counted.written - before) / IDLE_S
        costs, shown, written = [], [], []
        for step in range(1, ROUNDS + 1):
            fresh = self.next_list(step)
            known, found = by_id(self.list), by_id(fresh)
            bytes_before, cpu_before = Counted.written, time.process_time()
            shown_before = time.thread_time()
            await self.answer(known, found)
            await asyncio.sleep(0.2)
            costs.append((time.process_time() - cpu_before) * 1_000)
            shown.append((time.thread_time() - shown_before) * 1_000)
            written.append(Counted.written - bytes_before)
            self.list = fresh
        self.figures["all_cpu_ms"] = median(costs)
        self.figures["refresh_cpu_ms"] = median(shown)
        self.figures["refresh_bytes"] = median(written)
        say("keys")
        indexing = asyncio.create_task(self.index_for_ever())
        step = ROUNDS
        while not self.file.with_suffix(".stop").exists():
            step += 1
            fresh = self.next_list(step)
            await self.answer(by_id(self.list), by_id(fresh))
            self.list = fresh
            await asyncio.sleep(1.0)
        indexing.cancel()
        say(json.dumps(self.figures))
        self.exit()

    def next_list(self, step: int) -> list[Batch]:
        moved = {"total": 100, "completed": step % 100, "failed": step % 7}
        return [
            make_batch(number, "in_progress", request_counts=moved) if number < CHANGED else batch
            for number, batch in enumerate(self.list)
        ]

    async def answer(self, known: dict[str, Batch], found: dict[str, Batch]) -> None:
        """As the app's feed does."""
        answer: Refreshed = await asyncio.to_thread(compared, known, found, False, time.time())
        fresh = await asyncio.to_thread(counted, answer)
        self.announce(self.account.take(fresh), self.account)
        self.account_changed.publish(None)

    async def index_for_ever(self) -> None:
        while True:
            source = await in_thread(opened(self.file))
            try:
                await in_thread(build(source))
            finally:
                source.close()


def by_id(batches: list[Batch]) -> dict[str, Batch]:
    return {batch.id: batch for batch in batches}


def say(line: str) -> None:
    """To the pipe: the app keeps `sys.stdout` for itself."""
    os.write(1, line.encode() + b"\n")


def run_child(file: Path) -> None:
    from textual.drivers import linux_driver

    sys.setswitchinterval(SWITCH_S)
    os.environ["TEXTUAL_FPS"] = "30"
    count_output()
    sized: Any = lambda self: (SIZE[1], SIZE[0])  # noqa: E731 - the terminal is behind the pipe
    linux_driver.LinuxDriver._get_terminal_size = sized  # type: ignore[method-assign]
    Cockpit(file).run()


def typed(master: int, child: subprocess.Popen[bytes]) -> list[float]:
    """Milliseconds from each key to the first output after it."""
    taken = []
    for number in range(KEYS):
        drain(master)
        begun = time.perf_counter()
        os.write(master, b"j" if number % 40 < 20 else b"k")
        if select.select([master], [], [], 2.0)[0]:
            taken.append((time.perf_counter() - begun) * 1_000)
        time.sleep(KEY_INTERVAL_S)
        assert child.poll() is None
    return taken


def drain(master: int) -> bytes:
    output = b""
    while select.select([master], [], [], 0)[0]:
        output += os.read(master, 65_536)
    return output


def measured(file: Path) -> tuple[dict[str, float], list[float]]:
    master, slave = pty.openpty()
    fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", *SIZE, 0, 0))
    environ = {**os.environ, "TERM": "screen-256color"}
    environ.pop("COLORTERM", None)
    command = [sys.executable, "-m", "tests.bench.cockpit", "--child", str(file)]
    child = subprocess.Popen(
        command, stdin=slave, stdout=subprocess.PIPE, stderr=slave, env=environ
    )
    os.close(slave)
    try:
        keys: list[float] = []
        line = line_of(child, master)
        assert line == b"keys\n", line
        keys = typed(master, child)
        file.with_suffix(".stop").touch()
        figures: dict[str, float] = json.loads(line_of(child, master))
        return figures, keys
    finally:
        child.kill()
        child.wait()
        os.close(master)


def line_of(child: subprocess.Popen[bytes], master: int) -> bytes:
    """The next line of its output; what it draws meanwhile is read and forgotten."""
    assert child.stdout is not None
    deadline = time.monotonic() + PATIENCE_S
    output = b""
    while not select.select([child.stdout.fileno()], [], [], 0.05)[0]:
        output += drain(master)
        assert time.monotonic() < deadline, output[-2_000:]
    return child.stdout.readline()


def write_file(path: Path, gigabytes: float) -> None:
    line = json.dumps({"custom_id": "r", "body": {"text": "x" * 1_000}}).encode() + b"\n"
    block = line * 1_000
    with path.open("wb") as file:
        for _ in range(int(gigabytes * 1e9 / len(block))):
            file.write(block)


def main(folder: str | None, gigabytes: float) -> None:
    with tempfile.TemporaryDirectory(prefix="batchtui-bench-", dir=folder) as directory:
        file = Path(directory) / "large.jsonl"
        write_file(file, gigabytes)
        figures, keys = measured(file)
    theirs = table_refresh.measured("theirs", BATCHES, ROUNDS, SIZE)
    print(f"{BATCHES:,} batches at {SIZE[1]}x{SIZE[0]}; a file of {gigabytes:g} GB is indexed")
    print(f"idle       {figures['idle_bytes_s']:.0f} bytes/s")
    bytes_, cpu_ms = figures["refresh_bytes"], figures["refresh_cpu_ms"]
    all_ms = figures["all_cpu_ms"]
    print(f"refresh    {bytes_:,.0f} bytes   {cpu_ms:.1f} ms CPU   {all_ms:.1f} with its threads")
    print(f"DataTable  {theirs['tick_bytes']:,.0f} bytes   {theirs['tick_ms']:.1f} ms CPU")
    print(f"ratio      {bytes_ / theirs['tick_bytes']:.2f} bytes   "
          f"{cpu_ms / theirs['tick_ms']:.2f} CPU")  # fmt: skip
    print(f"key        median {median(keys):.1f} ms   worst {max(keys):.1f} ms   of {len(keys)}")


if __name__ == "__main__":
    if sys.argv[1:2] == ["--child"]:
        run_child(Path(sys.argv[2]))
    else:
        given = sys.argv[1:]
        main(given[0] if given else None, float(given[1]) if len(given) > 1 else 1.0)
