"""A job against a server with limits, killed at ten random moments: all answers, nothing twice."""

from __future__ import annotations

import os
from pathlib import Path

from batchtui.workflows.jobs.store import JobStore
from tests.gateway.server_process import ServerProcess
from tests.job_killing import check, run_killed, write_input

LINES = 6_000
LINES_PER_BATCH = 500
ENQUEUED_TOKENS = 25_000
"""Room for two batches at a time."""
KILLS = 10


def test_killed_ten_times_it_ends_with_every_answer_in_order(tmp_path: Path) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    write_input(path, LINES, slow_ms=40)
    limits = ("--max-lines", str(LINES_PER_BATCH), "--max-enqueued-tokens", str(ENQUEUED_TOKENS))
    with ServerProcess(tmp_path / "gateway", *limits) as server:
        url = server.first_line.split()[-1]
        options = ("--max-lines-per-batch", str(LINES_PER_BATCH), "--retries", "2")
        figures = run_killed(
            *(url, path, out, *options, "--interval", "0.3"),
            kills=KILLS,
            seed=20261123,
            longest_s=2.2,
            environment={"XDG_STATE_HOME": os.environ["XDG_STATE_HOME"]},
        )
        job = check(url, out, LINES, JobStore(), figures)

    assert figures.kills == KILLS, figures
    assert job.attempt == 2
    assert job.audit is not None
    assert job.audit.superseded == LINES // 100
    assert (job.audit.duplicate, job.audit.unknown, job.audit.unreadable) == (0, 0, 0)
