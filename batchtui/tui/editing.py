"""A file in the user's editor, at a line, in the ways that editors have of saying which."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path, PurePath
from typing import Final

_PLUS: Final = frozenset(
    {"vi", "vim", "nvim", "view", "gvim", "mvim", "vimx", "nano", "pico", "emacs", "emacsclient"}
    | {"micro", "kak", "joe", "jed", "mg", "ne", "mcedit", "gedit"}
)
"""`EDITOR +LINE FILE`."""
_COLON: Final = frozenset({"hx", "helix", "subl", "zed"})
"""`EDITOR FILE:LINE`."""
_GO_TO: Final = frozenset({"code", "code-insiders", "codium", "cursor", "windsurf"})
"""`EDITOR -g FILE:LINE`."""


def command_at(editor: Sequence[str], path: Path, line: int | None) -> list[str]:
    """`editor` (its words, as `code -w`) on the file at `path`, at `line` (from 1) if it can."""
    name = PurePath(editor[0]).name.casefold().partition(".")[0]
    plain = [*editor, str(path)]
    if line is None:
        return plain
    if name in _PLUS:
        return [*editor, f"+{line}", str(path)]
    if name in _COLON:
        return [*editor, f"{path}:{line}"]
    if name in _GO_TO:
        return [*editor, "-g", f"{path}:{line}"]
    return plain
