"""Every documented exit code, made the way a user would meet it."""

from __future__ import annotations

import json
import os
import re
import signal
import socketserver
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root
from batchtui.cli.writing import new_file
from batchtui.config import Secret
from batchtui.errors import ExitCode, UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.workflows.session import Session
from tests.gateway.support import wait_for

Command = Callable[..., Result]
WriteInput = Callable[..., Path]


def run(*arguments: object) -> Result:
    return CliRunner().invoke(root, [str(each) for each in arguments])


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
    for name in ("BATCHTUI_BASE_URL", "OPENAI_API_KEY"):
        assert name in done.stderr


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


# The same from a process of its own, as a script meets it.


def exit_of(*arguments: object, stdout: str = os.devnull, **environ: str) -> int:
    """Its exit code; what it says is shown when a test fails."""
    with Path(stdout).open("w") as out:
        done = subprocess.run(
            [sys.executable, "-m", "batchtui", *map(str, arguments)],
            env={**os.environ, **environ},
            stdin=subprocess.DEVNULL,
            stdout=out,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    print(done.stderr)
    return done.returncode


def test_1_something_that_nobody_thought_of() -> None:
    """A mistake of ours, for all that a user can tell: a module that fails while it loads."""
    code = (
        "import sys; sys.modules['batchtui.cli.where'] = None; sys.argv = ['batchtui', 'paths'];"
        "from batchtui.__main__ import main; main()"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert "batchtui: unexpected ModuleNotFoundError" in done.stderr
    assert "the details are in" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ["nonsense"],
        ["batches", "ls"],
        ["batches", "ls", "--nonsense"],
        ["run", "in.jsonl"],
        ["schema", "demo"],
        ["batches", "ls", "--local", "--profile", "x"],
    ],
)
def test_2_wrong_usage(arguments: list[str]) -> None:
    assert exit_of(*arguments) == 2


def test_2_a_place_that_may_not_be_looked_at(
    write_input: WriteInput, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tests run as root here and there, for whom no such place is."""

    def refuse(path: Path) -> bool:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(Path, "is_dir", refuse)
    with pytest.raises(UsageError, match="Permission denied"):
        new_file(str(tmp_path / "out.jsonl"), force=False)
    monkeypatch.undo()
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(UsageError, match="nothing may be written"):
        new_file(str(tmp_path / "out.jsonl"), force=False)


def test_3_what_holds_no_results_is_not_compared(write_input: WriteInput, tmp_path: Path) -> None:
    out, table, empty = tmp_path / "out.jsonl", tmp_path / "data.csv", tmp_path / "empty.jsonl"
    run("run", write_input(2), "-o", out, "--local")
    table.write_text("a,b\n1,2\n")
    empty.touch()
    for other in (table, empty):
        for pair in ((out, other), (other, out)):
            refused = run("diff", *pair)
            assert (refused.exit_code, f"{other} holds no results" in refused.stderr) == (3, True)


def test_3_data_without_a_row_makes_no_file(tmp_path: Path) -> None:
    data, out = tmp_path / "empty.jsonl", tmp_path / "out.jsonl"
    data.touch()
    refused = run("prepare", data, "-o", out, "--model", "m", "--prompt", "{x}")
    assert refused.exit_code == 3, refused.output
    assert "no rows in it, and nothing was written" in refused.stderr
    assert not out.exists()


def test_3_input_that_makes_no_batch(tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("nope\n")
    data = tmp_path / "data.csv"
    data.write_text("text\n \n")
    assert exit_of("validate", bad) == 3
    assert exit_of("prepare", data, "--model", "m") == 3
    assert exit_of("run", bad, "-o", tmp_path / "out.jsonl", "--local") == 3
    assert exit_of("stats", tmp_path / "nowhere.jsonl") == 3


def test_3_a_batch_that_the_server_found_faulty(command: Command, tmp_path: Path) -> None:
    bad = tmp_path / "bad.jsonl"
    bad.write_text("nope\n")
    options = ("--anyway", "--endpoint", "/v1/embeddings")
    batch_id = command("batches", "create", bad, *options).stdout.strip()
    assert command("batches", "watch", batch_id, "--interval", "0.1").exit_code == 3


def test_4_no_key_for_a_server_that_wants_one(tmp_path: Path) -> None:
    keys = (Secret("sk-right"),)
    with Gateway(GatewayOptions(data_dir=tmp_path / "d", port=0, api_keys=keys)) as gateway:
        assert exit_of("batches", "ls", BATCHTUI_BASE_URL=gateway.base_url) == 4
        assert exit_of("doctor", BATCHTUI_BASE_URL=gateway.base_url) == 4


def test_5_a_server_that_has_no_room(write_input: WriteInput, tmp_path: Path) -> None:
    """A batch that failed by the server's own limits: the input is not to blame."""
    limits = GatewayOptions(data_dir=tmp_path / "d", port=0, max_enqueued_tokens=1)
    with Gateway(limits) as gateway:
        server = {"BATCHTUI_BASE_URL": gateway.base_url}
        told = tmp_path / "id"
        assert exit_of("batches", "create", write_input(), stdout=str(told), **server) == 0
        batch_id = told.read_text().strip()
        assert exit_of("batches", "watch", batch_id, "--interval", "0.1", **server) == 5
        assert exit_of("batches", "show", "batch_unknown", **server) == 5


def test_6_results_with_gaps(write_input: WriteInput, tmp_path: Path) -> None:
    failing = write_input(2, name="failing.jsonl", model="echo-fail-400")
    assert exit_of("run", failing, "-o", tmp_path / "out.jsonl", "--local") == 6
    empty = tmp_path / "empty.jsonl"
    empty.touch()
    assert exit_of("merge", empty, "--input", write_input(), "-o", tmp_path / "merged.jsonl") == 6


def test_130_before_anything_was_sent(tmp_path: Path) -> None:
    """Interrupted while it waits for what is piped in."""
    with subprocess.Popen(
        [sys.executable, "-m", "batchtui", "validate", "-"],
        stdin=subprocess.PIPE,
        stderr=subprocess.PIPE,
        env={**os.environ, "TMPDIR": str(tmp_path)},
        text=True,
    ) as process:
        wait_for(lambda: list(tmp_path.glob("*/stdin")) or None, "the copy of stdin")
        code = None
        while code is None:  # one that comes just before a read begins is seen with the next
            process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                code = process.wait(timeout=5)
        assert process.stderr is not None
        assert (code, process.stderr.read()) == (130, "batchtui: interrupted\n")
    assert list(tmp_path.iterdir()) == [], "nothing is left"


def test_the_codes_are_those_that_are_documented() -> None:
    words = r"(\d+) (?:done|unexpected|usage|invalid|key|server|finished|not known|interrupted)"
    codes = {str(int(code)) for code in ExitCode}
    readme = (Path(__file__).parent.parent.parent / "README.md").read_text()
    for text in (readme, CliRunner().invoke(root, ["--help"]).stdout):
        told = " ".join(text[text.index("Exit codes:") :].split())
        assert set(re.findall(words, told)) == codes
