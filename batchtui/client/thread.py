"""One large transfer in a thread of its own: it can be stopped at once, and tells how far it is.

A synchronous transfer moves twice the bytes of an asynchronous one and leaves the loop alone. Must
not know what is transferred.
"""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Callable
from contextlib import suppress
from threading import Event, Lock, Thread
from time import monotonic
from typing import Any, Final, TypeVar

T = TypeVar("T")
OnProgress = Callable[[int, int], None]

_STOP_S: Final = 2.0
"""How long a cancelled caller waits for the thread. Only the making of a connection can take
longer, and nothing is left behind by that.
"""
_STEP_S: Final = 0.05


class StoppedError(Exception):
    """Ends the work in the thread after its caller was cancelled; nobody else sees it."""


class Stop:
    """How the loop stops the thread: between two pieces, or out of a wait for the network."""

    def __init__(self) -> None:
        self._asked = Event()
        self._lock = Lock()
        self._socket: socket.socket | None = None

    def check(self) -> None:
        if self._asked.is_set():
            raise StoppedError

    def ask(self) -> None:
        self._asked.set()
        self._cut()

    def trace(self, event: str, info: dict[str, Any]) -> None:
        """httpx's `trace` extension: learns the socket, so that a blocked read can be ended."""
        if event.endswith(("connect_tcp.complete", "start_tls.complete")):
            with self._lock:
                self._socket = info["return_value"].get_extra_info("socket")
            if self._asked.is_set():
                self._cut()

    def _cut(self) -> None:
        with self._lock:
            if self._socket is not None:
                with suppress(OSError):
                    # The base class's: an SSLSocket's own would pull its state from the reader.
                    socket.socket.shutdown(self._socket, socket.SHUT_RDWR)


class Meter:
    """Tells a caller on the loop how far the thread is, at most 20 times a second and at the end.

    Made on the loop; `at` is called in the thread.
    """

    def __init__(self, on_progress: OnProgress | None, total_bytes: int = 0) -> None:
        self.total_bytes = total_bytes
        self._loop = asyncio.get_running_loop()
        self._on_progress = on_progress
        self._told_at = float("-inf")

    def at(self, done_bytes: int) -> None:
        if self._on_progress is None:
            return
        now = monotonic()
        if done_bytes == self.total_bytes or now - self._told_at >= _STEP_S:
            self._told_at = now
            with suppress(RuntimeError):  # the loop is closed: nobody listens any more
                self._loop.call_soon_threadsafe(self._on_progress, done_bytes, self.total_bytes)


async def in_thread(work: Callable[[Stop], T]) -> T:
    """The result of `work`, run in a new thread. Cancelling stops the thread, and waits for it."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()
    done.add_done_callback(_retrieved)
    stop = Stop()

    def settle(result: T | None, error: BaseException | None) -> None:
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]  # T may itself be None

    def run() -> None:
        result: T | None = None
        failure: BaseException | None = None
        try:
            result = work(stop)
        except BaseException as error:
            failure = error
        with suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, result, failure)

    Thread(target=run, name="batchtui-transfer", daemon=True).start()
    try:
        return await asyncio.shield(done)
    except asyncio.CancelledError:
        stop.ask()
        await asyncio.wait({done}, timeout=_STOP_S)
        raise


def _retrieved(future: asyncio.Future[T]) -> None:
    if not future.cancelled():
        future.exception()
