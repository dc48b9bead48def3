"""How long the viewer lets a key wait while it indexes, counts, searches, filters and joins.

Run as `python -m tests.bench.viewer_loop [FOLDER] [--scale 1.0]`. The loop's wait is how late a
timer of 1 ms is, with the repaint of each key in it; a key is timed until the screen is repainted.
Idle is the peer. Goals: the loop waits 10 ms at most; a repaint takes under 30 ms in the median and
100 ms at worst.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from textual.pilot import Pilot

from batchtui.config import Profile
from batchtui.models.batch import Batch
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.garbage import keep_collections_short
from batchtui.tui.run import SWITCH_S
from batchtui.tui.viewer.screen import ViewerScreen
from batchtui.tui.viewer.target import BatchResults, LocalFile, Target
from batchtui.workflows.session import Session
from batchtui.workflows.where import Where, parse_where
from tests.bench import data
from tests.bench.engine_measure import MB, folder_for, make

TICK_S = 0.001
KEY_INTERVAL_S = 0.05
IDLE_S = 3.0


class Watch:
    """Notes how late the loop is, and how long each keypress takes to be painted."""

    def __init__(self, pilot: Pilot[Any], screen: ViewerScreen) -> None:
        self.pilot = pilot
        self.screen = screen
        self.waits_ms: list[float] = []
        self.keys_ms: list[float] = []

    async def during(self, name: str, is_over: Callable[[], bool]) -> None:
        begun_s = time.perf_counter()
        self.waits_ms, self.keys_ms = [], []
        stop = asyncio.Event()
        watching = [asyncio.create_task(each(stop)) for each in (self._beat, self._press)]
        await until(is_over)
        took_s = time.perf_counter() - begun_s
        stop.set()
        await asyncio.gather(*watching)
        waits, keys = sorted(self.waits_ms), sorted(self.keys_ms) or [0.0]
        print(
            f"{name:24} {took_s:7.2f} {statistics.median(waits):8.2f}"
            f" {waits[int(len(waits) * 0.99)]:8.2f} {waits[-1]:8.2f}"
            f" {statistics.median(keys):9.1f} {keys[-1]:8.1f} {len(keys):6}"
        )

    async def _beat(self, stop: asyncio.Event) -> None:
        before = time.perf_counter()
        while not stop.is_set():
            await asyncio.sleep(TICK_S)
            now = time.perf_counter()
            self.waits_ms.append((now - before - TICK_S) * 1000)
            before = now

    async def _press(self, stop: asyncio.Event) -> None:
        while not stop.is_set():
            begun_s = time.perf_counter()
            self.screen.pane.action_step(1)
            painted = asyncio.Event()
            self.screen.call_after_refresh(painted.set)
            await painted.wait()
            self.keys_ms.append((time.perf_counter() - begun_s) * 1000)
            await asyncio.sleep(KEY_INTERVAL_S)


async def watch_file(path: Path) -> None:
    app = BatchtuiApp(None, browse_dir=path.parent)
    async with app.run_test(size=(120, 40)) as pilot:
        screen, watch = await opened(app, pilot, LocalFile(path))
        await watch.during("index, count outcomes", lambda: not screen.jobs.active)
        begun_s = time.perf_counter()
        await watch.during("idle", lambda: time.perf_counter() - begun_s > IDLE_S)
        screen.search(Where(text="needle_at_the_end"))
        await watch.during("search, rare", lambda: not screen.jobs.active)
        screen.search(Where(text="invoice"))
        await watch.during("search, frequent", lambda: not screen.jobs.active)
        screen.filter(parse_where("outcome:truncated"))
        await watch.during("filter by outcome", lambda: not screen.jobs.active)


async def watch_batch(folder: Path, lines: int) -> None:
    app = BatchtuiApp(None, browse_dir=folder)
    session = app.connection.session = Session(
        Profile("none", "http://127.0.0.1:9"), downloads=folder / "kept"
    )
    for file_id, name in (("file-in", "in.jsonl"), ("file-out", "out.jsonl")):
        place = session.download_path(file_id)
        place.parent.mkdir(exist_ok=True)
        place.unlink(missing_ok=True)
        place.hardlink_to(folder / name)
    ids = {"input_file_id": "file-in", "output_file_id": "file-out"}
    batch = Batch.model_validate({"id": "batch_1", "status": "completed", **ids})
    async with app.run_test(size=(120, 40)) as pilot:
        screen = ViewerScreen(BatchResults(batch, "batch"))
        await app.push_screen(screen)
        watch = Watch(pilot, screen)
        await watch.during(f"join {lines:,} + {lines:,}", lambda: screen.records is not None)
        screen.action_errors()
        await watch.during("group errors", lambda: not screen.jobs.active)


async def opened(app: BatchtuiApp, pilot: Pilot[Any], target: Target) -> tuple[ViewerScreen, Watch]:
    screen = ViewerScreen(target)
    await app.push_screen(screen)
    await until(lambda: screen.records is not None and screen.records.count > 0)
    keep_collections_short(app)
    return screen, Watch(pilot, screen)


async def until(is_over: Callable[[], bool]) -> None:
    while True:
        if is_over():
            return
        await asyncio.sleep(0.005)


def main() -> None:
    sys.setswitchinterval(SWITCH_S)
    with folder_for(__doc__ or "") as (folder, scale):
        lines = int(100_000 * scale)
        make(folder / "in.jsonl", lambda path: data.write_inputs(path, lines))
        out = make(folder / "out.jsonl", lambda path: data.write_results(path, lines))
        alone = folder / "loop"
        alone.mkdir(exist_ok=True)
        path = make(
            alone / "results.jsonl", lambda path: data.repeat(out, path, int(1000 * MB * scale))
        )
        print(f"{'':24} {'seconds':>7} {'wait ms':>8} {'99%':>8} {'most':>8}", end="")
        print(f" {'repaint':>9} {'most':>8} {'keys':>6}")
        asyncio.run(watch_file(path))
        asyncio.run(watch_batch(folder, lines))
        path.unlink()


if __name__ == "__main__":
    main()
