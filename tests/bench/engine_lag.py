"""How long an event loop waits at most while a thread indexes, searches, validates and joins.

    python -m tests.bench.engine_lag [FOLDER] [--scale 1.0]

The peer is the same loop with nothing beside it. The loop sleeps 1 ms again and again; the longest
delay beyond that is what a key would have waited. Shown for CPython's switch interval of 5 ms and
for the app's (`sys.setswitchinterval`): a thread that only computes gives way after that time.
"""

from __future__ import annotations

import asyncio
import statistics
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

from batchtui.jsonl.index import build
from batchtui.jsonl.join import join
from batchtui.jsonl.matchers import matcher
from batchtui.jsonl.progress import run
from batchtui.jsonl.search import find_all
from batchtui.jsonl.source import Source
from batchtui.jsonl.validate import validate
from batchtui.tui.run import SWITCH_S
from tests.bench.data import write_inputs, write_results, write_short
from tests.bench.engine_measure import MB, folder_for, make

SLEEP_S = 0.001


async def waits_ms(work: Callable[[], object]) -> list[float]:
    waits = []
    job = asyncio.create_task(asyncio.to_thread(work))
    while not job.done():
        began = time.perf_counter()
        await asyncio.sleep(SLEEP_S)
        waits.append((time.perf_counter() - began - SLEEP_S) * 1000)
    await job
    return waits


def main() -> None:
    with folder_for(str(__doc__)) as (folder, scale):
        lines = int(50_000 * scale)
        requests = make(folder / "in.jsonl", lambda path: write_inputs(path, lines))
        results = make(folder / "out.jsonl", lambda path: write_results(path, lines))
        size = int(200 * MB * scale)
        short = make(folder / "short_200mb.jsonl", lambda path: write_short(path, size))
        make(folder / "bad.jsonl", lambda path: path.write_bytes(b"x\n{}\n" * int(100_000 * scale)))
        works: dict[str, Callable[[], object]] = {
            "nothing (1 s)": lambda: time.sleep(1),
            "index, 4 kB a line": lambda: on(results, build),
            "index, 200 bytes a line": lambda: on(short, build),
            "search, rare": lambda: search(results, "needle"),
            "search, frequent": lambda: search(results, "customer"),
            "search, expression": lambda: search(results, r"\d\d-\w+x", is_regex=True),
            "search, error.*timeout": lambda: search(results, ".*error.*timeout", is_regex=True),
            "validate": lambda: run(validate(requests)),
            "validate, 200 bytes, all wrong": lambda: run(validate(short)),
            "validate, 1 byte, all wrong": lambda: run(validate(folder / "bad.jsonl")),
            "join": lambda: run(join(requests, [results])).close(),
            "join, 200 bytes a line": lambda: run(join(None, [short])).close(),
        }
        for interval_s in (0.005, SWITCH_S):
            sys.setswitchinterval(interval_s)
            head = f"switch interval {interval_s * 1000:g} ms"
            print(f"\n{head:34} {'median ms':>10} {'99 % ms':>9} {'longest ms':>11}")
            for name, work in works.items():
                waits = sorted(asyncio.run(waits_ms(work)))
                middle, high = statistics.median(waits), waits[int(len(waits) * 0.99)]
                print(f"{name:34} {middle:10.2f} {high:9.2f} {waits[-1]:11.2f}", flush=True)


def search(path: Path, text: str, *, is_regex: bool = False) -> object:
    with closing(matcher(text, is_regex=is_regex)) as wanted:
        return on(path, lambda source: find_all(source, wanted))


def on(path: Path, steps: Callable[[Source], Any]) -> object:
    with Source.open(path) as source:
        return run(steps(source))


if __name__ == "__main__":
    main()
