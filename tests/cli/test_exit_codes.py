"""Every documented exit code, made the way a user would meet it."""

from __future__ import annotations

import json
import os
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root
from batchtui.config import Secret
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.workflows.session import Session

Command = Callable[..., Result]
WriteInput = Callable[..., Path]


def local_run(path: Path, out: Path, *more: str) -> Result:
    return CliRunner().invoke(root, ["run", str(path), "-o", str(out), "--local", *more])


def test_0_the_whole_job_without_key_or_server(write_input: WriteInput, tmp_path: Path) -> None:
    out = tmp_path / "out.jsonl"
    done = local_run(write_input(200), out)
    assert done.exit_code == 0, done.stderr
    ids = [json.loads(line)["custom_id"] for line in out.read_text().splitlines()]
    assert ids == [f"r-{number}" for number in range(200)]
    assert "200 ok" in done.stderr


def test_0_json_on_stdout_only(write_input: WriteInput, tmp_path: Path) -> None:
    done = local_run(write_input(), tmp_path / "out.jsonl", "--json")
    document = json.loads(done.stdout)
    assert (document["schema_version"], document["submitted"], document["ok"]) == (1, 3, 3)


def test_2_nothing_is_configured() -> None:
    done = CliRunner().invoke(root, ["batches", "ls"])
    assert done.exit_code == 2
    assert "OPENAI_API_KEY" in done.stderr


def test_2_the_output_exists_and_nothing_was_sent(
    command: Command, write_input: WriteInput, tmp_path: Path
) -> None:
    out = tmp_path / "out.jsonl"
    out.write_text("mine")
    assert command("run", write_input(), "-o", out).exit_code == 2
    assert out.read_text() == "mine"
    assert command("batches", "ls").stdout == ""


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('{"custom_id": "a"}\nnope\n', ":2: error: invalid_json_line"),
        ("", "empty_file"),
    ],
)
def test_3_a_bad_file(tmp_path: Path, text: str, said: str) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text(text)
    done = local_run(path, tmp_path / "out.jsonl")
    assert done.exit_code == 3
    assert said in done.stderr
    assert not (tmp_path / "out.jsonl").exists()


def test_3_no_file(tmp_path: Path) -> None:
    done = local_run(tmp_path / "none.jsonl", tmp_path / "out.jsonl")
    assert done.exit_code == 3
    assert "none.jsonl" in done.stderr


def test_4_a_key_that_is_not_accepted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    keys = (Secret("sk-right"),)
    with Gateway(GatewayOptions(data_dir=tmp_path / "d", port=0, api_keys=keys)) as gateway:
        monkeypatch.setenv("OPENAI_BASE_URL", gateway.base_url)
        monkeypatch.setenv("OPENAI_API_KEY", "sk-wrong-and-secret")
        done = CliRunner().invoke(root, ["batches", "ls"])
    assert done.exit_code == 4
    assert "sk-wrong-and-secret" not in done.output + done.stderr


def test_5_nobody_listens(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BATCHTUI_BASE_URL", "http://127.0.0.1:9")
    done = CliRunner().invoke(root, ["batches", "ls"])
    assert done.exit_code == 5
    assert "127.0.0.1:9" in done.stderr


def test_6_some_requests_failed(tmp_path: Path) -> None:
    path = tmp_path / "mixed.jsonl"
    with path.open("w") as file:
        for number in range(4):
            body = {"model": "echo", "messages": [{"role": "user", "content": "x"}]}
            if number == 2:
                body["metadata"] = {"echo": "fail-400"}  # type: ignore[assignment]
            line = {"custom_id": f"r-{number}", "method": "POST", "url": "/v1/chat/completions"}
            file.write(json.dumps({**line, "body": body}) + "\n")
    done = local_run(path, tmp_path / "out.jsonl")
    assert done.exit_code == 6
    assert "3 ok, 1 failed" in done.stderr
    assert len((tmp_path / "out.jsonl").read_text().splitlines()) == 4


class DropsTheCreate(BaseHTTPRequestHandler):
    """Takes a file, and goes away in the middle of a create: it may have happened."""

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers["Content-Length"]))
        if self.path.endswith("/batches"):
            self.close_connection = True
            return
        body = b'{"id": "file-1", "object": "file", "bytes": 1, "filename": "in.jsonl"}'
        self.send_response(200)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def dropping_url() -> Iterator[str]:
    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), DropsTheCreate) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        yield f"http://127.0.0.1:{server.server_address[1]}"
        server.shutdown()
        thread.join()


def test_7_an_answer_to_the_create_that_was_lost(
    dropping_url: str, write_input: WriteInput, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BATCHTUI_BASE_URL", dropping_url)
    monkeypatch.setitem(Session.__init__.__kwdefaults__ or {}, "looks_s", (0.0,))
    done = CliRunner().invoke(root, ["batches", "create", str(write_input())])
    assert done.exit_code == 7
    assert done.stdout == ""


def test_130_interrupted(gateway: Gateway, write_input: WriteInput, tmp_path: Path) -> None:
    path = write_input(model="echo-slow-5000")
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "run", path, "-o", tmp_path / "out.jsonl"],
        env={**os.environ, "BATCHTUI_BASE_URL": gateway.base_url},
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            if line.startswith("created batch_"):
                break
        process.send_signal(signal.SIGINT)
        rest = process.stderr.read()
    assert process.returncode == 130
    assert "the batch goes on" in rest
    assert "Traceback" not in rest
