"""Standard input as a file that is still there when an interrupted job goes on."""

from __future__ import annotations

import hashlib
import sys
import tempfile
from pathlib import Path
from typing import BinaryIO, Final

from batchtui import paths
from batchtui.errors import InputError

_PIECE_BYTES: Final = 1 << 20


def spooled(path: Path | None = None) -> Path:
    """A file with all that comes from standard input, in the user's state directory.

    It is named by its content: the same input is the same file, and so the same job. `path`: of
    another pipe. Raises InputError when it cannot be read or kept.
    """
    try:
        directory = paths.private(paths.state_dir() / "jobs" / "stdin")
        if path is None:
            return _kept(sys.stdin.buffer, directory)
        with path.open("rb") as pipe:
            return _kept(pipe, directory)
    except OSError as error:
        raise InputError(f"cannot keep what is piped in: {error.strerror or error}") from None


def _kept(pipe: BinaryIO, directory: Path) -> Path:
    digest = hashlib.sha256()
    with tempfile.NamedTemporaryFile(dir=directory, prefix=".", delete=False) as file:
        temporary = Path(file.name)
        try:
            while piece := pipe.read(_PIECE_BYTES):
                digest.update(piece)
                file.write(piece)
            file.flush()
            place = directory / f"{digest.hexdigest()[:32]}.jsonl"
            if not place.exists():
                temporary.rename(place)
        finally:
            temporary.unlink(missing_ok=True)
    return place
