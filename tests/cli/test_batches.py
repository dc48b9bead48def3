"""`batchtui batches` and `batchtui files` as scripts use them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from batchtui.gateway.server import Gateway

Command = Callable[..., Result]
WriteInput = Callable[..., Path]


@pytest.fixture
def batch_id(command: Command, write_input: WriteInput) -> str:
    """A finished batch of three requests."""
    created = command("batches", "create", write_input(), "--metadata", "team=ads")
    assert created.exit_code == 0, created.stderr
    made: str = created.stdout.strip()
    assert command("batches", "watch", made).exit_code == 0
    return made


def test_create_prints_just_the_id(command: Command, write_input: WriteInput) -> None:
    created = command("batches", "create", write_input())
    assert created.stdout.startswith("batch_")
    assert created.stdout.count("\n") == 1


def test_put_then_create_from_the_file_id(command: Command, write_input: WriteInput) -> None:
    put = command("files", "put", write_input())
    assert put.stdout.startswith("file-")
    created = command("batches", "create", put.stdout.strip())
    assert created.stdout.startswith("batch_"), created.stderr
    assert command("batches", "watch", created.stdout.strip()).exit_code == 0


def test_ls_is_tab_separated_in_a_pipe(command: Command, batch_id: str) -> None:
    (row,) = command("batches", "ls").stdout.splitlines()
    assert row.split("\t")[:5] == [batch_id, "done", "3", "3", "0"]


def test_ls_json_has_a_schema_version(command: Command, batch_id: str) -> None:
    document = json.loads(command("batches", "ls", "--json").stdout)
    assert document["schema_version"] == 1
    assert [each["id"] for each in document["data"]] == [batch_id]
    assert document["data"][0]["metadata"]["team"] == "ads"


def test_ls_by_status(command: Command, batch_id: str) -> None:
    assert command("batches", "ls", "--status", "failed,expired").stdout == ""
    for word in ("completed", "done"):
        assert batch_id in command("batches", "ls", "--status", word).stdout


def test_the_beginning_of_an_id_will_do(
    command: Command, write_input: WriteInput, batch_id: str
) -> None:
    assert batch_id in command("batches", "show", batch_id[:-3]).stdout
    assert batch_id in command("batches", "show", f"{batch_id[:20]}...").stdout
    assert command("batches", "watch", batch_id[:-3]).exit_code == 0
    assert command("batches", "results", batch_id[:-3]).exit_code == 0
    assert "nothing to retry" in command("batches", "retry", batch_id[:-3]).stderr
    assert command("batches", "show", "batch_zzz").exit_code == 5
    command("batches", "create", write_input(2, name="other.jsonl"))
    several = command("batches", "cancel", "batch_", "--yes")
    assert (several.exit_code, f"may be any of {batch_id[:8]}" in several.stderr) == (2, True)


def test_ls_names_the_input(command: Command, batch_id: str) -> None:
    (row,) = command("batches", "ls").stdout.splitlines()
    assert row.split("\t")[0] == batch_id
    assert row.split("\t")[8] == "in.jsonl"


def test_show(command: Command, batch_id: str) -> None:
    shown = command("batches", "show", batch_id).stdout
    assert "status       done" in shown
    assert "completed" not in shown
    assert "team=ads" in shown
    document = json.loads(command("batches", "show", batch_id, "--json").stdout)
    assert (document["schema_version"], document["id"]) == (1, batch_id)


def test_results_to_a_file_and_to_stdout(command: Command, batch_id: str, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    assert command("batches", "results", batch_id, "-o", out).exit_code == 0
    ids = [json.loads(line)["custom_id"] for line in out.read_text().splitlines()]
    assert ids == ["r-0", "r-1", "r-2"]
    assert command("batches", "results", batch_id).stdout == out.read_text()


def test_results_do_not_replace_a_file(command: Command, batch_id: str, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    refused = command("batches", "results", batch_id, "-o", out)
    assert (refused.exit_code, out.read_text()) == (2, "mine")
    assert command("batches", "results", batch_id, "-o", out, "--force").exit_code == 0
    assert out.read_text() != "mine"


def test_cancel(command: Command, write_input: WriteInput) -> None:
    made = command("batches", "create", write_input(model="echo-slow-1500")).stdout.strip()
    cancelled = command("batches", "cancel", made)
    assert cancelled.exit_code == 0
    assert cancelled.stdout.split("\t")[1].strip() in ("cancelling", "cancelled")
    assert command("batches", "watch", made).exit_code == 6


def test_files(command: Command, write_input: WriteInput, tmp_path: Path) -> None:
    path = write_input(name="reviews.jsonl")
    file_id = command("files", "put", path).stdout.strip()
    assert command("files", "cat", file_id).stdout == path.read_text()
    assert "reviews.jsonl" in command("files", "ls").stdout
    assert json.loads(command("files", "show", file_id, "--json").stdout)["id"] == file_id
    copy = tmp_path / "copy.jsonl"
    assert command("files", "get", file_id, "-o", copy).stdout.strip() == str(copy)
    assert copy.read_bytes() == path.read_bytes()
    assert command("files", "get", file_id, "-o", copy).exit_code == 2
    assert command("files", "rm", file_id).exit_code == 0
    assert command("files", "show", file_id).exit_code == 5


def test_get_takes_the_files_own_name(
    command: Command, write_input: WriteInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file_id = command("files", "put", write_input(name="reviews.jsonl")).stdout.strip()
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    assert command("files", "get", file_id).stdout.strip() == "reviews.jsonl"
    assert (elsewhere / "reviews.jsonl").exists()


def test_a_reader_that_goes_away_is_no_error(gateway: Gateway, write_input: WriteInput) -> None:
    """As `batchtui files cat ID | head -1`."""
    environment = {**os.environ, "BATCHTUI_BASE_URL": gateway.base_url}
    batchtui = [sys.executable, "-m", "batchtui", "files"]
    put = subprocess.run(
        [*batchtui, "put", write_input(20_000)],
        env=environment,
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    with subprocess.Popen(
        [*batchtui, "cat", put.stdout.strip()],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
    ) as cat:
        assert cat.stdout is not None
        assert cat.stderr is not None
        cat.stdout.readline()
        cat.stdout.close()
        assert cat.stderr.read() == b""
    assert cat.returncode == 0
