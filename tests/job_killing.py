"""A job that is killed again and again, and what must be true of it in the end.

What the test of the suite and the bench share: `batchtui run` as a process of its own, `kill -9` at
random moments, the same command once more. The gateway has limits of lines and of enqueued tokens;
one request in a hundred fails the first time.
"""

from __future__ import annotations

import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import msgspec

from batchtui.workflows.jobs.records import Job
from batchtui.workflows.jobs.store import JobStore

FAILS_ONCE_EVERY = 100
Say = Callable[[str], None]


@dataclass
class Figures:
    """What happened. `answers_paid`: requests that the server answered, over all batches."""

    kills: int = 0
    runs: int = 0
    seconds: float = 0.0
    kill_places: list[str] = field(default_factory=list)
    batches: int = 0
    refused_batches: int = 0
    answers_paid: int = 0
    attempts: int = 0


def write_input(path: Path, lines: int, *, slow_ms: int = 0, words: int = 6) -> None:
    """`lines` chat requests; every hundredth fails the first time that it is asked."""
    with path.open("wb") as file:
        for number in range(lines):
            body: dict[str, Any] = {
                "model": "echo",
                "messages": [{"role": "user", "content": f"Question {number}. " * words}],
            }
            if number % FAILS_ONCE_EVERY == 7:
                body["metadata"] = {"echo": "once-100"}
            elif slow_ms:
                body["metadata"] = {"echo": f"slow-{slow_ms}"}
            request = {
                "custom_id": f"r-{number}",
                "method": "POST",
                "url": "/v1/chat/completions",
                "body": body,
            }
            file.write(msgspec.json.encode(request) + b"\n")


def run_killed(
    url: str,
    path: Path,
    out: Path,
    *options: str,
    kills: int,
    seed: int,
    longest_s: float,
    environment: Mapping[str, str],
    say: Say = lambda text: None,
) -> Figures:
    """`batchtui run`, killed `kills` times after up to `longest_s` seconds, then to its end."""
    chance = random.Random(seed)
    figures = Figures()
    began = time.monotonic()
    command = [
        *(sys.executable, "-m", "batchtui", "run", str(path), "-o", str(out)),
        *("--base-url", url, *options),
    ]
    while True:
        figures.runs += 1
        with subprocess.Popen(
            command,
            env={**os.environ, **environment},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
        ) as process:
            left_s = chance.uniform(0.0, longest_s) if figures.kills < kills else 600.0
            try:
                _, told = process.communicate(timeout=left_s)
            except subprocess.TimeoutExpired:
                process.kill()
                process.communicate()
                figures.kills += 1
                place = _place(environment)
                figures.kill_places.append(place)
                say(f"kill {figures.kills} after {left_s:.1f} s: {place}")
                continue
        assert process.returncode == 0, told
        figures.seconds = time.monotonic() - began
        return figures


def check(url: str, out: Path, lines: int, store: JobStore, figures: Figures) -> Job:
    """Every answer in input order, and exactly the batches that the job lists at the server."""
    with out.open("rb") as file:
        count = 0
        for count, line in enumerate(file, 1):
            result = msgspec.json.decode(line)
            assert result["custom_id"] == f"r-{count - 1}"
            assert result["response"]["status_code"] == 200, line[:300]
    assert count == lines
    (job,) = store.jobs()
    listed = _batches(url)
    assert sorted(listed) == sorted(each.batch_id for each in store.batches(job.id))
    counts = [batch["request_counts"] for batch in listed.values()]
    figures.batches = len(listed)
    figures.refused_batches = sum(each["status"] == "failed" for each in listed.values())
    figures.answers_paid = sum(each["completed"] for each in counts)
    figures.attempts = job.attempt
    assert figures.answers_paid == lines
    assert job.audit is not None
    assert (job.state, job.audit.ok, job.audit.submitted) == ("done", lines, lines)
    return job


def _batches(url: str) -> dict[str, dict[str, Any]]:
    found: dict[str, dict[str, Any]] = {}
    query: dict[str, Any] = {"limit": 100}
    with httpx.Client(base_url=url, trust_env=False, timeout=60) as client:
        while True:
            page = client.get("/v1/batches", params=query).json()
            found.update((each["id"], each) for each in page["data"])
            if not page["has_more"]:
                return found
            query["after"] = page["last_id"]


def _place(environment: Mapping[str, str]) -> str:
    """Where the job was when it was killed."""
    store = JobStore(Path(environment["XDG_STATE_HOME"]) / "batchtui" / "jobs.db")
    jobs = store.jobs()
    if not jobs:
        return "before the job was made"
    states: dict[str, int] = {}
    for shard in store.shards(jobs[0].id, jobs[0].attempt):
        states[shard.state] = states.get(shard.state, 0) + 1
    return f"{jobs[0].state}, attempt {jobs[0].attempt}: {json.dumps(states)}"
