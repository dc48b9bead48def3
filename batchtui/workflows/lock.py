"""Locks between processes, by files: a lock ends with its process, however that ends."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from batchtui import paths


@contextmanager
def alone(file: Path) -> Iterator[bool]:
    """True: nobody else, in this process or another, holds `file` for the time of the block.

    The file is made, and removed at the end. Raises OSError.
    """
    paths.private(file.parent)
    while True:
        descriptor = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        is_ours = try_lock(descriptor)
        if not is_ours or _is_at(file, descriptor):
            break
        os.close(descriptor)  # who held it has just removed it
    try:
        yield is_ours
    finally:
        if is_ours:
            with suppress(OSError):
                file.unlink()
        os.close(descriptor)


def try_lock(descriptor: int) -> bool:
    """False when another holds it."""
    if sys.platform == "win32":
        import msvcrt

        try:
            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        except OSError:
            return False
        return True
    import fcntl

    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def _is_at(file: Path, descriptor: int) -> bool:
    try:
        return os.path.samestat(os.fstat(descriptor), file.stat())
    except FileNotFoundError:
        return False
