"""The batches screen with 100,000 batches: what each thing one does with them costs.

Run as `python -m tests.bench.many_batches [BATCHES]`. The real screen on an account in memory, on
no terminal; seconds from the act to the repainted screen, and the same with 1,000 batches, so that
what grows with the account is seen. Goal: filled in under 0.5 s, and nothing else as slow.
"""

from __future__ import annotations

import asyncio
import sys
import time
from collections.abc import Callable
from typing import Any

from textual.pilot import Pilot

from batchtui.tui.screens.batches import BatchesScreen
from tests.tui.support import CannedApp, make_batch, until

SMALL = 1_000


async def measured(count: int) -> dict[str, float]:
    batches = [
        make_batch(number, "in_progress" if number % 50 == 0 else "completed")
        for number in range(count)
    ]
    app = CannedApp()
    figures: dict[str, float] = {}
    async with app.run_test(size=(120, 36)) as pilot:
        screen = app.screen
        assert isinstance(screen, BatchesScreen)
        await until(pilot, lambda: app.account.is_loaded)

        async def timed(name: str, act: Callable[[], Any], done: Callable[[], bool]) -> None:
            begun = time.perf_counter()
            act()
            await painted(pilot, done)
            figures[name] = time.perf_counter() - begun

        rows = screen.table.rows
        moved = [make_batch(number, "completed") if number < 10 else batch
                 for number, batch in enumerate(batches)]  # fmt: skip
        await timed("fill", lambda: app.take(*batches), lambda: len(rows) == count)
        await timed("refresh", lambda: app.take(*moved), lambda: rows[0] is moved[0])
        await timed("to the end", screen.table.action_last, lambda: True)
        await timed("page up", lambda: screen.table.action_page(-1), lambda: True)
        await timed("sort", screen.table.action_sort, lambda: True)
        matcher = screen.fields().matcher("status:running age:<30d file-1")
        await timed("filter", lambda: screen.table.filter_rows(matcher), lambda: len(rows) < count)
    return figures


async def painted(pilot: Pilot[Any], done: Callable[[], bool]) -> None:
    await pilot.pause()
    if not done():
        await until(pilot, done)


async def main(count: int) -> None:
    small, large = await measured(SMALL), await measured(count)
    print(f"seconds        {SMALL:>8,} {count:>10,}")
    for name, value in large.items():
        print(f"{name:<14} {small[name]:>8.3f} {value:>10.3f}")


if __name__ == "__main__":
    asyncio.run(main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000))
