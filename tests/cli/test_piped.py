"""`something | batchtui ... -`: the viewer on a terminal, an upload anywhere."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from batchtui.cli.root import root
from batchtui.gateway.server import Gateway
from tests.tui.terminal import Terminal

WriteInput = Callable[..., Path]

PIPED = r"""
import fcntl, os, sys, termios
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
reader, writer = os.pipe()
os.dup2(reader, 0)
with os.fdopen(writer, "wb") as file:
    file.write(b'{"custom_id": "piped-line", "method": "POST"}\n' * 3)
sys.argv = ["batchtui", "view", "-"]
from batchtui.__main__ import main
main()
"""


def test_the_viewer_reads_the_pipe_and_takes_keys_from_the_terminal() -> None:
    with Terminal(PIPED) as terminal:
        terminal.read_until("piped-line")
        terminal.press("q")
        terminal.read_until("NAME")
        terminal.press("q")
        assert terminal.exit_code() == 0


@pytest.mark.parametrize("into", [("batches", "create", "-"), ("files", "put", "-")])
def test_what_is_piped_in_is_uploaded(
    gateway: Gateway, write_input: WriteInput, into: tuple[str, ...]
) -> None:
    environ = {"BATCHTUI_BASE_URL": gateway.base_url}
    content = write_input().read_bytes()
    done = CliRunner().invoke(root, into, input=content, env=environ)
    assert done.exit_code == 0, done.stderr
    listed = CliRunner().invoke(root, ["files", "ls", "--purpose=batch", "--json"], env=environ)
    (file,) = json.loads(listed.stdout)["data"]
    assert file["bytes"] == len(content)
