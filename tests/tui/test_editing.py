"""Each editor is told the line in its own way, and none that does not understand it."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchtui.tui.editing import command_at

FILE = Path("/data/in 1.jsonl")


@pytest.mark.parametrize(
    ("editor", "command"),
    [
        (["vi"], ["vi", "+7", str(FILE)]),
        (["/usr/bin/vim.basic", "-u", "x"], ["/usr/bin/vim.basic", "-u", "x", "+7", str(FILE)]),
        (["nvim"], ["nvim", "+7", str(FILE)]),
        (["nano"], ["nano", "+7", str(FILE)]),
        (["emacs", "-nw"], ["emacs", "-nw", "+7", str(FILE)]),
        (["micro"], ["micro", "+7", str(FILE)]),
        (["hx"], ["hx", f"{FILE}:7"]),
        (["helix"], ["helix", f"{FILE}:7"]),
        (["code", "-w"], ["code", "-w", "-g", f"{FILE}:7"]),
        (["ed"], ["ed", str(FILE)]),
        (["my-editor"], ["my-editor", str(FILE)]),
    ],
)
def test_the_line_is_told(editor: list[str], command: list[str]) -> None:
    assert command_at(editor, FILE, 7) == command
    assert command_at(editor, FILE, None) == [*editor, str(FILE)]
