"""Every `--json` document is what its published schema says, field by field."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result
from jsonschema import Draft202012Validator

from batchtui.cli.root import root
from batchtui.gateway.server import Gateway

Command = Callable[..., Result]
WriteInput = Callable[..., Path]


def commands(group: click.Group, name: str = "") -> Iterator[tuple[str, click.Command]]:
    """Every command that can be run, by its full name."""
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        if isinstance(command, click.Group):
            yield from commands(command, f"{name}{word} ")
        else:
            yield name + word, command


WITH_JSON = [
    name
    for name, command in commands(root)
    if any("--json" in parameter.opts for parameter in command.params)
]


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    done = CliRunner().invoke(root, ["schema"])
    document = json.loads(done.stdout)
    assert document["schema_version"] == 1
    found: dict[str, Any] = document["commands"]
    return found


def test_there_is_a_schema_for_every_document(published: Mapping[str, Any]) -> None:
    assert sorted(published) == sorted(WITH_JSON)
    for name, schema in published.items():
        Draft202012Validator.check_schema(schema)
        done = CliRunner().invoke(root, ["schema", *name.split()])
        assert json.loads(done.stdout) == schema


def test_every_document_is_made_here() -> None:
    text = Path(__file__).read_text()
    assert [name for name in WITH_JSON if f'run_document("{name}"' not in text] == []


def test_a_command_without_document_is_told() -> None:
    done = CliRunner().invoke(root, ["schema", "demo"])
    assert done.exit_code == 2
    assert "batches ls" in done.stderr


def strict(schema: Any) -> Any:
    """The schema with no room for a field that it does not name, where it names fields at all."""
    if isinstance(schema, list):
        return [strict(each) for each in schema]
    if not isinstance(schema, dict):
        return schema
    found = {key: strict(value) for key, value in schema.items()}
    if isinstance(found.get("properties"), dict) and found.get("type") == "object":
        found.setdefault("additionalProperties", False)
    return found


def check(published: Mapping[str, Any], name: str, document: Any) -> None:
    Draft202012Validator(strict(published[name])).validate(document)
    assert document["schema_version"] == 1


@pytest.fixture
def batch_id(command: Command, write_input: WriteInput) -> str:
    """A batch with an answer and a failure."""
    path = write_input(2)
    path.write_bytes(path.read_bytes() + write_input(1, name="b", model="echo").read_bytes())
    lines = path.read_text().splitlines()
    lines[2] = (
        lines[2]
        .replace('"r-0"', '"r-2"')
        .replace('"model"', '"metadata":{"echo":"fail-400"},"model"')
    )
    path.write_text("\n".join(lines) + "\n")
    found = command("batches", "create", path).stdout.strip()
    command("batches", "watch", found, "--interval", "0.1")
    return found


@pytest.fixture
def run_document(published: Mapping[str, Any], command: Command) -> Callable[..., dict[str, Any]]:
    """Runs a command with `--json`, checks its document, and gives it."""

    def run(name: str, *arguments: object) -> dict[str, Any]:
        done = command(*name.split(), *arguments, "--json")
        assert done.exit_code in (0, 3, 6), done.stderr
        document: dict[str, Any] = json.loads(done.stdout)
        check(published, name, document)
        return document

    return run


Run = Callable[..., dict[str, Any]]


def test_batches(run_document: Run, write_input: WriteInput, tmp_path: Path, batch_id: str) -> None:
    created = run_document("batches create", write_input(1, name="one.jsonl"))
    assert created["status"] == "validating"
    run_document("batches watch", batch_id, created["id"], "--interval", "0.1")
    assert len(run_document("batches ls")["data"]) == 2
    run_document("batches show", batch_id)
    results = run_document("batches results", batch_id, "-o", tmp_path / "out.csv")
    assert (results["failed"], results["format"]) == (1, "csv")
    retried = run_document("batches retry", batch_id, "--yes", "--model", "echo")
    run_document("batches watch", retried["batch"]["id"], "--interval", "0.1")
    unsent = ("--no-submit", "-o", tmp_path / "again.jsonl", "--again")
    assert "batch" not in run_document("batches retry", batch_id, *unsent)
    assert run_document("batches show", batch_id)["retried_by"] == [retried["batch"]["id"]]
    slow = run_document("batches create", write_input(1, name="s.jsonl", model="echo-slow-9999"))
    assert run_document("batches cancel", slow["id"])["data"][0]["status"] == "cancelling"


def test_a_batch_that_failed(run_document: Run, write_input: WriteInput) -> None:
    path = write_input(1)
    path.write_text("nope\n")
    created = run_document("batches create", path, "--anyway", "--endpoint", "/v1/embeddings")
    (watched,) = run_document("batches watch", created["id"], "--interval", "0.1")["data"]
    assert watched["errors"]["data"][0]["code"] == "invalid_json_line"


def test_files(run_document: Run, write_input: WriteInput) -> None:
    put = run_document("files put", write_input())
    assert run_document("files show", put["id"])["bytes"] == put["bytes"]
    assert len(run_document("files ls")["data"]) == 1


def test_jobs(run_document: Run, command: Command, batch_id: str, tmp_path: Path) -> None:
    path, out = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    path.write_bytes(path.read_bytes().replace(b"fail-400", b"once-100"))
    ran = run_document("run", path, "-o", out, "--interval", "0.1", "--max-lines-per-batch", "2")
    assert (len(ran["batch_ids"]), ran["batch_id"], ran["failed"]) == (2, None, 1)
    job = ran["job_id"]
    run_document("jobs export", job, "-o", tmp_path / "export.jsonl")
    retried = run_document("jobs retry", job, "--interval", "0.1")
    assert (retried["attempts"], retried["ok"]) == (2, 3)
    shown = run_document("jobs show", job)
    assert len(shown["attempts"]) == 2
    assert shown["audit"]["submitted"] == 3
    assert len(run_document("jobs ls")["data"]) == 1


@pytest.fixture
def interrupted_job(gateway: Gateway, write_input: WriteInput, tmp_path: Path) -> str:
    """A job whose batch runs at the server, and which nobody drives."""
    path = write_input(name="slow.jsonl", model="echo-slow-700")
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "run", path, "-o", tmp_path / "slow-out.jsonl"],
        env={**os.environ, "BATCHTUI_BASE_URL": gateway.base_url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any(line.startswith("created batch_") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        told = process.stderr.read()
    found = re.search(r"jobs resume (\w+)", told)
    assert found is not None, told
    return found[1]


def test_a_job_that_is_resumed(run_document: Run, interrupted_job: str) -> None:
    assert run_document("jobs resume", interrupted_job, "--interval", "0.1")["ok"] == 3


def test_a_job_that_is_cancelled(run_document: Run, interrupted_job: str) -> None:
    options = ("--yes", "--interval", "0.1")
    assert run_document("jobs cancel", interrupted_job, *options)["state"] == "cancelled"


def test_input_preparation(run_document: Run, write_input: WriteInput, tmp_path: Path) -> None:
    data = tmp_path / "data.csv"
    data.write_text("id,text\na,x\na,y\nb,\n")
    recipe = ("--model", "m", "--prompt", "{text}", "--id-column", "id", "--skip-faulty")
    prepared = run_document("prepare", data, "-o", tmp_path / "made.jsonl", *recipe)
    assert (prepared["requests"], prepared["faulty"]) == (1, 2)
    path = write_input()
    assert run_document("validate", path, data)["data"][1]["problems"]
    run_document("split", path, "--max-lines", "2", "-d", tmp_path / "parts")
    run_document("merge", path, path, "-o", tmp_path / "twice.jsonl")
    run_document("stats", path, data)


def test_results(run_document: Run, command: Command, batch_id: str, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    command("batches", "results", batch_id, "-o", out)
    other = tmp_path / "other.jsonl"
    other.write_text("".join(out.read_text().splitlines(keepends=True)[1:]).replace("400", "500"))
    run_document("merge", out, "--input", tmp_path / "in.jsonl", "-o", tmp_path / "all.jsonl")
    assert run_document("diff", out, other, "--all")["counts"]["only_a"] == 1
    assert run_document("stats", out)["data"][0]["codes"]
    assert len(run_document("view", out)["data"]) == 3


def test_the_machine(
    run_document: Run, gateway: Gateway, monkeypatch: pytest.MonkeyPatch, machine: Path
) -> None:
    run_document("doctor")
    run_document("paths")
    keys = {each["id"]: each for each in run_document("keys")["data"]}
    assert keys["batch.cancel"] == {
        "id": "batch.cancel",
        "keys": ["x"],
        "does": "Cancel the marked, or this one",
        "is_remapped": False,
    }
    config = machine / ".config" / "batchtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text(
        f'[profiles.here]\nbase_url = "{gateway.base_url}"\nheaders = {{ a = "b" }}\n'
        '[keys]\n"batch.cancel" = "X,f9"\n'
    )
    monkeypatch.delenv("BATCHTUI_BASE_URL")
    keys = {each["id"]: each for each in run_document("keys")["data"]}
    assert (keys["batch.cancel"]["keys"], keys["batch.cancel"]["is_remapped"]) == (
        ["X", "f9"],
        True,
    )
    assert run_document("profiles ls")["data"][0]["headers"] == {"a": "***"}
    assert run_document("profiles show", "here")["name"] == "here"
