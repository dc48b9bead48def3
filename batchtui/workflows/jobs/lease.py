"""Who drives a job: one process at a time, by a lock that ends with its process however that ends.

Owns the lock file only. It needs no clock and no heartbeat: the system frees the lock of a process
that was killed at once.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from batchtui import paths
from batchtui.errors import BatchtuiError, ExitCode
from batchtui.workflows.lock import try_lock

_TRIES: Final = 10
_PAUSE_S: Final = 0.02
"""Who only looks whether a job is driven holds the lock for a moment."""


class JobBusyError(BatchtuiError):
    """Another process drives the job."""

    exit_code = ExitCode.USAGE

    def __init__(self, job_id: str, pid: int) -> None:
        super().__init__(
            f"{job_id} is driven by process {pid}",
            hint=f"batchtui jobs show {job_id} tells how far it is",
        )


@contextmanager
def lease(directory: Path, job_id: str) -> Iterator[None]:
    """Drive the job for the time of the block. Blocks for moments; raises JobBusyError."""
    file = _file(directory)
    descriptor = os.open(file, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        for _ in range(_TRIES):
            if try_lock(descriptor):
                break
            time.sleep(_PAUSE_S)
        else:
            raise JobBusyError(job_id, driver(directory))
        os.truncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def driver(directory: Path) -> int:
    """The process that drives the job now; 0: none does."""
    with suppress(OSError, ValueError):
        descriptor = os.open(directory / "lock", os.O_RDWR | os.O_CLOEXEC)
        try:
            if not try_lock(descriptor):
                return int(os.pread(descriptor, 20, 0) or b"-1")
        finally:
            os.close(descriptor)
    return 0


def _file(directory: Path) -> Path:
    return paths.private(directory) / "lock"
