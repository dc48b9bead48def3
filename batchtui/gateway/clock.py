"""What time it is, and waiting until a time. Tests bring a clock of their own."""

from __future__ import annotations

import asyncio
import time
from typing import Final, Protocol

_LONGEST_SLEEP_S: Final = 30.0


class Clock(Protocol):
    def now(self) -> float:
        """Epoch seconds, UTC."""

    async def wait_until(self, when: float) -> None:
        """Return once `now()` is at or past `when`."""


class SystemClock:
    def now(self) -> float:
        return time.time()

    async def wait_until(self, when: float) -> None:
        """Sleeps in short pieces: a machine that was suspended, or set its clock, is noticed."""
        while (left := when - self.now()) > 0:  # noqa: ASYNC110 - a time is no event
            await asyncio.sleep(min(left, _LONGEST_SLEEP_S))
