"""The directory with the bytes: one file per file id, and the lock on the whole.

Owns paths and durability of files. Every function blocks: call them from a thread.
"""

from __future__ import annotations

import fcntl
import os
from collections.abc import Collection
from pathlib import Path
from typing import Final

from batchtui import paths
from batchtui.errors import UsageError

_LONGEST_URL_BYTES: Final = 300


def running_url(root: Path) -> str | None:
    """Where the gateway that holds `root` answers; None when nobody holds it."""
    try:
        lock = os.open(root / "lock", os.O_RDWR | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(lock, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except OSError:
        return os.pread(lock, _LONGEST_URL_BYTES, 0).decode("ascii", "replace") or None
    finally:
        os.close(lock)
    return None


class Disk:
    def __init__(self, root: Path) -> None:
        """Take `root` for this process alone; raises UsageError when another gateway has it."""
        try:
            paths.private(root)
            self.files = paths.private(root / "files")
            self._lock = os.open(root / "lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        except OSError as error:
            raise UsageError(
                f"{root}: cannot be used for the gateway's data: {error.strerror}",
                hint="choose another --data-dir",
            ) from None
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            os.close(self._lock)
            raise UsageError(
                f"another gateway is using {root}",
                hint="stop it, or choose another --data-dir",
            ) from None
        self.database = root / "gateway.sqlite3"

    def announce(self, url: str) -> None:
        """Leave word, for as long as the lock is held, of where this gateway answers."""
        os.ftruncate(self._lock, 0)
        os.pwrite(self._lock, url.encode(), 0)

    def close(self) -> None:
        os.ftruncate(self._lock, 0)
        os.close(self._lock)

    def path(self, file_id: str) -> Path:
        return self.files / file_id

    def create(self, file_id: str) -> int:
        """A new, empty file, open for writing; the caller closes it and calls `settle`."""
        return os.open(self.path(file_id), os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)

    def settle(self) -> None:
        """Make the names of new files durable."""
        descriptor = os.open(self.files, os.O_RDONLY | os.O_DIRECTORY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)

    def remove(self, file_id: str) -> None:
        self.path(file_id).unlink(missing_ok=True)

    def sweep(self, known: Collection[str]) -> None:
        """Remove what no row names: half uploads and deleted files a crash left behind."""
        for path in self.files.iterdir():
            if path.name not in known:
                path.unlink()
