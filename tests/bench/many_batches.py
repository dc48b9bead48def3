"""The batches screen with 100,000 batches: what each thing one does with them costs.

Run as `python -m tests.bench.many_batches [BATCHES]`. The real screen on an account in memory, on
no terminal; seconds from the act to the repainted screen, and the longest that the loop was held
meanwhile, which is what a key press waits. The same with 1,000 batches, so that what grows with the
account is seen. Goals: filled in under 0.5 s, and the loop never held for much more than 30 ms.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

from textual.pilot import Pilot

from batchtui.models.batch import Batch
from batchtui.tui.account import counted
from batchtui.tui.garbage import keep_collections_short
from batchtui.tui.run import SWITCH_S
from batchtui.tui.screens.batches import BatchesScreen
from batchtui.workflows.feed import Refreshed, compared
from tests.tui.support import CannedApp, make_batch, until

SMALL = 1_000
TICK_S = 0.002


@dataclass
class Held:
    longest_s: float = 0.0


@asynccontextmanager
async def watching_loop() -> AsyncIterator[Held]:
    """How long the loop was held at most while the block ran."""
    held = Held()

    async def tick() -> None:
        while True:
            before = time.perf_counter()
            await asyncio.sleep(TICK_S)
            held.longest_s = max(held.longest_s, time.perf_counter() - before - TICK_S)

    ticking = asyncio.create_task(tick())
    await asyncio.sleep(0)
    try:
        yield held
    finally:
        ticking.cancel()


async def answered(app: CannedApp, before: list[Batch], after: list[Batch]) -> None:
    """As the app's feed does with an answer."""
    answer = await asyncio.to_thread(_answer, before, after)
    fresh = await asyncio.to_thread(counted, answer)
    app.announce(app.account.take(fresh), app.account)
    app.account_changed.publish(None)


def _answer(before: list[Batch], after: list[Batch]) -> Refreshed:
    known, found = ({each.id: each for each in batches} for batches in (before, after))
    return compared(known, found, False, 0.0)


async def measured(count: int) -> dict[str, tuple[float, float]]:
    batches = [
        make_batch(number, "in_progress" if number % 50 == 0 else "completed")
        for number in range(count)
    ]
    app = CannedApp()
    figures: dict[str, tuple[float, float]] = {}
    async with app.run_test(size=(120, 36)) as pilot:
        sys.setswitchinterval(SWITCH_S)
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        await until(pilot, lambda: app.account.is_loaded)
        keep_collections_short(app)

        async def timed(name: str, act: Callable[[], Any], done: Callable[[], bool]) -> None:
            async with watching_loop() as held:
                begun = time.perf_counter()
                acted = act()
                if isinstance(acted, Awaitable):
                    await acted
                await painted(pilot, done)
                figures[name] = time.perf_counter() - begun, held.longest_s

        rows = screen.table.rows
        moved = [make_batch(number, "completed") if number < 10 else batch
                 for number, batch in enumerate(batches)]  # fmt: skip
        await timed("fill", lambda: answered(app, [], batches), lambda: len(rows) == count)
        await timed(
            "refresh",
            lambda: answered(app, batches, moved),
            lambda: rows[0].batch is moved[0],
        )
        await timed("to the end", screen.table.action_last, lambda: True)
        await timed("page up", lambda: screen.table.action_page(-1), lambda: True)
        first = rows[0]
        await timed("sort", screen.table.action_sort, lambda: rows[0] is not first)
        first = rows[0]
        await timed("reverse", screen.table.action_reverse, lambda: rows[0] is not first)
        matcher = screen.fields().matcher("status:running age:<30d file-1")
        await timed("filter", lambda: screen.table.filter_rows(matcher), lambda: len(rows) < count)
    return figures


async def painted(pilot: Pilot[Any], done: Callable[[], bool]) -> None:
    await pilot.pause()
    if not done():
        await until(pilot, done)


async def main(count: int) -> None:
    small, large = await measured(SMALL), await measured(count)
    print(f"{'':14}{SMALL:>16,} batches {count:>16,} batches")
    print(f"{'':14}{'s':>12}{'held ms':>12}{'s':>13}{'held ms':>12}")
    for name, (seconds, held_s) in large.items():
        few_s, few_held_s = small[name]
        print(
            f"{name:<14}{few_s:>12.3f}{few_held_s * 1_000:>12.1f}"
            f"{seconds:>13.3f}{held_s * 1_000:>12.1f}"
        )


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
