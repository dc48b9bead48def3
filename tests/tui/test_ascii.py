"""A terminal without UTF-8: frames and notes are drawn in signs that it has."""

from __future__ import annotations

from tests.tui.terminal import Terminal

APP = """
import sys
from batchtui.config import Profile
from batchtui.tui.run import run_app
sys.exit(run_app(Profile("dead", "http://127.0.0.1:9")))
"""
C_LOCALE = {"LANG": "C", "LC_ALL": "C", "PYTHONUTF8": "0", "PYTHONCOERCECLOCALE": "0"}


def test_nothing_is_written_as_an_escape() -> None:
    with Terminal(APP, C_LOCALE) as terminal:
        terminal.read_until("next try in")
        terminal.press("?")
        terminal.read_until("Esc closes")
        terminal.press("q\x03")
        terminal.read_until("ctrl+q quits")
        terminal.press("\x10")
        terminal.read_until("Search for")
        terminal.press("\x11")
        assert terminal.exit_code() == 0
        assert rb"\u" not in terminal.output
        assert terminal.output.isascii()
