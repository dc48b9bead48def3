"""`batchtui completion`: its scripts in the shells themselves, with a Tab on a terminal."""

from __future__ import annotations

import os
import shlex
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root
from batchtui.workflows.jobs.store import JobStore
from tests.gateway.support import wait_for
from tests.tui.terminal import Terminal

Command = Callable[..., Result]
WriteInput = Callable[..., Path]

SHELLS = {
    "bash": ["bash", "--norc", "--noprofile", "-i"],
    "zsh": ["zsh", "-f", "-i"],
    "fish": ["fish", "--no-config", "-i"],
}
SET_UP = {
    "bash": 'eval "$(batchtui completion bash)"',
    "zsh": 'autoload -U compinit; compinit -D; eval "$(batchtui completion zsh)"',
    "fish": "batchtui completion fish | source",
}
INSTALLED = [shell for shell in SHELLS if shutil.which(shell)]


@pytest.mark.parametrize("shell", list(SHELLS))
def test_a_script_for_each_shell(shell: str) -> None:
    done = CliRunner().invoke(root, ["completion", shell])
    assert done.exit_code == 0
    assert "_BATCHTUI_COMPLETE" in done.stdout


def test_some_shell_is_there_to_try_them() -> None:
    assert INSTALLED


Typed = Callable[[str], str]


@pytest.fixture
def program(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A `batchtui` on the PATH that completes as ours, and else notes what it was called with."""
    programs, told = tmp_path / "bin", tmp_path / "told"
    programs.mkdir()
    here = Path(__file__).parent.parent.parent
    start = "from batchtui.cli.root import root; root(prog_name='batchtui')"
    ours = f'PYTHONPATH={here} exec {sys.executable} -c {shlex.quote(start)} "$@"'
    (programs / "batchtui").write_text(
        "#!/bin/sh\n"
        f'if [ -n "$_BATCHTUI_COMPLETE" ] || [ "$1" = completion ]; then {ours}; fi\n'
        f'printf "%s " "$@" > {told}.new; mv {told}.new {told}\n'
    )
    (programs / "batchtui").chmod(0o700)
    monkeypatch.setenv("PATH", f"{programs}:{os.environ['PATH']}")
    return told


@contextmanager
def typing_in(shell: str, told: Path) -> Iterator[Typed]:
    """Types a line into a shell, where \\t is the Tab key; gives the words that were run."""
    code = (  # a shell wants the terminal to be the one that controls it
        "import fcntl, os, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0);"
        f"os.execvp({shell!r}, {SHELLS[shell]!r})"
    )
    with Terminal(code, {"PS1": "% ", "TERM": "vt100", "INPUTRC": os.devnull}) as terminal:
        terminal.press(f"{SET_UP[shell]}\nprintf 're%s\\n' ady\n")
        terminal.read_until("ready")

        def typed(line: str) -> str:
            told.unlink(missing_ok=True)
            terminal.press(f"{line}\r")
            return wait_for(lambda: told.read_text() if told.exists() else None, line)

        yield typed


@pytest.mark.parametrize("shell", INSTALLED)
def test_a_tab_completes(
    shell: str, program: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "here"
    folder.mkdir()
    (folder / "input.jsonl").touch()
    monkeypatch.chdir(folder)
    with typing_in(shell, program) as typed:
        assert typed("batchtui batc\t").split() == ["batches"]
        assert typed("batchtui batches wat\tid").split() == ["batches", "watch", "id"]
        assert typed("batchtui run --loc\t").split() == ["run", "--local"]
        assert typed("batchtui validate inp\t").split() == ["validate", "input.jsonl"]
        assert typed("batchtui inp\t").split() == ["input.jsonl"]


def offered(*words: str) -> list[str]:
    """What a shell is told for the last of `words`."""
    environ = {
        "_BATCHTUI_COMPLETE": "bash_complete",
        "COMP_WORDS": shlex.join(["batchtui", *words]),
        "COMP_CWORD": str(len(words)),
    }
    done = CliRunner().invoke(root, env=environ, prog_name="batchtui")
    return [line.partition(",")[2] for line in done.stdout.split()]


def test_jobs_and_profiles_are_offered(
    command: Command, write_input: WriteInput, tmp_path: Path, machine: Path
) -> None:
    command("run", write_input(), "-o", tmp_path / "out.jsonl", "--interval", "0.1")
    (job,) = JobStore().jobs()
    assert offered("jobs", "show", "job_") == [job.id]
    assert offered("jobs", "show", "x") == []
    config = machine / ".config" / "batchtui" / "config.toml"
    config.parent.mkdir(parents=True)
    config.write_text('[profiles.proxy]\nbase_url = "http://localhost:4000"\n')
    assert offered("batches", "ls", "--profile", "pro") == ["proxy"]
    config.write_text("not toml")
    assert offered("batches", "ls", "--profile", "pro") == []
