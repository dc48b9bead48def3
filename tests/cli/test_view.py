"""`batchtui view` in a pipe."""

from __future__ import annotations

import gzip
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path
from typing import IO

import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root

Command = Callable[..., Result]
WriteInput = Callable[..., Path]


def batchtui(*arguments: object, typed: bytes | None = None) -> Result:
    return CliRunner().invoke(root, [str(each) for each in arguments], input=typed)


@pytest.fixture
def results(tmp_path: Path) -> Path:
    """Two answers and two failures, one with a text that JSON escapes."""
    path = tmp_path / "results.jsonl"
    message = {"role": "assistant", "content": 'café "quoted"'}
    body = {"object": "chat.completion", "choices": [{"index": 0, "message": message}]}
    error = {"error": {"message": "too long", "code": "context_length_exceeded"}}
    lines = [
        {"custom_id": "a", "response": {"status_code": 200, "body": body}, "error": None},
        {"custom_id": "b", "response": {"status_code": 400, "body": error}, "error": None},
        {"custom_id": "c", "response": None, "error": {"code": "batch_expired", "message": "x"}},
        {"custom_id": "d", "response": {"status_code": 200, "body": body}, "error": None},
    ]
    path.write_text("\n".join(json.dumps(line) for line in lines))
    return path


@pytest.mark.parametrize("content", [b"", b"a", b"a\n\n\xff\r\nb", b"\xef\xbb\xbf{}\n"])
def test_it_prints_as_cat_does(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "any"
    path.write_bytes(content)
    assert batchtui("view", path).stdout_bytes == content
    assert batchtui("view", "-", typed=content).stdout_bytes == content


def test_from_a_line_on(results: Path) -> None:
    shown = batchtui("view", f"{results}:3").stdout.splitlines()
    assert [json.loads(line)["custom_id"] for line in shown] == ["c", "d"]


@pytest.mark.parametrize(
    ("options", "ids"),
    [
        (("--where", "outcome=failed"), "b"),
        (("--where", "outcome=failed,expired"), "bc"),
        (("--where", "outcome:!ok"), "bc"),
        (("--where", "code=context_length_exceeded"), "b"),
        (("--grep", "café"), "ad"),
        (("--grep", '"quoted"'), "ad"),
        (("--grep", "café", "--where", "id=d"), "d"),
        (("--grep", "nothing"), ""),
    ],
)
def test_what_is_wanted(results: Path, options: tuple[str, ...], ids: str) -> None:
    shown = batchtui("view", results, *options)
    assert shown.exit_code == 0, shown.stderr
    found = [json.loads(line)["custom_id"] for line in shown.stdout.splitlines()]
    assert "".join(found) == ids


@pytest.mark.parametrize("where", ["outcom=failed", "foo:bar", "cod=400", "outcome=ok x=1 a"])
def test_a_field_that_there_is_not_is_refused(results: Path, where: str) -> None:
    shown = batchtui("view", results, "--where", where)
    assert shown.exit_code == 2
    assert "no field is called" in shown.stderr
    assert "outcome, status, code, id" in shown.stderr


def test_a_term_behind_text_is_refused(results: Path) -> None:
    shown = batchtui("view", results, "--where", "long outcome=failed")
    assert shown.exit_code == 2
    assert "outcome" in shown.stderr


@pytest.mark.parametrize("where", ["long", "http://x", "re:a=b", "12:30"])
def test_text_is_no_field(results: Path, where: str) -> None:
    assert batchtui("view", results, "--where", where).exit_code == 0


def test_a_file_that_is_not_there_is_said_to_be_so(tmp_path: Path) -> None:
    shown = batchtui("view", tmp_path / "nosuch.jsonl")
    assert shown.exit_code == 2
    assert shown.stderr.splitlines()[0].endswith("nosuch.jsonl: no such file")
    assert "command" not in shown.stderr


def test_json_is_one_document(results: Path) -> None:
    document = json.loads(batchtui("view", results, "--json").stdout)
    assert document["schema_version"] == 1
    first, second, *_ = document["data"]
    assert (first["line"], first["outcome"], first["text"]) == (1, "ok", 'café "quoted"')
    assert (second["outcome"], second["code"]) == ("failed", "context_length_exceeded")
    assert first["kind"] == "result"
    nothing = json.loads(batchtui("view", results, "--grep", "nothing", "--json").stdout)
    assert nothing["data"] == []


def test_an_input_line_is_a_request_and_is_called_one(write_input: WriteInput) -> None:
    path = write_input(1)
    with path.open("a") as file:
        file.write("no json\n")
    request, other = json.loads(batchtui("view", path, "--json").stdout)["data"]
    assert (request["kind"], request["custom_id"], request["outcome"]) == ("request", "r-0", None)
    assert "neither" not in request["message"]
    assert request["model"]
    assert other["kind"] == "other"


def test_a_line_that_there_is_not_is_said_to_be_so(results: Path) -> None:
    shown = batchtui("view", f"{results}:99")
    assert shown.exit_code == 3
    assert "has 4 lines: there is no line 99" in shown.stderr
    assert batchtui("view", f"{results}:4").exit_code == 0


def test_results_that_are_asked_for_where_none_are_is_said(
    results: Path, write_input: WriteInput
) -> None:
    hint = "no line of it is a result"
    assert hint in batchtui("view", write_input(2), "--where", "outcome=failed").stderr
    assert hint not in batchtui("view", results, "--where", "outcome=refused").stderr
    assert hint not in batchtui("view", write_input(2), "--where", "id=r-1").stderr


def test_a_name_that_begins_with_dashes(
    results: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "--weird name").write_bytes(results.read_bytes())
    monkeypatch.chdir(tmp_path)
    assert batchtui("view", "--", "--weird name").stdout_bytes == results.read_bytes()


def test_a_named_pipe_is_read_as_stdin_is(results: Path, tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    content = results.read_bytes()
    for arguments, found in (((), content), (("--where", "id=b"), content.split(b"\n")[1] + b"\n")):
        writer = threading.Thread(target=pipe.write_bytes, args=(content,))
        writer.start()
        assert batchtui("view", pipe, *arguments).stdout_bytes == found
        writer.join()


def test_a_packed_stream_is_unpacked(results: Path) -> None:
    content = results.read_bytes()
    assert batchtui("view", "-", typed=gzip.compress(content)).stdout_bytes == content


def run_view(*arguments: str, stdout: IO[bytes] | int = subprocess.PIPE) -> subprocess.Popen[bytes]:
    return subprocess.Popen(
        [sys.executable, "-m", "batchtui", "view", *arguments],
        stdin=subprocess.PIPE,
        stdout=stdout,
        stderr=subprocess.PIPE,
    )


def test_what_is_found_in_a_pipe_is_there_before_the_pipe_ends() -> None:
    with run_view("-", "--grep", "needle") as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(b"hay\na needle\nmore hay")
        process.stdin.flush()
        assert process.stdout.readline() == b"a needle\n"
        process.stdin.write(b", needle\n")
        process.stdin.close()
        assert process.stdout.read() == b"more hay, needle\n"


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no such device here")
def test_a_full_disk_is_said_in_one_line(results: Path) -> None:
    with Path("/dev/full").open("wb") as full, run_view(str(results), stdout=full) as process:
        _, errors = process.communicate()
    assert process.returncode == 3
    assert errors.decode() == "batchtui: cannot write: No space left on device\n"


def test_a_batch_and_a_file_of_the_server(command: Command, write_input: WriteInput) -> None:
    path = write_input(3)
    created = command("batches", "create", path).stdout.strip()
    command("batches", "watch", created)
    shown = command("view", created, "--where", "outcome=ok").stdout.splitlines()
    assert [json.loads(line)["custom_id"] for line in shown] == ["r-0", "r-1", "r-2"]
    file_id = json.loads(command("batches", "show", created, "--json").stdout)["input_file_id"]
    assert command("view", file_id).stdout_bytes == path.read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code"),
    [
        (("missing.jsonl",), 2),
        ((".",), 3),
        (("-", "--where", "outcome=nonsense"), 2),
        (("-", "--grep", "re:("), 3),
    ],
)
def test_what_is_wrong_is_said(arguments: tuple[str, ...], code: int) -> None:
    shown = batchtui("view", *arguments, typed=b"x\n")
    assert shown.exit_code == code
    assert shown.stderr.startswith("batchtui: ")
