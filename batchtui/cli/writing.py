"""Where a command writes: a file that is not replaced by accident, or stdout."""

from __future__ import annotations

import os
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from batchtui.errors import UsageError
from batchtui.visible import visible

_ELSEWHERE: Final = "write it elsewhere, with -o OUT"


def new_file(output: str, *, force: bool) -> None:
    """Raises UsageError when `output` exists, or can not be written, before anything is paid."""
    path = Path(output)
    if output == "-":
        return
    try:
        if path.is_dir():
            raise UsageError(f"{output} is a directory", hint="name a file")
        if path.exists() and not force:
            raise UsageError(f"{output} exists", hint="--force replaces it")
        if not path.parent.is_dir():
            raise UsageError(f"{path.parent} is not a directory", hint="make it first")
    except OSError as error:
        raise UsageError(f"{output}: {error.strerror or error}", hint=_ELSEWHERE) from None
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise UsageError(f"{output}: nothing may be written in that directory", hint=_ELSEWHERE)


@contextmanager
def written_to(output: str) -> Iterator[Path]:
    """A path to write to: `output` itself, or for `-` a temporary file then copied to stdout."""
    if output != "-":
        yield Path(output)
        return
    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        path = Path(directory) / "out.jsonl"
        yield path
        with path.open("rb") as whole:
            if sys.stdout.isatty():
                _show(whole)
            else:
                shutil.copyfileobj(whole, sys.stdout.buffer, 1 << 20)
        sys.stdout.flush()


def _show(content: BinaryIO) -> None:
    """On a terminal, with nothing that could steer it."""
    for line in content:
        sys.stdout.write(visible(line.decode("utf-8", "replace").rstrip("\r\n")) + "\n")
