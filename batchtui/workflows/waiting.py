"""How long to wait before a server is asked again, and waiting for just that.

Owns back-off, jitter and which clock counts. Must not know what is asked.
"""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Callable
from contextlib import suppress
from typing import Final

from batchtui.errors import ApiError, BatchtuiError, StatusError

FIRST_RETRY_S: Final = 2.0
LONGEST_RETRY_S: Final = 60.0
PIECE_S: Final = 5.0
"""A wait is looked at again so often: a machine that slept is late by no more than that."""
SPREAD: Final = 0.1

_CLOCK_ID = getattr(time, "CLOCK_BOOTTIME", getattr(time, "CLOCK_MONOTONIC", None))


def clock() -> float:
    """Seconds that go on while the machine sleeps, and that nobody can set back or forth."""
    return time.monotonic() if _CLOCK_ID is None else time.clock_gettime(_CLOCK_ID)


def jittered(seconds: float) -> float:
    """A little more or less, so that many who wait do not ask at the same moment."""
    return seconds * random.uniform(1 - SPREAD, 1 + SPREAD)  # noqa: S311 (keeps no secret)


def retry_in_s(error: BatchtuiError, failures: int, interval_s: float) -> float:
    """Seconds until the next try, after `failures` (one or more) in a row.

    What the server asks for, else ever longer up to a minute. A key that is refused gets no
    better soon.
    """
    first_s = min(FIRST_RETRY_S, interval_s)
    if isinstance(error, StatusError) and error.retry_after_s is not None:
        return max(error.retry_after_s, first_s)
    if isinstance(error, ApiError) and error.status in (401, 403):
        return LONGEST_RETRY_S
    return jittered(min(first_s * 2.0 ** min(failures - 1, 10), LONGEST_RETRY_S))


async def wait(
    seconds: float, wake: asyncio.Event | None = None, *, now: Callable[[], float] = clock
) -> None:
    """Until it is time, or `wake` is set."""
    ends_at = now() + seconds
    while (left_s := ends_at - now()) > 0:
        with suppress(TimeoutError):
            async with asyncio.timeout(min(left_s, PIECE_S)):
                await (wake or asyncio.Event()).wait()
                return
