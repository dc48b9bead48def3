"""The watcher under faults for as long as you like: `python -m tests.bench.soak --minutes 10`."""

from __future__ import annotations

import argparse
import asyncio
import os
import resource
import sys
import tempfile
import threading
import time
from pathlib import Path

from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from tests.soaking import Figures, soak

LINE = (
    '{{"custom_id": "r-{}", "method": "POST", "url": "/v1/chat/completions",'
    ' "body": {{"model": "echo-slow-20", "messages": [{{"role": "user", "content": "hi"}}]}}}}\n'
)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--share", type=float, default=0.3, help="of requests that go wrong")
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory:
        path = Path(directory) / "in.jsonl"
        path.write_text("".join(LINE.format(number) for number in range(40)))
        with Gateway(GatewayOptions(data_dir=Path(directory) / "gateway", port=0)) as gateway:
            started, before = time.monotonic(), _open_files()
            figures = asyncio.run(
                soak(
                    gateway,
                    path,
                    goes_on=lambda _: time.monotonic() - started < given.minutes * 60,
                    share=given.share,
                    seed=given.seed,
                )
            )
            took_s, after = time.monotonic() - started, _open_files()
    _print(figures, took_s)
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"open files before and after  {before} {after}")
    print(f"threads at the end           {threading.active_count()}")
    print(f"peak memory with the gateway {peak_mb:.0f} MB")
    return int(bool(figures.lost) or not figures.is_list_right or figures.tasks_left != 0)


def _print(figures: Figures, took_s: float) -> None:
    print(f"minutes                      {took_s / 60:.1f}")
    print(f"batches created              {figures.batches}")
    print(f"requests through the relay   {figures.requests}")
    print(f"faults                       {figures.faults.total()} {dict(figures.faults)}")
    print(f"lists, moves, troubles       {figures.refreshes} {figures.watched} {figures.troubles}")
    print(f"lost updates                 {len(figures.lost)} {figures.lost[:3]}")
    print(f"the list is right at the end {figures.is_list_right}")
    print(f"tasks left                   {figures.tasks_left}")


def _open_files() -> int:
    return len(os.listdir("/proc/self/fd")) if Path("/proc/self/fd").exists() else 0  # noqa: PTH208


if __name__ == "__main__":
    sys.exit(main())
