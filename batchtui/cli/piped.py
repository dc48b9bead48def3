"""`something | batchtui view -` on a terminal: the viewer, while the pipe is still being read."""

from __future__ import annotations

import os
import sys
import tempfile
import threading
from contextlib import suppress
from pathlib import Path
from typing import Final

from batchtui.errors import InputError, UsageError

_PIECE_BYTES: Final = 1 << 16


def view_pipe(path: Path | None = None) -> int:
    """Open the viewer on what is piped in; keys come from the terminal. Returns the exit code.

    `path`: of another pipe than stdin. Raises InputError when it cannot be opened.
    """
    from batchtui.tui.run import run_app
    from batchtui.tui.start import AtPipe

    try:
        pipe = os.dup(sys.stdin.fileno()) if path is None else os.open(path, os.O_RDONLY)
    except OSError as error:
        raise InputError(f"cannot read {path or 'stdin'}: {error.strerror}") from None
    try:
        terminal = os.open("/dev/tty", os.O_RDWR)
    except OSError:
        os.close(pipe)
        raise UsageError(
            "there is no terminal to take keys from", hint="redirect the output to read it as text"
        ) from None
    os.dup2(terminal, sys.stdin.fileno())
    os.close(terminal)
    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        copy = Path(directory) / "stdin"
        copy.touch(mode=0o600)
        ended = threading.Event()
        spool = threading.Thread(target=_spool, args=(pipe, copy, ended), name="stdin", daemon=True)
        spool.start()
        return run_app(None, start=AtPipe(copy, ended))


def _spool(pipe: int, copy: Path, ended: threading.Event) -> None:
    """Copy until the pipe ends, or the viewer is closed and the directory is gone."""
    with (
        suppress(OSError),
        copy.open("ab", buffering=0) as file,
        os.fdopen(pipe, "rb", 0) as source,
    ):
        while piece := source.read(_PIECE_BYTES):
            file.write(piece)
    ended.set()
