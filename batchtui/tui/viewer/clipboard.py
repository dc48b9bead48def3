"""Copies text to the clipboard of the terminal one sits at, also over SSH: OSC 52, within its cap.

What is too long goes to a private file, and the message says where. Whether a terminal took what it
was sent cannot be known, so the message only says that it was sent.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, Final

from textual.app import App

from batchtui import paths
from batchtui.errors import InputError
from batchtui.tui import figures

OSC52_BYTES: Final = 74_994
"""Terminals and multiplexers drop longer sequences silently; counted in base64."""


def copy(app: App[Any], text: str, what: str, *, directory: Path | None = None) -> str:
    """Copy `text`, called `what`; returns what to tell. `directory`: for what is too long.

    Raises InputError when that file cannot be written.
    """
    data = text.encode("utf-8", "surrogatepass")
    if fits(len(data)):
        app.copy_to_clipboard(data.decode("utf-8", "replace"))
        return f"{what} sent to the terminal's clipboard ({figures.size(len(data))})"
    path = _kept(data, directory or paths.cache_dir() / "copied")
    return f"{what} is too long for the clipboard ({figures.size(len(data))}): it is in {path}"


def fits(size_bytes: int) -> bool:
    return (size_bytes + 2) // 3 * 4 <= OSC52_BYTES


def _kept(data: bytes, directory: Path) -> Path:
    path = directory / "copied.txt"
    try:
        paths.private(directory)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None
    return path
