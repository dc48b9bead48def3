"""What a command reads: a file, or `-` for stdin; and the engine's work on it, with progress."""

from __future__ import annotations

import io
import os
import shutil
import stat
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from batchtui.cli.output import Progress, size
from batchtui.errors import InputError, UsageError

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Steps

T = TypeVar("T")

STDIN = "-"


def is_stream(given: str | Path) -> bool:
    """Whether `given` is there and can be read once only, as a named pipe or `<(command)`."""
    try:
        mode = os.stat(given).st_mode  # noqa: PTH116 - `given` may be no path at all
    except (OSError, ValueError):
        return False
    return not stat.S_ISREG(mode) and not stat.S_ISDIR(mode)


def opened_stream(path: Path) -> io.FileIO:
    """What can be read once only. Raises InputError."""
    try:
        return io.FileIO(path)
    except OSError as error:
        raise InputError(f"cannot read {path}: {error.strerror or error}") from None


@contextmanager
def read_from(given: str) -> Iterator[Path]:
    """The path of what is read. Stdin, or another pipe, is copied to a file first, for it can be
    read once only."""
    if given != STDIN and not is_stream(given):
        yield Path(given)
        return
    if given == STDIN and sys.stdin.isatty():
        raise UsageError("- is what is piped in, and nothing is", hint="name a file, or use a pipe")
    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        copy = Path(directory) / "stdin"
        with copy.open("wb") as file:
            if given == STDIN:
                shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
            else:
                with opened_stream(Path(given)) as stream:
                    shutil.copyfileobj(stream, file, 1 << 20)
        yield copy


def worked(steps: Steps[T], what: str) -> T:
    """The result of the engine's work; on a terminal a line says how far it is."""
    from batchtui.jsonl.progress import run

    progress = Progress()
    try:
        return run(
            steps,
            on_progress=lambda at: progress.show(
                f"{what}  {size(at.done_bytes)} of {size(at.total_bytes)}"
            ),
        )
    finally:
        progress.clear()
