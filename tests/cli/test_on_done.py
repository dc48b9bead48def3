"""`--on-done`: run once, when all is final, and told what is."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from batchtui.cli.on_done import Done, run_on_done, variables
from batchtui.gateway.server import Gateway

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
        "BATCHTUI_EXIT_CODE": "6",
        "BATCHTUI_TOTAL": "5",
        "BATCHTUI_COMPLETED": "3",
        "BATCHTUI_FAILED": "2",
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


def test_a_signal_is_told(capsys: pytest.CaptureFixture[str]) -> None:
    run_on_done("kill -9 $$", Done("job", "job_1", "done", 0))
    assert "--on-done was ended by signal 9" in capsys.readouterr().err


def test_no_command_is_no_error(capfd: pytest.CaptureFixture[str]) -> None:
    run_on_done(None, Done("job", "job_1", "done", 0))
    assert capfd.readouterr().err == ""


def test_a_servers_text_is_made_harmless() -> None:
    told = variables(Done("batch", "a\0b", "\x1b[2J", 0))
    assert told["BATCHTUI_ID"] == "a␀b"
    assert told["BATCHTUI_STATUS"] == "␛[2J"
