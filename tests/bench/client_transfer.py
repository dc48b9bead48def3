"""Upload and download of 200 MB on loopback against curl in the same run.

Run as `python -m tests.bench.client_transfer [ROUNDS [MB]]`. Goals: at most 2.5 of curl's time up
and 1.5 down, the event loop never waiting 20 ms, less than 32 MB more memory. Both keep what they
download on disk; ours also waits until it is there (fsync), so curl is shown with a sync besides.
"""

from __future__ import annotations

import asyncio
import os
import resource
import subprocess
import sys
import tempfile
from contextlib import aclosing
from pathlib import Path
from statistics import median
from time import perf_counter, sleep

from tests.bench.client_servers import running


async def lag(stop: asyncio.Event) -> float:
    """The longest that the loop made a 1 ms sleeper wait, in milliseconds."""
    worst = 0.0
    while not stop.is_set():
        start = perf_counter()
        await asyncio.sleep(0.001)
        worst = max(worst, perf_counter() - start - 0.001)
    return worst * 1000


async def transfer(direction: str, port: int, path: Path) -> None:
    """In a fresh process: seconds, worst loop lag in ms, more memory in MB."""
    from batchtui.client import BatchClient

    async with BatchClient(base_url=f"http://127.0.0.1:{port}", api_key="sk-bench") as client:
        small = path.with_suffix(".small")
        small.write_bytes(b"{}\n")
        if direction == "up":  # the first call imports the HTTP library
            await client.files.create(file=small)
        else:
            async with aclosing(client.files.stream("file-1")) as pieces:
                await anext(pieces)
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        stop = asyncio.Event()
        watching = asyncio.create_task(lag(stop))
        start = perf_counter()
        if direction == "up":
            await client.files.create(file=path, on_progress=lambda *_: None)
        else:
            await client.files.content("file-1", to=path, on_progress=lambda *_: None)
        took = perf_counter() - start
        stop.set()
        after = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        print(took, await watching, (after - before) / 1024)


def ours(direction: str, port: int, path: Path) -> list[float]:
    command = [sys.executable, "-m", "tests.bench.client_transfer", direction, str(port), str(path)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    return [float(word) for word in done.stdout.split()]


def curl(*arguments: str) -> float:
    start = perf_counter()
    subprocess.run(["curl", "-sf", *arguments], check=True, stdout=subprocess.DEVNULL)
    return perf_counter() - start


def synced(path: Path) -> float:
    start = perf_counter()
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return perf_counter() - start


def main(rounds: int, size_mb: int) -> None:
    with tempfile.TemporaryDirectory() as name:
        source, target = Path(name, "in.jsonl"), Path(name, "out.jsonl")
        with source.open("wb") as file:
            for _ in range(size_mb):
                file.write(os.urandom(1 << 20))
        up, down = [], []
        with running("sink") as port:
            url = f"http://127.0.0.1:{port}/v1/files"
            for _ in range(rounds):
                up.append(
                    [
                        *ours("up", port, source),
                        curl("-F", "purpose=batch", "-F", f"file=@{source}", url),
                    ]
                )
        with running("source", str(source)) as port:
            url = f"http://127.0.0.1:{port}/v1/files/file-1/content"
            for _ in range(rounds):
                target.unlink(missing_ok=True)
                mine = ours("down", port, target)
                assert target.stat().st_size == size_mb << 20
                target.unlink()
                sleep(0.2)
                theirs = curl("-o", str(target), url)
                down.append([*mine, theirs, theirs + synced(target)])
    print(
        f"{size_mb} MB, {rounds} paired rounds, median; lag: the worst of a run; memory: the worst"
    )
    for label, rows, goal in (("up", up, 2.5), ("down", down, 1.5)):
        took = median(row[0] for row in rows)
        ratio = median(row[0] / row[3] for row in rows)
        line = f"{label:5} {took:6.3f} s  curl {median(row[3] for row in rows):6.3f} s"
        line += f"  ratio {ratio:5.2f} (goal <= {goal})"
        line += (
            f"  lag {median(row[1] for row in rows):5.1f} ms  +{max(row[2] for row in rows):.1f} MB"
        )
        if label == "down":
            line += f"  against curl and sync {median(row[0] / row[4] for row in rows):5.2f}"
        print(line)


if __name__ == "__main__":
    if sys.argv[1:] and sys.argv[1] in ("up", "down"):
        asyncio.run(transfer(sys.argv[1], int(sys.argv[2]), Path(sys.argv[3])))
    else:
        given = [int(word) for word in sys.argv[1:]]
        main(given[0] if given else 5, given[1] if given[1:] else 200)
