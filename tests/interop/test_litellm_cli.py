"""The command line through a real LiteLLM proxy, with our gateway behind it."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root
from batchtui.errors import ExitCode
from tests.interop.litellm_proxy import MASTER_KEY, MODEL

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]

WriteInput = Callable[..., Path]


@pytest.fixture(autouse=True)
def proxy(proxy_url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LITELLM_PROXY_API_BASE", proxy_url)
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", MASTER_KEY)


def batchtui(*arguments: object, code: int = 0) -> Result:
    """Runs a command with our gateway as the provider; it must end with `code`."""
    given = [*(str(each) for each in arguments), "--provider", "openai"]
    result = CliRunner().invoke(root, given)
    assert MASTER_KEY not in result.output + result.stderr
    assert result.exit_code == code, result.output + result.stderr
    return result


def document(result: Result) -> Any:
    return json.loads(result.stdout)


def test_the_main_job_and_the_same_again(write_input: WriteInput, tmp_path: Path) -> None:
    path, out = write_input(20, model=MODEL, name="cli.jsonl"), tmp_path / "out.jsonl"
    batchtui("run", path, "-o", out, "--interval", "0.5")
    assert len(out.read_text().splitlines()) == 20
    repeated = batchtui("batches", "create", path, code=ExitCode.USAGE)
    assert "submitted already" in repeated.stderr
    batchtui("doctor")


def test_step_by_step(write_input: WriteInput, tmp_path: Path) -> None:
    uploaded = batchtui("files", "put", write_input(3, model=MODEL, name="steps.jsonl"), "--json")
    file_id = document(uploaded)["id"]
    batch_id = batchtui("batches", "create", file_id).stdout.strip()
    batchtui("batches", "watch", batch_id)
    shown = document(batchtui("batches", "show", batch_id, "--json"))
    assert (shown["status"], shown["request_counts"]["completed"]) == ("completed", 3)
    out = tmp_path / "results.jsonl"
    batchtui("batches", "results", batch_id, "-o", out)
    assert len(out.read_text().splitlines()) == 3
    assert "steps.jsonl" in batchtui("files", "ls").stdout
    batchtui("files", "rm", file_id, "--yes")
    assert "No such File" in batchtui("files", "show", file_id, code=ExitCode.SERVER).stderr


def test_a_list_of_several_pages(write_input: WriteInput) -> None:
    path = write_input(1, model=MODEL, name="many.jsonl")
    made = {batchtui("batches", "create", path, "--again").stdout.strip() for _ in range(4)}
    listed = document(batchtui("batches", "ls", "--all", "--json"))["data"]
    ids = [each["id"] for each in listed]
    assert made <= set(ids)
    assert len(ids) == len(set(ids))
    assert len(document(batchtui("batches", "ls", "--limit", "2", "--json"))["data"]) == 2


def test_cancel(write_input: WriteInput) -> None:
    path = write_input(2, model="echo-slow-1500", name="slow.jsonl")
    batch_id = batchtui("batches", "create", path).stdout.strip()
    batchtui("batches", "cancel", batch_id, "--yes")
    batchtui("batches", "watch", batch_id, code=ExitCode.SOME_FAILED)
    assert document(batchtui("batches", "show", batch_id, "--json"))["status"] == "cancelled"


def test_what_is_wrong_is_told(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    unknown = batchtui("batches", "show", "batch_nope", code=ExitCode.SERVER)
    assert "No batch found with id 'batch_nope'" in unknown.stderr
    batchtui("batches", "cancel", "batch_nope", "--yes", code=ExitCode.SERVER)
    batchtui("files", "get", "file-nope", "-o", tmp_path / "nope", code=ExitCode.SERVER)
    monkeypatch.setenv("LITELLM_PROXY_API_KEY", "sk-not-the-one-0123456789")
    refused = batchtui("batches", "ls", code=ExitCode.AUTHENTICATION)
    assert "did not accept the key" in refused.stderr
    assert "sk-not" not in refused.stderr
    told = batchtui("doctor", code=ExitCode.AUTHENTICATION)
    assert "the key was not accepted" in told.stdout
