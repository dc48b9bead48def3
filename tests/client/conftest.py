"""What the client's tests share: a server on a real socket that answers as it is told."""

from __future__ import annotations

import asyncio
import json
import threading
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batchtui.client import BatchClient

ANSWERS = Path(__file__).parent / "answers"

Handler = Callable[["Asked", asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


@dataclass(slots=True)
class Asked:
    """A request as it came, up to its body."""

    method: str
    path: str
    headers: dict[str, str]
    body: bytes = b""


@dataclass(slots=True)
class Server:
    """Answers each request with the next of `replies`, the last one again and again.

    A reply is the bytes to send, or a coroutine function that does as it likes with the
    connection, which is closed after it.
    """

    base_url: str
    replies: list[bytes | Handler] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    connections: int = 0

    def reply(self, *replies: bytes | Handler) -> None:
        self.replies = list(replies)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            while True:
                asked = await read_head(reader)
                self.asked.append(asked)
                reply = self.replies[min(len(self.asked), len(self.replies)) - 1]
                if callable(reply):
                    await reply(asked, reader, writer)
                    return
                asked.body = await reader.readexactly(int(asked.headers.get("content-length", 0)))
                writer.write(reply)
                await writer.drain()
        except (ConnectionError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


async def read_head(reader: asyncio.StreamReader) -> Asked:
    head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").split("\r\n")
    method, path, _ = head[0].split(" ")
    pairs = (line.split(": ", 1) for line in head[1:] if line)
    return Asked(method, path, {name.lower(): value for name, value in pairs})


@pytest.fixture
async def server() -> AsyncIterator[Server]:
    made = Server("")
    tasks: set[asyncio.Task[None]] = set()

    def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.ensure_future(made.serve(reader, writer))
        tasks.add(task)
        task.add_done_callback(tasks.discard)

    listening = await asyncio.start_server(accept, "127.0.0.1", 0)
    made.base_url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
    yield made
    listening.close()
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    await listening.wait_closed()


class Waits(list[float]):
    """A sleep that does not sleep, and remembers what it was asked."""

    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@pytest.fixture
def waits() -> Waits:
    return Waits()


@pytest.fixture
async def client(server: Server, waits: Waits) -> AsyncIterator[BatchClient]:
    async with BatchClient(
        base_url=server.base_url, api_key="sk-the-secret-of-this-test", sleep=waits
    ) as made:
        yield made


Http = Callable[..., bytes]


@pytest.fixture
def http() -> Http:
    """The bytes of an answer: `http(status, body, **headers)`; a body that is no bytes is JSON."""

    def answer(status: int, body: Any = b"", **headers: str) -> bytes:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        lines = [f"HTTP/1.1 {status} X", f"content-length: {len(content)}"]
        lines += [f"{name.replace('_', '-')}: {value}" for name, value in headers.items()]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + content

    return answer


@pytest.fixture(scope="session")
def objects() -> dict[str, Any]:
    """Objects as a LiteLLM proxy answered them, by the name of the call."""
    loaded: dict[str, Any] = json.loads((ANSWERS / "objects.json").read_bytes())
    return loaded


@pytest.fixture
def refused_url() -> Iterator[str]:
    """A URL at which nothing listens, and nothing will while the test runs."""
    import socket

    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # bound and not listening: connections are refused
        yield f"http://127.0.0.1:{held.getsockname()[1]}"


Until = Callable[[Callable[[], bool]], Awaitable[None]]


@pytest.fixture
def until() -> Until:
    """Waits until a condition holds: the one place where a test polls."""

    async def wait(condition: Callable[[], bool]) -> None:
        async with asyncio.timeout(10):
            while not condition():  # noqa: ASYNC110 (threads and sockets set no event)
                await asyncio.sleep(0.01)

    return wait


Transfers = Callable[[], list[threading.Thread]]


@pytest.fixture
def transfers() -> Transfers:
    """The threads that transfer just now."""
    return lambda: [each for each in threading.enumerate() if each.name == "batchtui-transfer"]
