"""What a large join asks of its process: many open files, and memory that is given back."""

from __future__ import annotations

import ctypes
import sys
from contextlib import suppress
from typing import Final

from batchtui.errors import InputError

_SPARE_FILES: Final = 64
"""Descriptors for everything else of the process."""

_M_MMAP_THRESHOLD: Final = -3
_LARGE_BYTES: Final = 1 << 20


def allow_files(count: int) -> None:
    """A job of thousands of batches has more result files than a process may open at first.

    Raises InputError where even the system's limit is lower.
    """
    if sys.platform == "win32":
        return
    import resource

    count += _SPARE_FILES
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft >= count or soft == resource.RLIM_INFINITY:
        return
    if hard != resource.RLIM_INFINITY and hard < count:
        raise InputError(
            f"the job has {count - _SPARE_FILES:,} result files, and {hard:,} may be open at once",
            hint="raise the limit with `ulimit -n`",
        )
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))


def keep_large_apart() -> None:
    """Have glibc keep large arrays in mappings of their own: they grow in place, and what is freed
    goes back to the system. By itself it ceases to once a large one was freed; a fifth of the peak
    of a join of a million records is such waste. Elsewhere this does nothing.
    """
    if sys.platform == "linux":
        with suppress(OSError, AttributeError):
            ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, _LARGE_BYTES)
