"""How the app starts and ends on a terminal: what it loads, writes, refuses, and leaves behind."""

from __future__ import annotations

import re
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from batchtui import paths
from batchtui.errors import UsageError
from batchtui.tui.glyphs import ASCII, UNICODE, choose
from batchtui.tui.run import refuse_without_terminal, wants_mouse
from tests.tui.terminal import PATIENCE_S, Terminal

DEAD = "http://127.0.0.1:9"

FIRST_FRAME = f"""
import sys
from batchtui.config import Profile
from batchtui.tui.app import BatchtuiApp

class App(BatchtuiApp):
    def _display(self, screen, renderable):
        super()._display(screen, renderable)
        lines = screen._compositor.render_strips()
        text = "".join(part.text for line in lines for part in line)
        if "[1 Batches]" in text:
            print(",".join(m for m in ("httpx", "pydantic", "msgspec") if m in sys.modules))
            self.exit()

App(Profile("dead", "{DEAD}")).run(headless=True, size=(80, 24))
"""

RUN = f"""
import sys
from batchtui.config import Profile, Secret
from batchtui.tui.run import run_app
sys.exit(run_app(Profile("dead", "{DEAD}", api_key=Secret("sk-s3cret"))))
"""

CRASH = f"""
import sys
from batchtui.config import Profile, Secret
from batchtui.tui import run
from batchtui.tui.app import BatchtuiApp

def broken(self):
    key = "sk-s3cret"
    raise RuntimeError("a bug")

BatchtuiApp.action_help = broken
sys.exit(run.run_app(Profile("dead", "{DEAD}", api_key=Secret("sk-s3cret"))))
"""

COLOUR = re.compile(rb"\x1b\[[0-9;]*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7]|38;[25]|48;[25])[0-9;]*m")
MORE_COLOURS = re.compile(rb"\x1b\[[0-9;]*[34]8;[25][0-9;]*m")


def test_the_first_frame_waits_for_no_network_and_no_wire_types() -> None:
    done = subprocess.run(
        [sys.executable, "-c", FIRST_FRAME], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[0] == ""


def test_the_frame_is_there_before_the_app_is_loaded() -> None:
    with Terminal(RUN) as terminal:
        terminal.read_until("[1 Batches]")
        before = terminal.output
        assert b"dead @ 127.0.0.1" in before
        assert b"loading from 127.0.0.1" in terminal.read_until("loading from 127.0.0.1")
        assert b"\x1b[?1000h" not in before, "what the app sends first"
        terminal.read_until("next try in")
        terminal.press("q")
        assert terminal.exit_code() == 0


def test_the_palette_of_the_terminal_is_enough() -> None:
    with Terminal(RUN) as terminal:
        terminal.read_until("next try in")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert COLOUR.search(terminal.output)
        assert not MORE_COLOURS.search(terminal.output)


def test_no_color_means_none() -> None:
    with Terminal(RUN, {"NO_COLOR": "1"}) as terminal:
        terminal.read_until("next try in")
        terminal.press("\x11")
        assert terminal.exit_code() == 0
        assert not COLOUR.search(terminal.output)


def test_a_terminal_without_utf_8_gets_ascii_signs() -> None:
    with Terminal(RUN, {"LC_ALL": "C"}) as terminal:
        terminal.read_until("x the server refused")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert "─" not in terminal.output.decode()


def test_the_mouse_is_off_over_ssh() -> None:
    with Terminal(RUN, {"SSH_TTY": "/dev/pts/1"}) as terminal:
        terminal.read_until("next try in")
        terminal.press("q")
        assert terminal.exit_code() == 0
        assert b"\x1b[?1003h" not in terminal.output
    assert wants_mouse({})
    assert not wants_mouse({"SSH_CONNECTION": "10.0.0.1 1 10.0.0.2 22"})


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_signal_to_end_leaves_a_sane_terminal(number: int) -> None:
    with Terminal(RUN) as terminal:
        terminal.read_until("next try in")
        terminal.process.send_signal(number)
        assert terminal.exit_code() == 0
        assert b"\x1b[?1049l" in terminal.output


DEMO = """
import sys
sys.argv = ["batchtui", "demo"]
from batchtui.__main__ import main
main()
"""


def test_a_terminal_that_is_gone_ends_the_demo_without_a_trace(tmp_path: Path) -> None:
    with Terminal(DEMO, {"TMPDIR": str(tmp_path)}) as terminal:
        terminal.read_until("reviews-06")
        assert list(tmp_path.iterdir())
        terminal.hang_up()
        assert terminal.process.wait(timeout=PATIENCE_S) == 0
    assert not list(tmp_path.iterdir())


def test_an_unforeseen_error_leaves_a_sane_terminal_a_log_and_three_lines() -> None:
    with Terminal(CRASH) as terminal:
        terminal.read_until("next try in")
        terminal.press("?")
        assert terminal.exit_code() == 1
        written = terminal.output.decode()
    assert "\x1b[?1049l" in written
    said = written.rsplit("\x1b[?1049l", 1)[1]
    assert "batchtui stopped: an unexpected RuntimeError." in said
    assert "Traceback" not in said
    log = paths.log_file().read_text()
    assert "a bug" in log
    assert "in broken" in log
    assert "sk-s3cret" not in log + written


def test_without_a_terminal_it_says_so_and_names_the_commands() -> None:
    with pytest.raises(UsageError, match="needs a terminal") as refused:
        refuse_without_terminal({})
    assert "batchtui batches ls" in str(refused.value.hint)


def test_a_dumb_terminal_is_refused() -> None:
    with Terminal(RUN, {"TERM": "dumb"}) as terminal:
        terminal.read_until("TERM=dumb")
        assert terminal.exit_code() == 1


@pytest.mark.parametrize(
    ("encoding", "environ", "signs"),
    [
        ("utf-8", {}, UNICODE),
        ("utf-8", {"LANG": "de_DE.UTF-8"}, UNICODE),
        ("utf-8", {"LANG": "C"}, ASCII),
        ("utf-8", {"LC_ALL": "C.UTF-8", "LANG": "C"}, UNICODE),
        ("iso-8859-1", {}, ASCII),
        ("utf-8", {"TERM": "linux", "LANG": "C.UTF-8"}, ASCII),
    ],
)
def test_which_signs_a_terminal_gets(encoding: str, environ: dict[str, str], signs: object) -> None:
    assert choose(encoding, environ) is signs


def test_every_sign_has_a_twin_of_one_cell() -> None:
    from rich.cells import cell_len

    for name, fancy, plain in zip(UNICODE._fields, UNICODE, ASCII, strict=True):
        assert len(plain) == len(fancy)
        assert cell_len(fancy) == len(fancy), name
        assert plain.isascii(), name
