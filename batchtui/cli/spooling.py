"""Standard input as a file that is still there when an interrupted job goes on."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import Final

from batchtui import paths

_PIECE_BYTES: Final = 1 << 20


def spooled() -> Path:
    """A file with all that comes from standard input, in the user's state directory.

    It is named by its content: the same input is the same file, and so the same job.
    """
    directory = paths.private(paths.state_dir() / "jobs" / "stdin")
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".", delete=False) as file:
        temporary = Path(file.name)
        try:
            while piece := sys.stdin.buffer.read(_PIECE_BYTES):
                digest.update(piece)
                file.write(piece)
            file.flush()
            place = directory / f"{digest.hexdigest()[:32]}.jsonl"
            if not place.exists():
                temporary.rename(place)
        finally:
            temporary.unlink(missing_ok=True)
    return place
