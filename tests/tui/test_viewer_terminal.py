"""What leaves the viewer by the terminal: the clipboard's sequence, a pager, an editor."""

from __future__ import annotations

import base64
from pathlib import Path

import pytest

from batchtui.errors import BatchtuiError
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.viewer import clipboard, external
from tests.tui.support import until
from tests.tui.terminal import Terminal
from tests.tui.viewer_support import (
    answer_line,
    offline_app,
    request_line,
    told,
    viewing_file,
    write_lines,
)

OPEN = """
from pathlib import Path
from batchtui.tui.app import BatchtuiApp
from batchtui.tui.start import AtFile

BatchtuiApp(None, start=AtFile(Path({path!r}))).run(mouse=False)
"""


def test_a_copy_is_one_sequence_to_the_terminal(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "out.jsonl", [answer_line(1, "bill\x1b[2Jing")])
    with Terminal(OPEN.format(path=str(path))) as terminal:
        terminal.read_until("1 of 1")
        terminal.press("ya")
        encoded = base64.b64encode(b"bill\x1b[2Jing").decode()
        terminal.read_until(f"\x1b]52;c;{encoded}\x07")
        terminal.press("\x11")
        assert terminal.exit_code() == 0


def test_a_record_goes_to_the_pager_and_a_file_to_the_editor(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", [request_line(1), request_line(2)])
    taken = tmp_path / "taken"
    taken.mkdir()
    copier = f"cp --target-directory={taken}"
    editor = tmp_path / "nano"
    editor.write_text(f'#!/bin/sh\necho "\'$1\'"\n{copier} "$2"\n')
    editor.chmod(0o700)
    environ = {"PAGER": copier, "EDITOR": str(editor), "VISUAL": ""}
    with Terminal(OPEN.format(path=str(path)), environ) as terminal:
        terminal.read_until("1 of 2")
        terminal.press("j")
        terminal.read_until("2 of 2")
        for key, name in (("o", "record.txt"), ("O", "in.jsonl")):
            terminal.output = b""
            terminal.press(key)
            terminal.read_until("\x1b[?1049h")  # the app is back
            terminal.read_until("2 of 2")
            assert (taken / name).exists()
        assert b"'+2'" in terminal.output, "the editor is told the line"
        terminal.press("\x11")
        assert terminal.exit_code() == 0
    assert '  "custom_id": "t-0002",' in (taken / "record.txt").read_text()


def test_what_a_pager_gets_is_safe_and_readable() -> None:
    text = external.readable('{"a": "\x1b[31m\\u001b[0m", "b": [1, "é"]}'.encode())
    assert "\x1b" not in text
    assert external.readable(b'{"a": [1, "\xc3\xa9"]}') == '{\n  "a": [\n    1,\n    "é"\n  ]\n}\n'
    assert external.readable(b"\xffplain") == "\\xffplain\n"


def test_pager_and_editor_come_from_the_environment() -> None:
    assert external.pager({"PAGER": "cat -n"}) == ["cat", "-n"]
    assert external.editor({"VISUAL": "cat", "EDITOR": "vi"}) == ["cat"]
    with pytest.raises(BatchtuiError, match="not installed"):
        external.pager({"PAGER": "no-such-program"})
    with pytest.raises(BatchtuiError, match="not a command"):
        external.editor({"EDITOR": "'"})


async def test_where_no_program_can_run_that_is_said(tmp_path: Path) -> None:
    path = write_lines(tmp_path / "in.jsonl", [request_line(1)])
    async with viewing_file(path) as (pilot, screen):
        await pilot.press("o")
        await until(
            pilot, lambda: "terminal cannot" in told(screen) or "not installed" in told(screen)
        )


async def test_what_is_too_long_for_the_clipboard_goes_to_a_private_file(tmp_path: Path) -> None:
    app: BatchtuiApp = offline_app(tmp_path)
    async with app.run_test():
        assert "sent to the terminal's clipboard (5 B)" in clipboard.copy(app, "short", "value")
        assert app.clipboard == "short"
        long = "x" * 60_000
        message = clipboard.copy(app, long, "value", directory=tmp_path / "kept")
        kept = tmp_path / "kept" / "copied.txt"
        assert str(kept) in message
        assert kept.read_text() == long
        assert kept.stat().st_mode & 0o777 == 0o600
        assert app.clipboard == "short"
        clipboard.copy(app, "\ud800", "value")


def test_the_cap_is_on_the_encoded_bytes() -> None:
    assert clipboard.fits(56_244)
    assert not clipboard.fits(56_248)
