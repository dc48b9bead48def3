"""A job of 120,000 requests, killed at ten random moments, against a server with limits.

    python -m tests.bench.job_kill [LINES] [LINES_PER_BATCH] [SEED]

The gateway takes 50,000 lines a batch and so many enqueued tokens that two batches do not fit; one
request in a hundred fails at first and is retried. In the end there must be every answer in input
order, exactly the batches that the job lists, and no request answered twice.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path

from batchtui.workflows.jobs.store import JobStore
from tests.gateway.server_process import ServerProcess
from tests.job_killing import check, run_killed, write_input

KILLS = 10


def main() -> None:
    given = [int(each) for each in sys.argv[1:]]
    lines, per_batch, seed = [*given, *(120_000, 50_000, 1)[len(given) :]]
    with tempfile.TemporaryDirectory(prefix="batchtui-bench-") as directory:
        here = Path(directory)
        path, out = here / "in.jsonl", here / "out.jsonl"
        write_input(path, lines, slow_ms=25)
        tokens = int(per_batch * 33 * 1.6)
        limits = ("--max-lines", str(per_batch), "--max-enqueued-tokens", str(tokens))
        environment = {
            "XDG_STATE_HOME": str(here / "state"),
            "XDG_CACHE_HOME": str(here / "cache"),
            "BATCHTUI_CONFIG": str(here / "none.toml"),
        }
        with ServerProcess(here / "gateway", *limits) as server:
            url = server.first_line.split()[-1]
            own = ("--max-lines-per-batch", str(per_batch)) if per_batch != 50_000 else ()
            figures = run_killed(
                *(url, path, out, *own, "--retries", "2", "--interval", "1"),
                kills=KILLS,
                seed=seed,
                longest_s=max(4.0, lines / 8_000),
                environment=environment,
                say=lambda text: print(text, flush=True),
            )
            check(url, out, lines, JobStore(here / "state" / "batchtui" / "jobs.db"), figures)
    print(
        f"{lines:,} requests, killed {figures.kills} times, done in {figures.seconds:.0f} s:"
        f" {figures.batches} batches ({figures.refused_batches} refused for want of room),"
        f" {figures.attempts} attempts, {figures.answers_paid:,} answers paid, all in order"
    )


if __name__ == "__main__":
    main()
