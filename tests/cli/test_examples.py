"""Every example of `--help` and of the README does what it says, in a shell."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import click
import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root
from batchtui.gateway.server import Gateway
from tests.tui.terminal import Terminal

Command = Callable[..., Result]
README = Path(__file__).parent.parent.parent / "README.md"
PATIENCE_S = 60.0

CSV = "id,text\na,Hello\nb,Good morning\nc,Bye\n"


def help_texts(group: click.Group, name: str = "batchtui") -> Iterator[tuple[str, str]]:
    context = click.Context(group)
    for word in group.list_commands(context):
        command = group.get_command(context, word)
        assert command is not None
        full = f"{name} {word}"
        if isinstance(command, click.Group):
            yield from help_texts(command, full)
        else:
            yield full, command.get_help(click.Context(command, info_name=full))


def examples_of_help() -> list[str]:
    found = []
    for _, text in help_texts(root):
        _, _, listed = text.partition("Examples:\n")
        found += [line.strip() for line in listed.splitlines() if line.strip()]
    return found


def examples_of_readme() -> list[str]:
    """Command lines, each by itself; those that follow an assignment are one script with it."""
    found = []
    for block in re.findall(r"```sh\n(.*?)```", README.read_text(), re.DOTALL):
        for paragraph in block.strip().split("\n\n"):
            if paragraph.startswith("id="):
                found.append(paragraph)
            else:
                found += [re.sub(r"\s+# .*", "", line) for line in paragraph.splitlines()]
    return found


INSTALLS = [line for line in examples_of_readme() if "pip install" in line]
README_LINES = [line for line in examples_of_readme() if line not in INSTALLS]
HELP_LINES = examples_of_help()
SERVERS = [line for line in [*HELP_LINES, *README_LINES] if line.startswith("batchtui serve")]
LINES = [line for line in [*HELP_LINES, *README_LINES] if line not in SERVERS]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A directory with the files that the examples name, and `batchtui` on the PATH."""
    folder = tmp_path / "here"
    programs = tmp_path / "bin"
    for each in (folder, programs):
        each.mkdir()
    for name, program in (("batchtui", f'exec {sys.executable} -m batchtui "$@"'), ("mail", "cat")):
        (programs / name).write_text(f"#!/bin/sh\n{program}\n")
        (programs / name).chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    monkeypatch.setenv("PYTHONPATH", str(README.parent))
    (folder / "data.csv").write_text(CSV)
    (folder / "data.json").write_text('[{"text": "one"}, {"text": "two"}]')
    (folder / "notes.txt").write_text("First\nSecond\n")
    (folder / "out.jsonl").write_text(_result("a", 200) + _result("b", 500))
    (folder / "other.jsonl").write_text(_result("b", 200) + _result("c", 200))
    (folder / "errors.jsonl").write_text(_result("c", 200))
    return folder


def _result(custom_id: str, status: int) -> str:
    body = '{"model":"m","choices":[{"message":{"content":"Hello"},"finish_reason":"stop"}]}'
    if status != 200:
        body = '{"error":{"code":"server_error","message":"no"}}'
    response = f'{{"status_code":{status},"body":{body}}}'
    return f'{{"custom_id":"{custom_id}","response":{response},"error":null}}\n'


@pytest.fixture
def environ(folder: Path, gateway: Gateway, command: Command) -> Callable[[str], dict[str, str]]:
    """The variables that a line names: a batch that is done, its file, a job with a failure."""

    def make(line: str) -> dict[str, str]:
        source = folder / "in.jsonl"
        recipe = ("--model", "echo", "--prompt", "Say {text}", "--id-column", "id")
        command("prepare", folder / "data.csv", "-o", source, *recipe)
        shutil.copy(source, folder / "more.jsonl")
        found = dict(os.environ)
        if '"$file"' in line:
            found["file"] = command("files", "put", source).stdout.strip()
        if '"$id"' in line and "id=" not in line:
            word = re.search(r"batches (cancel|retry)", line)
            model = _MODELS[word[1]] if word else "echo"
            found["id"] = _batch(command, folder, model)
        if '"$job"' in line:
            is_open = re.search(r"jobs (resume|pause|cancel)", line)
            failing = " retry " in line
            found["job"] = _open_job(folder) if is_open else _job(command, folder, failing=failing)
        if "-o out.jsonl" in line:
            (folder / "out.jsonl").unlink()
        return found

    return make


_MODELS = {"cancel": "echo-slow-60000", "retry": "echo-once-100"}


def _batch(command: Command, folder: Path, model: str) -> str:
    source = folder / "batch.jsonl"
    recipe = ("--model", model, "--prompt", "{text}", "--id-column", "id")
    command("prepare", folder / "data.csv", "-o", source, *recipe)
    found = command("batches", "create", source).stdout.strip()
    if "slow" not in model:
        command("batches", "watch", found, "--interval", "0.1")
    source.unlink()
    return found


def _job(command: Command, folder: Path, *, failing: bool) -> str:
    source = folder / "job.jsonl"
    model = "echo-once-50" if failing else "echo"
    recipe = ("--model", model, "--prompt", "{text}", "--id-column", "id")
    command("prepare", folder / "data.csv", "-o", source, *recipe)
    done = command("run", source, "-o", folder / "job-out.jsonl", "--interval", "0.1", "--json")
    assert done.exit_code == (6 if failing else 0), done.stderr
    found = re.search(r'"job_id": "(\w+)"', done.stdout)
    assert found is not None
    return found[1]


def _open_job(folder: Path) -> str:
    """A job that nobody drives, whose batch is at the server."""
    source = folder / "slow.jsonl"
    line = (folder / "in.jsonl").read_text().splitlines()[0]
    source.write_text(line.replace('"echo"', '"echo-slow-700"') + "\n")
    with subprocess.Popen(
        ["batchtui", "run", source, "-o", folder / "slow-out.jsonl"],
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        assert any(line.startswith("created batch_") for line in process.stderr)
        process.send_signal(signal.SIGINT)
        found = re.search(r"jobs resume (\w+)", process.stderr.read())
    assert found is not None
    return found[1]


NEEDS_SHELL = re.compile(r"[|>\n]|\$\(")
EXPECTED = {"validate in.jsonl more.jsonl": 0, "merge out.jsonl errors.jsonl --input": 6}
"""Examples that end in another way than 0, by a part of them."""


@pytest.mark.parametrize("line", LINES)
def test_an_example_runs(
    line: str, folder: Path, environ: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    if line in ("batchtui", "batchtui demo"):
        _run_app(line)
        return
    wanted = next((code for part, code in EXPECTED.items() if part in line), 0)
    variables = environ(line)
    monkeypatch.chdir(folder)
    if NEEDS_SHELL.search(line):
        code, told = _in_shell(line, variables)
    else:
        code, told = _in_this_process(line, variables)
    assert code == wanted, told
    assert "Traceback" not in told
    assert "unexpected" not in told
    output = re.search(r"(?:-o|>>?|--fix) (\w[\w.]*)$", line)
    if output is not None:
        assert (folder / output[1]).stat().st_size


def _in_shell(line: str, variables: dict[str, str]) -> tuple[int, str]:
    done = subprocess.run(
        ["bash", "-ec", line],
        env=variables,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    return done.returncode, done.stderr


def _in_this_process(line: str, variables: dict[str, str]) -> tuple[int, str]:
    """What needs no shell costs no new interpreter."""
    for name, value in variables.items():
        line = line.replace(f'"${name}"', value)
    program, *arguments = shlex.split(line)
    assert program == "batchtui"
    done = CliRunner().invoke(root, arguments)
    return done.exit_code, done.stderr


def _run_app(line: str) -> None:
    arguments = ["batchtui", *line.split()[1:]]
    code = f"import sys; sys.argv = {arguments}; from batchtui.__main__ import main; main()"
    with Terminal(code) as terminal:
        terminal.read_until("atches")
        terminal.press("q")
        assert terminal.exit_code() == 0


@pytest.mark.parametrize("line", SERVERS)
def test_a_server_of_an_example_serves(line: str, folder: Path, tmp_path: Path) -> None:
    command = re.sub(r"\s+# .*", "", line)
    with subprocess.Popen(
        ["bash", "-ec", f"exec {command} --port 0 --data-dir {tmp_path / 'data'}"],
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().startswith("batchtui serves http://127.0.0.1:")
        process.terminate()
        assert process.wait(PATIENCE_S) == 0


def test_the_two_commands_of_the_readme_install_what_there_is() -> None:
    """They need the network; what they name is checked in its place."""
    assert len(INSTALLS) == 2
    project = (README.parent / "pyproject.toml").read_text()
    assert "\ntest = [" in project
    assert 'batchtui = "batchtui.__main__:main"' in project
    assert INSTALLS[0].endswith("batchtui demo")
    assert INSTALLS[1].endswith("pytest -n auto")


def test_the_python_of_the_readme(
    gateway: Gateway, folder: Path, environ: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    environ("")
    (code,) = re.findall(r"```python\n(.*?)```", README.read_text(), re.DOTALL)
    imports, _, body = code.partition("\n\n")
    program = "\n".join(
        [imports, "import asyncio", "async def work():", *(f"    {x}" for x in body.splitlines())]
    )
    program += "\n    print((await aretrieve_batch(batch.id)).status)\nasyncio.run(work())\n"
    done = subprocess.run(
        [sys.executable, "-c", program],
        cwd=folder,
        env={**os.environ, "OPENAI_BASE_URL": f"{gateway.base_url}/v1", "OPENAI_API_KEY": "none"},
        capture_output=True,
        text=True,
        timeout=PATIENCE_S,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


def test_most_commands_have_examples() -> None:
    without = [name for name, text in help_texts(root) if "Examples:" not in text]
    assert sorted(without) == [
        "batchtui demo",
        "batchtui open",
        "batchtui profiles set-key",
    ]
