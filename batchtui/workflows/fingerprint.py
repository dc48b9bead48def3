"""What a file is known by, whatever it is called: the SHA-256 of its content."""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Final

from batchtui.errors import InputError
from batchtui.jsonl.progress import Progress, Steps

_CHUNK_BYTES: Final = 1 << 20


def fingerprint(path: Path) -> Steps[str]:
    """The hash in hexadecimal. Raises InputError when the file cannot be read."""
    digest = hashlib.sha256()
    done_bytes = 0
    try:
        with path.open("rb") as file:
            total_bytes = path.stat().st_size
            while chunk := file.read(_CHUNK_BYTES):
                digest.update(chunk)
                done_bytes += len(chunk)
                yield Progress(done_bytes, max(total_bytes, done_bytes))
    except OSError as error:
        raise InputError(f"{path}: {error.strerror or error}") from None
    return digest.hexdigest()
