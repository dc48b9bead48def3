"""`something | batchtui view -` on a terminal."""

from __future__ import annotations

from tests.tui.terminal import Terminal

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
