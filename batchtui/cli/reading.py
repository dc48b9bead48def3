"""What a command reads: a file, or `-` for stdin; and the engine's work on it, with progress."""

from __future__ import annotations

import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from batchtui.cli.output import Progress, size
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Steps

T = TypeVar("T")

STDIN = "-"


@contextmanager
def read_from(given: str) -> Iterator[Path]:
    """The path of what is read. Stdin is copied to a file first, for it can be read once only."""
    if given != STDIN:
        yield Path(given)
        return
    if sys.stdin.isatty():
        raise UsageError("- is what is piped in, and nothing is", hint="name a file, or use a pipe")
    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        copy = Path(directory) / "stdin"
        with copy.open("wb") as file:
            shutil.copyfileobj(sys.stdin.buffer, file, 1 << 20)
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
