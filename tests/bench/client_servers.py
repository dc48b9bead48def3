"""Servers for the client's benchmarks, each in a process of its own, as cheap as can be.

`python -m tests.bench.client_servers list` answers every request with a page of 100 batches;
`... sink` swallows a request's body; `... source FILE` sends a file. Each prints its port.
"""

from __future__ import annotations

import asyncio
import json
import os
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import Thread

PAGES = 100
PAGE_ITEMS = 100


def batch(number: int) -> dict[str, object]:
    """A batch as a real server answers it, about 0.9 kB."""
    return {
        "id": f"batch_{number:032x}",
        "completion_window": "24h",
        "created_at": 1795308872 + number,
        "endpoint": "/v1/chat/completions",
        "input_file_id": f"file-{number:022x}",
        "object": "batch",
        "status": "completed",
        "cancelled_at": None,
        "cancelling_at": None,
        "completed_at": 1795309872 + number,
        "error_file_id": None,
        "errors": None,
        "expired_at": None,
        "expires_at": 1795395272 + number,
        "failed_at": None,
        "finalizing_at": 1795309800 + number,
        "in_progress_at": 1795308900 + number,
        "metadata": {"name": f"nightly run {number}", "owner": "evaluation"},
        "model": "gpt-4o-mini-2024-07-18",
        "output_file_id": f"file-{number + 1:022x}",
        "request_counts": {"completed": 990, "failed": 10, "total": 1000},
        "usage": {
            "input_tokens": 100000,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": 50000,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": 150000,
        },
    }


def _page(number: int) -> bytes:
    data = [batch(number * PAGE_ITEMS + item) for item in range(PAGE_ITEMS)]
    body = json.dumps(
        {
            "object": "list",
            "data": data,
            "first_id": data[0]["id"],
            "last_id": data[-1]["id"],
            "has_more": number < PAGES - 1,
        }
    ).encode()
    head = (
        f"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Pages(asyncio.Protocol):
    """The page after the id that `after` names; GET requests have no body."""

    pages: list[bytes]

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._buffer = b""

    def data_received(self, data: bytes) -> None:
        self._buffer += data
        while b"\r\n\r\n" in self._buffer:
            head, self._buffer = self._buffer.split(b"\r\n\r\n", 1)
            _, found, after = head.split(b"\r\n", 1)[0].partition(b"after=batch_")
            number = (int(after[:32], 16) + 1) // PAGE_ITEMS if found else 0
            self._transport.write(self.pages[number])


async def _serve_pages() -> None:
    _Pages.pages = [_page(number) for number in range(PAGES)]
    server = await asyncio.get_running_loop().create_server(_Pages, "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


def _serve_bytes(kind: str, path: Path | None) -> None:
    listener = socket.create_server(("127.0.0.1", 0), backlog=8)
    print(listener.getsockname()[1], flush=True)
    while True:
        connection, _ = listener.accept()
        Thread(target=_sink if kind == "sink" else _source, args=(connection, path)).start()


def _request_head(connection: socket.socket) -> tuple[bytes, bytes]:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return b"", b""
        data += piece
    head, _, rest = data.partition(b"\r\n\r\n")
    return head, rest


def _sink(connection: socket.socket, _: Path | None) -> None:
    with connection:
        head, rest = _request_head(connection)
        if not head:
            return
        length = int(head.lower().split(b"content-length:")[1].split(b"\r\n")[0])
        if b"100-continue" in head.lower():
            connection.sendall(b"HTTP/1.1 100 Continue\r\n\r\n")
        buffer = bytearray(1 << 20)
        left = length - len(rest)
        while left > 0:
            count = connection.recv_into(buffer)
            if not count:
                return
            left -= count
        body = b'{"id":"file-1","object":"file","bytes":%d}' % length
        connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: %d\r\n"
            b"connection: close\r\n\r\n%s" % (len(body), body)
        )


def _source(connection: socket.socket, path: Path | None) -> None:
    assert path is not None
    with connection, path.open("rb") as file:
        head, _ = _request_head(connection)
        if not head:
            return
        size = os.fstat(file.fileno()).st_size
        connection.sendall(
            b"HTTP/1.1 200 OK\r\ncontent-type: application/octet-stream\r\n"
            b"content-length: %d\r\nconnection: close\r\n\r\n" % size
        )
        with suppress(BrokenPipeError):  # a reader may stop early
            connection.sendfile(file)


@contextmanager
def running(*arguments: str) -> Iterator[int]:
    """The port of a server process, which ends with the block."""
    process = subprocess.Popen(
        [sys.executable, "-m", "tests.bench.client_servers", *arguments],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    if sys.argv[1] == "list":
        asyncio.run(_serve_pages())
    else:
        _serve_bytes(sys.argv[1], Path(sys.argv[2]) if sys.argv[2:] else None)
