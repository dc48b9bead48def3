"""What the gateway adds to asking an upstream: a whole batch against a bare asyncio + httpx loop.

    python -m tests.bench.gateway_overhead [LINES] [ROUNDS]

Both ask the same instant upstream the same lines, 32 at a time. The loop keeps its answers in
memory; the gateway's time runs from creating the batch to `completed`: validation, every result
durable on disk, counts, and the finished file. Goal: at most 1.5 times the loop.
"""

from __future__ import annotations

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

CONCURRENCY = 32
ENDPOINT = "/v1/chat/completions"


def make_input(lines: int) -> bytes:
    return b"".join(
        json.dumps(
            {
                "custom_id": f"request-{number}",
                "method": "POST",
                "url": ENDPOINT,
                "body": {
                    "model": "instant",
                    "messages": [{"role": "user", "content": f"Question {number}. " * 12}],
                },
            }
        ).encode()
        + b"\n"
        for number in range(lines)
    )


@contextmanager
def started(*command: str) -> Iterator[str]:
    """A server process; gives the URL at the end of its first line."""
    with subprocess.Popen(
        [sys.executable, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout is not None
        try:
            yield process.stdout.readline().split()[-1]
        finally:
            process.terminate()


async def bare_loop(data: bytes, upstream: str) -> float:
    started_at = time.perf_counter()
    lines = iter(data.splitlines())
    answers = []
    limits = httpx.Limits(max_connections=CONCURRENCY, max_keepalive_connections=CONCURRENCY)
    async with httpx.AsyncClient(limits=limits, trust_env=False) as client:

        async def ask() -> None:
            for line in lines:
                body = json.loads(line)["body"]
                response = await client.post(f"{upstream}/chat/completions", json=body)
                response.raise_for_status()
                answers.append(response.json())

        await asyncio.gather(*(ask() for _ in range(CONCURRENCY)))
    assert len(answers) == data.count(b"\n")
    return time.perf_counter() - started_at


def one_batch(data: bytes, gateway: str) -> float:
    with httpx.Client(base_url=gateway, trust_env=False, timeout=60) as client:
        files = {"file": ("in.jsonl", data)}
        uploaded = client.post("/v1/files", data={"purpose": "batch"}, files=files).json()
        create = {"input_file_id": uploaded["id"], "endpoint": ENDPOINT, "completion_window": "24h"}
        started_at = time.perf_counter()
        batch = client.post("/v1/batches", json=create).json()
        while batch["status"] != "completed":
            time.sleep(0.1)
            batch = client.get(f"/v1/batches/{batch['id']}").json()
            assert batch["status"] not in ("failed", "expired"), batch
        took_s = time.perf_counter() - started_at
        assert batch["request_counts"]["completed"] == data.count(b"\n"), batch
        return took_s


def main() -> None:
    lines = int(sys.argv[1]) if len(sys.argv) > 1 else 10_000
    rounds = int(sys.argv[2]) if len(sys.argv) > 2 else 3
    data = make_input(lines)
    ratios = []
    with (
        tempfile.TemporaryDirectory() as directory,
        started("-m", "tests.bench.instant_upstream") as upstream,
        started(
            *("-m", "batchtui", "serve", "--port", "0", "--data-dir", str(Path(directory) / "g")),
            *("--upstream", upstream, "--concurrency", str(CONCURRENCY)),
        ) as gateway,
    ):
        print(f"{lines:,} lines, {CONCURRENCY} at a time\nloop s  gateway s  ratio")
        for _ in range(rounds):
            loop_s = asyncio.run(bare_loop(data, upstream))
            gateway_s = one_batch(data, gateway)
            ratios.append(gateway_s / loop_s)
            print(f"{loop_s:6.2f} {gateway_s:10.2f} {ratios[-1]:6.2f}")
    print(f"median ratio {statistics.median(ratios):.2f} (goal: at most 1.5)")


if __name__ == "__main__":
    main()
