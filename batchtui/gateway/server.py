"""The server process or thread: binding the port, running until told to stop, stopping cleanly.

`serve` is `batchtui serve`; `Gateway` is the same in a background thread of this process.
"""

from __future__ import annotations

import asyncio
import contextlib
import signal
import socket
import threading
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Final, Self

import uvicorn

from batchtui.errors import UsageError
from batchtui.gateway.app import build_app
from batchtui.gateway.clock import Clock, SystemClock
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.service import Seed, open_service

_OPEN_REQUESTS_S: Final = 3
_BACKLOG: Final = 512


def serve(options: GatewayOptions, *, announce: Callable[[str], None]) -> None:
    """Serve until SIGINT or SIGTERM; for the main thread.

    `announce` gets the base URL once requests are answered. Raises UsageError for options that do
    not work, a data directory in use, and a port in use.
    """
    options.check()
    with _bound(options) as listener:
        asyncio.run(_serve_until_signal(options, listener, announce))


async def _serve_until_signal(
    options: GatewayOptions, listener: socket.socket, announce: Callable[[str], None]
) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, stop.set)
    url = _url(options, listener)
    await _run(options, listener, SystemClock(), None, lambda: announce(url), stop)


class Gateway:
    """A gateway in a thread of its own, on a free loopback port unless `port` says otherwise.

        with Gateway(GatewayOptions(data_dir=directory, port=0)) as gateway:
            gateway.base_url    # "http://127.0.0.1:43210", with no /v1

    Entering returns when requests are answered, and raises what `serve` raises. Leaving stops it:
    running lines get a moment to end, results are durable.
    """

    def __init__(
        self, options: GatewayOptions, *, clock: Clock | None = None, seed: Seed | None = None
    ) -> None:
        self._options = options
        self._clock = clock or SystemClock()
        self._seed = seed
        self._thread: threading.Thread | None = None
        self._started = threading.Event()
        self._error: BaseException | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self.base_url = ""

    def __enter__(self) -> Self:
        self._options.check()
        listener = _bound(self._options)
        self.base_url = _url(self._options, listener)
        self._thread = threading.Thread(
            target=self._run_in_thread, args=(listener,), name="gateway", daemon=True
        )
        self._thread.start()
        self._started.wait()
        if self._error is not None:
            self._thread.join()
            raise self._error
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        assert self._thread is not None
        if self._loop is not None and self._stop is not None:
            with contextlib.suppress(RuntimeError):
                self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def _run_in_thread(self, listener: socket.socket) -> None:
        try:
            with listener:
                asyncio.run(self._serve(listener))
        except BaseException as error:
            self._error = error
        finally:
            self._started.set()

    async def _serve(self, listener: socket.socket) -> None:
        self._loop = asyncio.get_running_loop()
        self._stop = asyncio.Event()
        await _run(self._options, listener, self._clock, self._seed, self._started.set, self._stop)


async def _run(
    options: GatewayOptions,
    listener: socket.socket,
    clock: Clock,
    seed: Seed | None,
    ready: Callable[[], None],
    stop: asyncio.Event,
) -> None:
    async with open_service(options, clock, seed) as service:
        config = uvicorn.Config(
            build_app(service),
            http="h11",
            ws="none",
            lifespan="off",
            log_config=None,
            access_log=False,
            server_header=False,
            timeout_graceful_shutdown=_OPEN_REQUESTS_S,
            backlog=_BACKLOG,
        )

        def listening() -> None:
            service.disk.announce(_url(options, listener))
            ready()

        await _Server(config, listening, stop).serve(sockets=[listener])


class _Server(uvicorn.Server):
    """uvicorn, without its signal handlers: it says when it listens, and ends on an event."""

    def __init__(
        self, config: uvicorn.Config, ready: Callable[[], None], stop: asyncio.Event
    ) -> None:
        super().__init__(config)
        self._ready = ready
        self._stop = stop

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        yield

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        self._ready()

    async def main_loop(self) -> None:
        """One tick a second, for the Date header: an idle server costs next to nothing."""
        while not self._stop.is_set():
            await self.on_tick(0)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._stop.wait(), 1.0)


def _bound(options: GatewayOptions) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(
            options.host, options.port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
        listener = socket.socket(family, kind, protocol)
    except OSError as error:
        raise UsageError(f"can not listen on {options.host}: {error.strerror}") from None
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as error:
        listener.close()
        raise UsageError(
            f"can not listen on {options.host} port {options.port}: {error.strerror}",
            hint="give another --port, or 0 for any free one",
        ) from None
    return listener


def _url(options: GatewayOptions, listener: socket.socket) -> str:
    host = f"[{options.host}]" if ":" in options.host else options.host
    return f"http://{host}:{listener.getsockname()[1]}"
