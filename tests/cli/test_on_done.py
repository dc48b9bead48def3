"""`--on-done`: run once, when all is final, and told what is."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from click.testing import Result

from batchtui.gateway.server import Gateway
from batchtui.workflows.on_done import Done, run_on_done, variables

Command = Callable[..., Result]
WriteInput = Callable[..., Path]


def test_the_command_is_told_what_is_done(
    command: Command, write_input: WriteInput, tmp_path: Path
) -> None:
    good = command("batches", "create", write_input()).stdout.strip()
    failing = write_input(2, name="bad.jsonl", model="echo-fail-400")
    bad = command("batches", "create", failing).stdout.strip()
    seen = tmp_path / "seen"
    done = command(
        *("batches", "watch", good, bad, "--interval", "0.1"),
        *("--on-done", f"env | grep ^BATCHTUI_ | sort >> {seen}; exit 3"),
    )
    assert done.exit_code == 6
    assert "--on-done ended with exit code 3" in done.stderr
    found = dict(line.split("=", 1) for line in seen.read_text().splitlines())
    assert set(found.pop("BATCHTUI_ID").split()) == {good, bad}
    assert {key: found[key] for key in found if "URL" not in key and "CONFIG" not in key} == {
        "BATCHTUI_KIND": "batch",
        "BATCHTUI_STATUS": "completed",
        "BATCHTUI_TOTAL": "5",
        "BATCHTUI_OK": "3",
        "BATCHTUI_FAILED": "2",
        "BATCHTUI_MISSING": "",
        "BATCHTUI_OUTPUT": "",
    }


def test_what_it_prints_is_not_data(
    gateway: Gateway, command: Command, write_input: WriteInput
) -> None:
    batch_id = command("batches", "create", write_input()).stdout.strip()
    done = subprocess.run(
        [
            *(sys.executable, "-m", "batchtui", "batches", "watch", batch_id, "--interval", "0.1"),
            *("--on-done", "echo from the command; read line || echo no input"),
        ],
        env={**os.environ, "BATCHTUI_BASE_URL": gateway.base_url},
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout == ""
    assert "from the command\nno input\n" in done.stderr


async def test_what_went_wrong_is_told() -> None:
    done = Done("job", "job_1", "done")
    assert await run_on_done("kill -9 $$", done) == "--on-done was ended by signal 9"
    assert await run_on_done("exit 4", done) == "--on-done ended with exit code 4"
    assert await run_on_done("true", done) == await run_on_done(None, done) == ""


def test_a_job_has_its_command_for_whoever_ends_it(
    command: Command, write_input: WriteInput, tmp_path: Path
) -> None:
    seen, out = tmp_path / "seen", tmp_path / "out.jsonl"
    tell = f'echo "$BATCHTUI_KIND $BATCHTUI_STATUS $BATCHTUI_OK $BATCHTUI_OUTPUT" >> {seen}'
    done = command("run", write_input(), "-o", out, "--interval", "0.1", "--on-done", tell)
    assert done.exit_code == 0, done.stderr
    assert seen.read_text() == f"job done 3 {out}\n"


def test_a_job_that_is_resumed_has_it_too(
    gateway: Gateway, command: Command, write_input: WriteInput, tmp_path: Path
) -> None:
    path, out = write_input(model="echo-slow-700"), tmp_path / "out.jsonl"
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "run", path, "-o", out],
        env={**os.environ, "BATCHTUI_BASE_URL": gateway.base_url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any(line.startswith("created batch_") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        process.stderr.read()
    job_id = json.loads(command("jobs", "ls", "--json").stdout)["data"][0]["id"]
    done = command("jobs", "resume", job_id, "--on-done", "exit 5", "--interval", "0.1")
    assert done.exit_code == 0, done.stderr
    assert "--on-done ended with exit code 5" in done.stderr


def test_a_servers_text_is_made_harmless() -> None:
    told = variables(Done("batch", "a\0b", "\x1b[2J"))
    assert told["BATCHTUI_ID"] == "a␀b"
    assert told["BATCHTUI_STATUS"] == "␛[2J"
