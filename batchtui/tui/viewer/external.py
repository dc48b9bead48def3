"""Opens a record in $PAGER or a file in $EDITOR, while the app is suspended.

What the pager gets is safe text in a private temporary file, which is deleted afterwards.
"""

from __future__ import annotations

import json
import os
import shlex
import shutil
import subprocess
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from textual.app import App, SuspendNotSupported

from batchtui.errors import BatchtuiError, InputError, UsageError
from batchtui.jsonl.results import decode
from batchtui.tui.viewer.text import decoded, safe_lines


def pager(environ: Mapping[str, str] = os.environ) -> list[str]:
    return _command(environ.get("PAGER") or "less", "PAGER")


def editor(environ: Mapping[str, str] = os.environ) -> list[str]:
    return _command(environ.get("VISUAL") or environ.get("EDITOR") or "vi", "EDITOR")


def run(app: App[Any], command: list[str]) -> None:
    """Run `command` in the foreground. Raises UsageError when that is not possible."""
    try:
        with app.suspend():
            subprocess.run(command, check=False)  # noqa: S603 - the user's own program
    except SuspendNotSupported:
        raise UsageError("this terminal cannot be handed to another program") from None
    except OSError as error:
        raise UsageError(f"{command[0]} cannot be run: {error.strerror}") from None
    app.refresh(layout=True)


@contextmanager
def as_file(name: str, text: str) -> Iterator[Path]:
    """A private file with `text`, as long as the block runs. Raises InputError."""
    with ExitStack() as stack:
        try:
            directory = tempfile.TemporaryDirectory(prefix="batchtui-")
            path = Path(stack.enter_context(directory)) / name
            path.write_text(text, encoding="utf-8", errors="backslashreplace")
        except OSError as error:
            raise InputError(f"cannot keep it for the pager: {error.strerror or error}") from None
        yield path


def readable(data: bytes) -> str:
    """A line as a pager should show it: indented where it is JSON, and safe."""
    try:
        text = json.dumps(decode(data), ensure_ascii=False, indent=2)
    except (ValueError, RecursionError):
        text = decoded(data)
    return "\n".join(safe_lines(text)) + "\n"


def _command(said: str, variable: str) -> list[str]:
    try:
        command = shlex.split(said)
    except ValueError:
        command = []
    if not command:
        raise BatchtuiError(f"${variable} is not a command: {said!r}")
    if shutil.which(command[0]) is None:
        raise UsageError(f"{command[0]} is not installed", hint=f"name another one in ${variable}")
    return command
