"""Runs the record engine's long work in a thread, and turns callbacks into events.

Owns the way between threads and the loop; knows nothing of what is run.
"""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, Awaitable, Callable
from contextlib import suppress
from typing import Final, TypeVar

from batchtui.jsonl.progress import Progress, Steps

T = TypeVar("T")
E = TypeVar("E")
Emit = Callable[[E], None]

PROGRESS_INTERVAL_S: Final = 0.1


async def in_thread(steps: Steps[T], on_progress: Emit[Progress] | None = None) -> T:
    """The result of `steps`, run in a worker thread.

    `on_progress` is called on the loop, at most ten times a second. When the awaiting task is
    cancelled, the work stops at its next step and its clean-up has run before this returns.
    """
    loop = asyncio.get_running_loop()
    stop = threading.Event()

    def work() -> T:
        reported_at = 0.0
        try:
            while True:
                try:
                    progress = next(steps)
                except StopIteration as end:
                    result: T = end.value
                    return result
                if stop.is_set():
                    raise asyncio.CancelledError
                now = time.monotonic()
                if on_progress is not None and now - reported_at >= PROGRESS_INTERVAL_S:
                    reported_at = now
                    loop.call_soon_threadsafe(on_progress, progress)
        finally:
            steps.close()

    return await _finish(asyncio.ensure_future(asyncio.to_thread(work)), stop)


async def _finish(running: asyncio.Future[T], stop: threading.Event) -> T:
    try:
        return await asyncio.shield(running)
    except asyncio.CancelledError:
        stop.set()
        with suppress(BaseException):
            await running
        raise


async def events(produce: Callable[[Emit[E]], Awaitable[None]]) -> AsyncGenerator[E, None]:
    """What `produce` emits, in order, as it runs; its error, if it ends with one, at the end.

    Closing the iterator cancels `produce` and waits for its clean-up.
    """
    queue: asyncio.Queue[E | None] = asyncio.Queue()

    async def run() -> None:
        try:
            await produce(queue.put_nowait)
        finally:
            queue.put_nowait(None)

    task = asyncio.create_task(run())
    try:
        while (event := await queue.get()) is not None:
            yield event
        await task
    finally:
        if not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
