"""Asking the lines of one batch: a bounded number at a time, each until it has its one result."""

from __future__ import annotations

import asyncio
import logging
from contextlib import aclosing
from pathlib import Path

from batchtui.gateway.answer.answer import Answerer, NoAnswer
from batchtui.gateway.run.lines import ask_of, lines_of
from batchtui.gateway.run.results import Results

log = logging.getLogger(__name__)


class Execution:
    """`slots` bounds the lines in flight over all batches, first come, first served."""

    def __init__(
        self,
        path: Path,
        endpoint: str,
        results: Results,
        answerer: Answerer,
        slots: asyncio.Semaphore,
    ) -> None:
        self._path = path
        self._endpoint = endpoint
        self._results = results
        self._answerer = answerer
        self._slots = slots
        self._running: set[asyncio.Task[None]] = set()
        self._giving_up = asyncio.Event()

    async def ask_all(self) -> None:
        """Returns when every line has its result. Cancelled, it leaves running lines running."""
        async with aclosing(lines_of(self._path)) as lines:
            async for number, line in lines:
                if number in self._results.done:
                    continue
                await self._results.room()
                await self._slots.acquire()
                task = asyncio.create_task(self._ask(number, line))
                self._running.add(task)
                task.add_done_callback(self._ended)
        while self._running:
            await asyncio.wait(self._running)

    async def drain(self) -> None:
        """Let running lines come to their end, without another attempt for any."""
        self._giving_up.set()
        while self._running:
            await asyncio.wait(self._running)

    async def cut(self) -> None:
        """Drop running lines; they have no result."""
        for task in self._running:
            task.cancel()
        await asyncio.gather(*self._running, return_exceptions=True)

    def _ended(self, task: asyncio.Task[None]) -> None:
        self._running.discard(task)
        self._slots.release()

    async def _ask(self, number: int, line: bytes) -> None:
        try:
            ask = ask_of(line, self._endpoint)
        except (ValueError, RecursionError) as error:
            self._results.add(
                number, b"null", NoAnswer("invalid_request", f"Not a request: {error}")
            )
            return
        try:
            result = await self._answerer.answer(ask, self._giving_up)
            if result is not None:
                self._results.add(number, ask.custom_id, result)
        except Exception:
            log.exception("line %d of %s", number, self._path.name)
            failure = NoAnswer("server_error", "The gateway failed on this line; its log says why.")
            self._results.add(number, ask.custom_id, failure)
