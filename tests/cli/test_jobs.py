"""`batchtui run` and `batchtui jobs` as scripts use them."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

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


def write(path: Path, count: int, *, echo: dict[int, str] | None = None) -> Path:
    """`count` chat requests; `echo`: the trouble that some ask for, by number."""
    with path.open("w") as file:
        for number in range(count):
            body: dict[str, Any] = {
                "model": "echo",
                "messages": [{"role": "user", "content": f"Question {number}"}],
            }
            if echo and number in echo:
                body["metadata"] = {"echo": echo[number]}
            line = {"custom_id": f"r-{number}", "method": "POST", "url": "/v1/chat/completions"}
            file.write(json.dumps({**line, "body": body}) + "\n")
    return path


def ids(path: Path) -> list[str]:
    return [json.loads(line)["custom_id"] for line in path.read_text().splitlines()]


def document(result: Result) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(result.stdout)
    return found


def test_a_file_becomes_several_batches_and_one_result(
    command: Command, write_input: WriteInput, out: Path
) -> None:
    done = command("run", write_input(25), "-o", out, "--max-lines-per-batch", "10", "--json")
    assert done.exit_code == 0, done.stderr
    assert ids(out) == [f"r-{number}" for number in range(25)]
    assert "25 requests in 3 batches" in done.stderr
    assert "(shard 3 of 3)" in done.stderr
    told = document(done)
    assert (told["submitted"], told["ok"], told["state"], told["attempts"]) == (25, 25, "done", 1)
    assert len(told["batch_ids"]) == 3
    assert told["batch_id"] is None
    assert told["outcomes"] == {"ok": 25}


def test_one_batch_is_told_as_ever(command: Command, write_input: WriteInput, out: Path) -> None:
    done = command("run", write_input(), "-o", out, "--json")
    assert done.exit_code == 0, done.stderr
    lines = done.stderr.splitlines()
    assert lines[0].endswith("in.jsonl: ok, 3 requests, 453 B") or "ok, 3 requests" in lines[0]
    assert "in.jsonl is uploaded as file-" in lines[1]
    assert lines[2].startswith("created batch_")
    assert lines[3] == f"{lines[2].split()[-1]}  done  3 of 3"
    assert lines[-1] == "3 requests, 3 ok"
    assert document(done)["batch_id"] == lines[2].split()[-1]


def test_run_again_pays_for_nothing(command: Command, write_input: WriteInput, out: Path) -> None:
    first = command("run", write_input(), "-o", out, "--json")
    assert command("run", write_input(), "-o", out).exit_code == 2
    again = command("run", write_input(), "-o", out, "--force", "--json")
    assert again.exit_code == 0, again.stderr
    assert "is answered already; nothing is sent" in again.stderr
    assert document(again) == document(first)
    copy = command("run", write_input(), "-o", "-")
    assert copy.stdout == out.read_text()
    assert len(command("batches", "ls").stdout.splitlines()) == 1
    paid = command("run", write_input(), "-o", out, "--force", "--again", "--json")
    assert document(paid)["job_id"] != document(first)["job_id"]
    assert len(command("batches", "ls").stdout.splitlines()) == 2


def test_run_goes_on_with_a_batch_that_the_file_made(
    command: Command, write_input: WriteInput, out: Path
) -> None:
    batch_id = command("batches", "create", write_input()).stdout.strip()
    done = command("run", write_input(), "-o", out, "--json")
    assert done.exit_code == 0, done.stderr
    assert f"goes on with {batch_id}" in done.stderr
    assert document(done)["batch_ids"] == [batch_id]
    # And the other way round.
    assert command("batches", "create", write_input()).exit_code == 2


def test_retries_and_a_command_at_the_end(command: Command, tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "in.jsonl", 20, echo={3: "once-100", 7: "once-100", 9: "fail-400"})
    note = tmp_path / "note"
    told = f'echo "$BATCHTUI_STATUS $BATCHTUI_OK $BATCHTUI_FAILED" > {note}'
    done = command("run", path, "-o", out, "--retries", "1", "--on-done", told)
    assert done.exit_code == 6, done.stderr
    assert "retry 1: 3 requests" in done.stderr
    assert "20 requests, 19 ok, 1 failed" in done.stderr
    assert note.read_text() == "incomplete 19 1\n"
    assert ids(out) == [f"r-{number}" for number in range(20)]
    job_id = JobStore().jobs()[0].id
    again = command("jobs", "retry", job_id, "--set", "metadata=null", "--json")
    assert again.exit_code == 0, again.stderr
    assert document(again)["ok"] == 20
    assert note.read_text() == "done 20 0\n"
    assert json.loads(out.read_text().splitlines()[9])["response"]["status_code"] == 200


def test_run_again_with_retries_asks_for_what_is_left(
    command: Command, tmp_path: Path, out: Path
) -> None:
    path = write(tmp_path / "in.jsonl", 5, echo={3: "once-100"})
    assert command("run", path, "-o", out).exit_code == 6
    again = command("run", path, "-o", out, "--force", "--retries", "1")
    assert again.exit_code == 0, again.stderr
    assert "5 requests, 5 ok" in again.stderr
    assert len(command("batches", "ls").stdout.splitlines()) == 2


def test_the_list_and_the_page_of_a_job(
    command: Command, write_input: WriteInput, out: Path
) -> None:
    assert command("jobs", "ls").stdout == ""
    command("run", write_input(25), "-o", out, "--max-lines-per-batch", "10")
    (row,) = command("jobs", "ls").stdout.splitlines()
    job_id, state, shards, answered, total, failed, *_ = row.split("\t")
    assert (state, shards, answered, total, failed) == ("done", "3/3", "25", "25", "0")
    listed = document(command("jobs", "ls", "--json"))
    assert listed["schema_version"] == 1
    (figures,) = listed["data"]
    assert figures["id"] == job_id
    assert figures["requests"] == {
        "total": 25,
        "ok": 25,
        "failed": 0,
        "missing": 0,
        "pending": 0,
    }
    page = command("jobs", "show", job_id[:8]).stdout
    assert "25 ok" in page
    assert page.count("collected") == 3
    shown = document(command("jobs", "show", job_id, "--json"))
    assert [each["lines"] for each in shown["shard_list"]] == [10, 10, 5]
    assert {each["batch_id"] for each in shown["batches"]} == {
        each["batch_id"] for each in shown["shard_list"]
    }
    assert command("jobs", "show", "job_none").exit_code == 2


def test_export_in_several_forms(command: Command, tmp_path: Path, out: Path) -> None:
    path = write(tmp_path / "in.jsonl", 5, echo={2: "fail-400"})
    assert command("run", path, "-o", out).exit_code == 6
    job_id = JobStore().jobs()[0].id
    plain = command("jobs", "export", job_id)
    assert (plain.exit_code, plain.stdout) == (6, out.read_text())
    table = tmp_path / "table.csv"
    told = document(command("jobs", "export", job_id, "-o", table, "--json"))
    assert (told["lines"], told["ok"], told["failed"]) == (5, 4, 1)
    header, *rows = table.read_text().splitlines()
    assert header.startswith("custom_id")
    assert [row.split(",")[0] for row in rows] == [f"r-{number}" for number in range(5)]
    assert command("jobs", "export", job_id, "-o", table).exit_code == 2
    answers = command("jobs", "export", job_id, "--format", "answers").stdout.splitlines()
    assert len(answers) == 4


def test_pause_cancel_and_resume(command: Command, write_input: WriteInput, out: Path) -> None:
    path = write_input(10)
    command("run", path, "-o", out)
    job_id = JobStore().jobs()[0].id
    for verb in ("pause", "resume", "cancel"):
        refused = command("jobs", verb, job_id)
        assert refused.exit_code == 2
        assert "is done" in refused.stderr
    other = write_input(12, name="other.jsonl")
    canary = ("--canary", "4", "--max-lines-per-batch", "4")
    command("run", other, "-o", out, "--force", *canary)
    assert len(ids(out)) == 12


def test_a_batch_that_the_server_refuses(command: Command, tmp_path: Path, out: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"custom_id": "a", "method": "POST", "url": "/v1/chat/completions"}\n')
    refused = command("run", path, "-o", out)
    assert refused.exit_code == 3
    assert "bad.jsonl:1: error:" in refused.stderr
    assert JobStore().jobs() == []
    stopped = command("run", path, "-o", out, "--anyway", "--json")
    assert stopped.exit_code == 3
    told = document(stopped)
    assert (told["state"], told["batch_ids"]) == ("stopped", [told["batch_id"]])
    assert "failed: line 1" in told["why"]
    assert "failed: line 1" in stopped.stderr
    (row,) = command("jobs", "ls").stdout.splitlines()
    assert row.split("\t")[1] == "stopped"
    assert not out.exists()


def test_interrupted_then_paused_then_cancelled(
    gateway: Gateway, command: Command, tmp_path: Path, out: Path
) -> None:
    """By the signals and commands of a user with two terminals."""
    path = write(tmp_path / "in.jsonl", 4, echo=dict.fromkeys(range(4), "slow-30000"))
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "run", path, "-o", out],
        env={**os.environ, "BATCHTUI_BASE_URL": gateway.base_url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("created batch_"):
                break
        job_id = JobStore().jobs()[0].id
        busy = command("jobs", "resume", job_id)
        assert busy.exit_code == 2
        assert f"is driven by process {process.pid}" in busy.stderr
        assert f"\t{process.pid}" not in command("jobs", "ls").stdout
        assert document(command("jobs", "show", job_id, "--json"))["driver_pid"] == process.pid
        asked = command("jobs", "pause", job_id)
        assert f"is asked to pause (process {process.pid})" in asked.stderr
        rest = process.stderr.read()
    assert process.returncode == 130
    assert f"{job_id} is paused" in rest
    assert JobStore().job(job_id).state is JobState.PAUSED
    assert command("jobs", "pause", job_id).exit_code == 0
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "jobs", "resume", job_id, "--interval", "0.2"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        while JobStore().job(job_id).state is not JobState.RUNNING:
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        assert process.wait() == 130
    (row,) = command("jobs", "ls").stdout.splitlines()
    assert "interrupted" in row
    assert len(command("batches", "ls").stdout.splitlines()) == 1


def test_stdin_and_stdout(command: Command, write_input: WriteInput, gateway: Gateway) -> None:
    content = write_input(7).read_bytes()
    for _ in range(2):
        piped = subprocess.run(
            [sys.executable, "-m", "batchtui", "run", "-", "-o", "-"],
            input=content,
            stdout=subprocess.PIPE,
            env={**os.environ, "BATCHTUI_BASE_URL": gateway.base_url},
            check=True,
        )
        assert [json.loads(line)["custom_id"] for line in piped.stdout.splitlines()] == [
            f"r-{number}" for number in range(7)
        ]
    assert len(command("batches", "ls").stdout.splitlines()) == 1
