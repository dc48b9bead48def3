"""A relay between a client and a server that does what networks and proxies do wrong.

Each request is asked of `fault_of`, which names what happens to it; anything it does not name goes
through. `cut_upload` names requests that are reset while their body is still on its way. It speaks
just enough HTTP/1.1 for our client and our gateway: one request a connection.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from urllib.parse import urlsplit

READ_S = 0.05
"""Time for the other side to read: a reset takes away what it has not."""
BAD_GATEWAY = b"<html><body><h1>502 Bad Gateway</h1></body></html>"


@dataclass(frozen=True, slots=True)
class Call:
    """A request as it came in: the method, the path, and all its bytes."""

    method: str
    path: str
    raw: bytes


Forward = Callable[[], Awaitable[bytes]]
Fault = Callable[[Forward, asyncio.StreamWriter], Awaitable[None]]
FaultOf = Callable[[Call], Fault | None]
CutUpload = Callable[[str, str], int | None]


async def drop_before(forward: Forward, writer: asyncio.StreamWriter) -> None:
    """The request never reaches the server."""


async def drop_after(forward: Forward, writer: asyncio.StreamWriter) -> None:
    """The server acts; its answer is lost."""
    await forward()


async def reset_before(forward: Forward, writer: asyncio.StreamWriter) -> None:
    _reset(writer)


async def reset_after(forward: Forward, writer: asyncio.StreamWriter) -> None:
    await forward()
    _reset(writer)


async def bad_gateway_before(forward: Forward, writer: asyncio.StreamWriter) -> None:
    writer.write(answer(502, BAD_GATEWAY, "text/html"))


async def bad_gateway_after(forward: Forward, writer: asyncio.StreamWriter) -> None:
    await forward()
    writer.write(answer(502, BAD_GATEWAY, "text/html"))


def late(delay_s: float) -> Fault:
    """The server gets the request only when the client has given up."""

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(delay_s)
        await forward()

    return fault


def slow(delay_s: float) -> Fault:
    """The server acts at once; the answer comes when the client has given up."""

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        reply = await forward()
        await asyncio.sleep(delay_s)
        writer.write(reply)

    return fault


def refuses(
    status: int, body: bytes = b"", content_type: str = "application/json", **headers: str
) -> Fault:
    """An answer of the relay's own, as of a proxy in trouble; the server hears nothing."""

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(status, body, content_type, **headers))

    return fault


def says(body: bytes, content_type: str = "application/json") -> Fault:
    """The server acts; its answer is replaced by a 200 that holds something else."""

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        await forward()
        writer.write(answer(200, body, content_type))

    return fault


def cut(after_bytes: int, *, reset: bool) -> Fault:
    """The answer ends after `after_bytes` of its body, by a reset or as if all were well."""

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        head, body = _parted(await forward())
        writer.write(head + body[:after_bytes])
        await writer.drain()
        if reset and len(body) > after_bytes:
            await asyncio.sleep(READ_S)
            _reset(writer)

    return fault


def drips(piece_bytes: int, pause_s: float) -> Fault:
    """The answer comes in small pieces with pauses between them."""

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        reply = await forward()
        for start in range(0, len(reply), piece_bytes):
            writer.write(reply[start : start + piece_bytes])
            await writer.drain()
            await asyncio.sleep(pause_s)

    return fault


async def closed_keep_alive(forward: Forward, writer: asyncio.StreamWriter) -> None:
    """The answer promises that the connection stays, and it is closed all the same."""
    head, body = _parted(await forward())
    lines = [x for x in head.split(b"\r\n") if x and not x.lower().startswith(b"connection:")]
    writer.write(b"\r\n".join([*lines, b"connection: keep-alive", b"", b""]) + body)


def _parted(reply: bytes) -> tuple[bytes, bytes]:
    head, end, body = reply.partition(b"\r\n\r\n")
    return head + end, body


def then(before: Callable[[], None] | None, after: Callable[[], None] | None) -> Fault:
    """Calls `before` ahead of the server, `after` when it has acted, and answers nothing."""

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        if before is not None:
            before()
            return
        await forward()
        if after is not None:
            after()

    return fault


def answer(
    status: int, body: bytes, content_type: str = "application/json", **headers: str
) -> bytes:
    head = (
        f"HTTP/1.1 {status} Relay\r\ncontent-type: {content_type}\r\n"
        f"content-length: {len(body)}\r\nconnection: close\r\n"
    )
    more = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in headers.items())
    return f"{head}{more}\r\n".encode() + body


@contextlib.asynccontextmanager
async def relay(
    upstream_url: str, fault_of: FaultOf, *, cut_upload: CutUpload = lambda method, path: None
) -> AsyncIterator[str]:
    """A relay in front of `upstream_url`; gives its own base URL.

    `cut_upload(method, path)`: after how many bytes of its body a request is reset, or None.
    """
    parts = urlsplit(upstream_url)
    assert parts.hostname is not None
    address = (parts.hostname, parts.port or 80)
    running: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        running.add(task)
        try:
            await _relay_one(reader, writer, address, fault_of, cut_upload)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            pass  # the other side has gone, or the relay ends
        finally:
            running.discard(task)
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    host, port = server.sockets[0].getsockname()[:2]
    try:
        yield f"http://{host}:{port}"
    finally:
        server.close()
        for task in tuple(running):
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


async def _relay_one(
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    address: tuple[str, int],
    fault_of: FaultOf,
    cut_upload: CutUpload,
) -> None:
    head = await reader.readuntil(b"\r\n\r\n")
    first, *lines = head.decode("latin-1").split("\r\n")
    method, path, _ = first.split(" ", 2)
    headers = {name.lower(): value.strip() for name, _, value in (x.partition(":") for x in lines)}
    if "100-continue" in headers.get("expect", ""):
        writer.write(b"HTTP/1.1 100 Continue\r\n\r\n")
    taken = cut_upload(method, path)
    if taken is not None:
        await reader.readexactly(taken)
        _reset(writer)
        return
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    kept = [x for x in lines if x and not x.lower().startswith(("connection:", "expect:"))]
    raw = "\r\n".join([first, *kept, "connection: close", "", ""]).encode("latin-1") + body

    async def forward() -> bytes:
        upstream_reader, upstream_writer = await asyncio.open_connection(*address)
        try:
            upstream_writer.write(raw)
            await upstream_writer.drain()
            return await upstream_reader.read()
        finally:
            upstream_writer.close()

    fault = fault_of(Call(method, path, raw))
    if fault is None:
        writer.write(await forward())
    else:
        await fault(forward, writer)
    with contextlib.suppress(OSError):
        await writer.drain()


def _reset(writer: asyncio.StreamWriter) -> None:
    """Close with RST: the other side sees `connection reset by peer`."""
    connection = writer.get_extra_info("socket")
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()
