"""One call to the server: sent, tried again where that is safe, answered or raised.

Owns the connections, made on first use in a thread. Must not know what an answer means.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING

from batchtui.client.exchange import Answer, Outcome, Request
from batchtui.client.failures import error_of
from batchtui.client.retry import Repeat, wait_s
from batchtui.client.target import Target

if TYPE_CHECKING:
    from batchtui.client.wire import Transport, Wire

Sleep = Callable[[float], Awaitable[None]]


class Session:
    """`transport`: instead of real connections. `sleep`: how to wait before another attempt."""

    def __init__(
        self, target: Target, *, transport: Transport | None = None, sleep: Sleep = asyncio.sleep
    ) -> None:
        self.target = target
        self._transport = transport
        self._sleep = sleep
        self._wire: Wire | None = None
        self._making = asyncio.Lock()
        self._closed = False

    async def call(self, request: Request, *, repeat: Repeat = Repeat.ALWAYS) -> Answer:
        """A 2xx answer; raises the ApiError for anything else."""
        return await self.answer(lambda _: self.once(request), repeat=repeat)

    async def once(self, request: Request, *, fresh: bool = False) -> Outcome:
        """What came of sending `request` a single time; `fresh`: on a connection of its own."""
        return await (await self.wire()).exchange(request, fresh=fresh)

    async def answer(
        self, attempt: Callable[[int], Awaitable[Outcome]], *, repeat: Repeat
    ) -> Answer:
        """The first 2xx answer of `attempt`, called with 0, 1, ... as often as `repeat` allows."""
        number = 0
        while True:
            outcome = await attempt(number)
            if isinstance(outcome, Answer) and outcome.ok:
                return outcome
            pause_s = wait_s(outcome, repeat, number)
            if pause_s is None:
                raise error_of(outcome, self.target)
            await self.pause(pause_s)
            number += 1

    async def pause(self, seconds: float) -> None:
        await self._sleep(seconds)

    async def wire(self) -> Wire:
        async with self._making:
            if self._closed:
                raise RuntimeError("this client is closed")
            if self._wire is None:
                self._wire = await asyncio.to_thread(_make, self.target, self._transport)
            return self._wire

    async def aclose(self) -> None:
        self._closed = True
        wire, self._wire = self._wire, None
        if wire is not None:
            await wire.aclose()


def _make(target: Target, transport: Transport | None) -> Wire:
    from batchtui.client.wire import Wire

    return Wire(target, transport)
