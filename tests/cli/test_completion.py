"""`batchtui completion`, and what a shell gets from it."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest
from click.testing import CliRunner

from batchtui.cli.root import root


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_a_script_for_each_shell(shell: str) -> None:
    done = CliRunner().invoke(root, ["completion", shell])
    assert done.exit_code == 0
    assert "_BATCHTUI_COMPLETE" in done.stdout


@pytest.mark.parametrize(("typed", "offered"), [("ba", "batches"), ("batches w", "watch")])
def test_commands_are_completed(typed: str, offered: str) -> None:
    words = f"batchtui {typed}"
    done = subprocess.run(
        [sys.executable, "-c", "from batchtui.cli.root import root; root(prog_name='batchtui')"],
        env={
            **os.environ,
            "_BATCHTUI_COMPLETE": "bash_complete",
            "COMP_WORDS": words,
            "COMP_CWORD": str(len(words.split()) - 1),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert f"plain,{offered}" in done.stdout.splitlines()
