"""Listing 10,000 batches, page size 100, against the official SDK in the same run.

Run as `python -m tests.bench.client_list [ROUNDS]`. Goal: at most 0.30 of the SDK's time.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import Awaitable, Callable
from importlib.metadata import version
from statistics import median
from time import perf_counter, process_time

from tests.bench.client_servers import PAGE_ITEMS, PAGES, running


async def ours(port: int, pages: int) -> int:
    from batchtui.client import BatchClient

    count = 0
    async with BatchClient(base_url=f"http://127.0.0.1:{port}", api_key="sk-bench") as client:
        async for page in client.batches.list(limit=PAGE_ITEMS).pages():
            count += len(page.data)
            if count >= pages * PAGE_ITEMS:
                break
    return count


async def official(port: int, pages: int) -> int:
    import openai

    count = 0
    url = f"http://127.0.0.1:{port}/v1"
    async with openai.AsyncOpenAI(base_url=url, api_key="sk-bench") as client:
        async for _ in client.batches.list(limit=PAGE_ITEMS):
            count += 1
            if count >= pages * PAGE_ITEMS:
                break
    return count


WORK: dict[str, Callable[[int, int], Awaitable[int]]] = {"batchtui": ours, "openai": official}


def timed(name: str, port: int) -> tuple[float, float]:
    """Wall and CPU seconds in a fresh process, the client's making included, imports not."""
    command = [sys.executable, "-m", "tests.bench.client_list", name, str(port)]
    wall, cpu = subprocess.run(command, check=True, capture_output=True, text=True).stdout.split()
    return float(wall), float(cpu)


def measure(name: str, port: int) -> None:
    """In the fresh process: one page first, since whoever lists has talked to the server before."""
    work = WORK[name]

    async def whole() -> None:
        await work(port, 1)
        wall, cpu = perf_counter(), process_time()
        count = await work(port, PAGES)
        assert count == PAGES * PAGE_ITEMS, count
        print(perf_counter() - wall, process_time() - cpu)

    asyncio.run(whole())


def main(rounds: int) -> None:
    with running("list") as port:
        pairs = [(timed("batchtui", port), timed("openai", port)) for _ in range(rounds)]
    ratios = [mine[0] / theirs[0] for mine, theirs in pairs]
    print(f"openai {version('openai')}; {rounds} paired rounds in fresh processes, median")
    for side, name in enumerate(WORK):
        wall = median(pair[side][0] for pair in pairs)
        cpu = median(pair[side][1] for pair in pairs) * 1000 / PAGES
        print(f"{name:10} {wall:6.3f} s   {cpu:5.2f} ms CPU a page")
    print(f"ratio      {median(ratios):6.2f}   (goal <= 0.30)")


if __name__ == "__main__":
    if sys.argv[2:]:
        measure(sys.argv[1], int(sys.argv[2]))
    else:
        main(int(sys.argv[1]) if sys.argv[1:] else 5)
