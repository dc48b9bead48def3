"""How `batchtui run` ends when not all went well, what it says to do then, and `jobs rm`."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from batchtui.gateway.server import Gateway
from batchtui.workflows.jobs.states import JobState
from batchtui.workflows.jobs.store import JobStore

Command = Callable[..., Result]
WriteInput = Callable[..., Path]


@pytest.fixture
def out(tmp_path: Path) -> Path:
    return tmp_path / "out.jsonl"


@pytest.fixture
def half_failing(write_input: WriteInput) -> Path:
    """Four requests; the server refuses the last two."""
    path = write_input(4)
    good, bad = path.read_text().splitlines()[:2], path.read_text().splitlines()[2:]
    bad = [line.replace('"echo"', '"echo", "metadata": {"echo": "fail-400"}') for line in bad]
    path.write_text("\n".join([*good, *bad]) + "\n")
    return path


@pytest.fixture
def stopped_job(command: Command, write_input: WriteInput, out: Path) -> str:
    """A job whose one batch the server refused."""
    path = write_input(1, name="stopped.jsonl")
    path.write_text('{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions"}\n')
    assert command("run", path, "-o", out, "--anyway").exit_code == 3
    (job,) = JobStore().jobs()
    assert job.state is JobState.STOPPED
    return job.id


def test_a_job_that_is_answered_sends_nothing(
    command: Command, write_input: WriteInput, out: Path
) -> None:
    command("run", write_input(), "-o", out)
    again = command("run", write_input(), "-o", out, "--force")
    (job,) = JobStore().jobs()
    assert f"{job.id} is answered already; nothing is sent" in again.stderr
    assert "goes on" not in again.stderr


def test_a_job_that_ended_without_all_answers_says_so(
    command: Command, half_failing: Path, out: Path
) -> None:
    command("run", half_failing, "-o", out)
    again = command("run", half_failing, "-o", out, "--force")
    (job,) = JobStore().jobs()
    assert f"{job.id} has ended already; nothing is sent" in again.stderr
    retried = command("run", half_failing, "-o", out, "--force", "--retries", "1")
    assert f"goes on with {job.id}" in retried.stderr
    assert "nothing is sent" not in retried.stderr


def test_what_is_uploaded_is_named(command: Command, write_input: WriteInput, out: Path) -> None:
    path = write_input()
    told = command("run", path, "-o", out).stderr.splitlines()
    assert told[1].startswith(f"{path} is uploaded as file-")


def test_why_requests_failed_and_what_to_do(
    command: Command, half_failing: Path, out: Path
) -> None:
    ended = command("run", half_failing, "-o", out)
    assert ended.exit_code == 6
    (job,) = JobStore().jobs()
    counts, look, retry = ended.stderr.splitlines()[-3:]
    assert counts == "  2 x invalid_request_error"
    assert look == f"  batchtui view {out} --where outcome=failed"
    assert retry == f"  batchtui jobs retry {job.id}"
    again = command("run", half_failing, "-o", "-")
    assert "batchtui view" not in again.stderr
    assert f"batchtui jobs retry {job.id}" in again.stderr


def test_a_private_job_is_gone_and_cannot_be_retried(
    command: Command, half_failing: Path, out: Path
) -> None:
    ended = command("run", half_failing, "-o", out, "--local")
    assert ended.exit_code == 6
    assert "batchtui view" in ended.stderr
    assert "jobs retry" not in ended.stderr


def test_a_job_that_stops_says_how_to_go_on(stopped_job: str, command: Command) -> None:
    told = command("jobs", "resume", stopped_job).stderr
    assert f"{stopped_job} is stopped; batchtui jobs resume {stopped_job} goes on" in told


def test_jobs_that_have_ended_or_are_stopped_are_removed(
    command: Command, write_input: WriteInput, stopped_job: str, out: Path
) -> None:
    command("run", write_input(), "-o", out)
    done = JobStore().jobs()[0].id
    assert command("jobs", "rm", "job_none").exit_code == 2
    removed = command("jobs", "rm", stopped_job, done)
    assert removed.exit_code == 0, removed.stderr
    assert f"{done} is removed" in removed.stderr
    assert JobStore().jobs() == []
    assert out.exists()


def test_a_job_that_is_under_way_is_not_removed(
    gateway: Gateway, command: Command, write_input: WriteInput, out: Path
) -> None:
    path = write_input(1, model="echo-slow-30000")
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "run", path, "-o", out],
        env={**os.environ, "BATCHTUI_BASE_URL": gateway.base_url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any(line.startswith("created batch_") for line in process.stderr)
        (job,) = JobStore().jobs()
        refused = command("jobs", "rm", job.id)
        process.send_signal(signal.SIGINT)
        process.stderr.read()
    assert refused.exit_code == 2
    assert f"{job.id} is running" in refused.stderr
    assert command("jobs", "rm", job.id).exit_code == 2
    assert [each.id for each in JobStore().jobs()] == [job.id]
