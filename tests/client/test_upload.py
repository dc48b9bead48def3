"""Uploads: the form that arrives, progress, cancelling, and files that change under way."""

from __future__ import annotations

import asyncio
import io
import os
import re
import subprocess
import sys
import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from batchtui.client import BatchClient
from batchtui.errors import (
    AuthenticationError,
    ConnectionFailedError,
    InputError,
    ServerError,
    TimedOutError,
)

if TYPE_CHECKING:
    from tests.client.conftest import Asked, Http, Server, Transfers, Until, Waits

FILE = {"id": "file-1", "object": "file", "bytes": 3, "filename": "in.jsonl", "purpose": "batch"}


def parts(asked: Asked) -> dict[str, tuple[str, bytes]]:
    """The form's fields: name -> (head, content)."""
    boundary = asked.headers["content-type"].partition("boundary=")[2].encode()
    found = {}
    pieces = asked.body.split(b"--" + boundary)
    assert pieces[0] == b""
    assert pieces[-1] == b"--\r\n"
    for piece in pieces[1:-1]:
        head, _, content = piece.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        text = head.decode()
        name = re.search(r' name="([^"]*)"', text)
        assert name is not None
        found[name.group(1)] = (text, content.removesuffix(b"\r\n"))
    return found


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b'{"custom_id": "a"}\n' * 40_000)  # three pieces
    return path


async def test_the_form_that_arrives(
    client: BatchClient, server: Server, http: Http, path: Path
) -> None:
    server.reply(http(200, FILE))
    file = await client.files.create(file=path, expires_after_s=7200)
    assert file.id == "file-1"
    asked = server.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v1/files")
    assert asked.headers["authorization"] == "Bearer sk-the-secret-of-this-test"
    assert "transfer-encoding" not in asked.headers
    form = parts(asked)
    assert form["purpose"][1] == b"batch"
    assert form["expires_after[anchor]"][1] == b"created_at"
    assert form["expires_after[seconds]"][1] == b"7200"
    head, content = form["file"]
    assert 'filename="in.jsonl"' in head
    assert content == path.read_bytes()


async def test_ways_to_give_a_file(
    client: BatchClient, server: Server, http: Http, path: Path
) -> None:
    server.reply(http(200, FILE))
    whole = path.read_bytes()
    with path.open("rb") as stream, path.open("rb") as advanced:
        advanced.readline()
        ways: list[tuple[Any, str, bytes]] = [
            (str(path), "in.jsonl", whole),
            (stream, "in.jsonl", whole),
            (advanced, "in.jsonl", whole[19:]),
            (("other.jsonl", path), "other.jsonl", whole),
            (("bytes.jsonl", b"{}\n"), "bytes.jsonl", b"{}\n"),
            (io.BytesIO(b"{}\n"), "input.jsonl", b"{}\n"),
            (b"", "input.jsonl", b""),
        ]
        for way, name, content in ways:
            await client.files.create(file=way)
            head, arrived = parts(server.asked[-1])["file"]
            assert f'filename="{name}"' in head
            assert arrived == content


async def test_a_name_can_not_break_out_of_its_header(
    client: BatchClient, server: Server, http: Http
) -> None:
    server.reply(http(200, FILE))
    await client.files.create(file=('a"\r\nX-Evil: 1\r\n\r\nüñ.jsonl', b"{}"))
    head, content = parts(server.asked[0])["file"]
    assert 'filename="a%22%0D%0AX-Evil: 1%0D%0A%0D%0Aüñ.jsonl"' in head
    assert content == b"{}"


async def test_progress_comes_on_the_loop_and_ends_at_the_whole(
    client: BatchClient, server: Server, http: Http, path: Path
) -> None:
    server.reply(http(200, FILE))
    told: list[tuple[int, int]] = []
    threads: set[int] = set()

    def listen(sent: int, total: int) -> None:
        told.append((sent, total))
        threads.add(threading.get_ident())

    await client.files.create(file=path, on_progress=listen)
    size = path.stat().st_size
    assert told[0] == (0, size)
    assert told[-1] == (size, size)
    assert told == sorted(told)
    assert threads == {threading.get_ident()}


async def swallow(asked: Asked, reader: asyncio.StreamReader, _: object) -> None:
    asked.body = await reader.read(1000)


def shrink(path: Path) -> None:
    os.truncate(path, 300_000)


def grow(path: Path) -> None:
    with path.open("ab") as file:
        file.write(b"{}\n")


def rewrite(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(b"[")
    os.utime(path, ns=(1, 1))


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (shrink, "it has 300000 bytes now"),
        (grow, "it is longer than 760000 bytes now"),
        (rewrite, "its content is not the one it was"),
    ],
)
async def test_a_file_that_changes_under_way_is_not_uploaded(
    server: Server, path: Path, change: Any, words: str
) -> None:
    """The server never sees the end of the form, so it has no file."""
    reached_end = False

    async def read_all(
        _: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        nonlocal reached_end
        body = await reader.read(-1)
        reached_end = body.endswith(b"--\r\n")

    server.reply(read_all)
    stream = Changing(path, change)
    async with BatchClient(base_url=server.base_url) as client:
        with pytest.raises(InputError, match=words) as caught:
            await client.files.create(file=("in.jsonl", stream))
    assert "nothing was uploaded" in (caught.value.hint or "")
    assert not reached_end
    stream.close()


class Changing(io.FileIO):
    """A file that is changed behind the reader's back after its first piece."""

    def __init__(self, path: Path, change: Any) -> None:
        super().__init__(path, "rb")
        self._change = change
        self._path = path

    def read(self, size: int | None = -1, /) -> bytes:
        piece = super().read(-1 if size is None else size)
        if self._change is not None:
            self._change(self._path)
            self._change = None
        return piece or b""


@pytest.mark.parametrize(
    ("file", "words"),
    [
        ("missing.jsonl", "can not be read: No such file"),
        (".", "can not be read: Is a directory"),
        (3, "can not upload a int"),
        (io.StringIO("text"), "open as text"),
    ],
)
async def test_what_can_not_be_uploaded(
    client: BatchClient, server: Server, tmp_path: Path, file: Any, words: str
) -> None:
    with pytest.raises(InputError, match=words):
        await client.files.create(file=tmp_path / file if isinstance(file, str) else file)
    assert server.asked == []


async def test_a_pipe_has_no_length(client: BatchClient) -> None:
    read, write = os.pipe()
    os.close(write)
    with os.fdopen(read, "rb") as stream, pytest.raises(InputError, match="can not seek"):
        await client.files.create(file=stream)


async def test_a_lost_connection_before_any_answer_is_tried_again(
    client: BatchClient, server: Server, http: Http, waits: Waits, path: Path
) -> None:
    server.reply(swallow, http(200, FILE))
    with path.open("rb") as stream:
        await client.files.create(file=stream)
    assert len(waits) == 1
    assert parts(server.asked[1])["file"][1] == path.read_bytes()


async def test_a_refused_connection_is_tried_again(
    refused_url: str, waits: Waits, path: Path
) -> None:
    async with BatchClient(base_url=refused_url, sleep=waits) as client:
        with pytest.raises(ConnectionFailedError, match="refused"):
            await client.files.create(file=path)
    assert len(waits) == 2


@pytest.mark.parametrize("status", [429, 500, 503])
async def test_an_answer_is_final(
    client: BatchClient, server: Server, http: Http, waits: Waits, path: Path, status: int
) -> None:
    server.reply(http(status))
    with pytest.raises(Exception, match=str(status)):
        await client.files.create(file=path)
    assert len(server.asked) == 1
    assert waits == []


async def test_an_answer_before_the_body_is_read_is_heard(
    client: BatchClient, server: Server, path: Path
) -> None:
    async def refuse(_: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 401 X\r\ncontent-length: 0\r\nconnection: close\r\n\r\n")
        await writer.drain()
        writer.write_eof()
        await reader.read(-1)

    server.reply(refuse)
    with pytest.raises(AuthenticationError):
        await client.files.create(file=path)


async def test_silence_ends_in_a_timeout(server: Server, path: Path) -> None:
    async def listen(_: Asked, reader: asyncio.StreamReader, __: object) -> None:
        await reader.read(-1)

    server.reply(listen)
    async with BatchClient(base_url=server.base_url, timeout_s=0.05) as client:
        with pytest.raises(TimedOutError):
            await client.files.create(file=path)
    assert len(server.asked) == 1


async def test_cancelling_ends_the_thread_while_the_server_is_silent(
    client: BatchClient, server: Server, path: Path, until: Until, transfers: Transfers
) -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def listen(asked: Asked, reader: asyncio.StreamReader, __: object) -> None:
        await reader.readexactly(int(asked.headers["content-length"]))
        arrived.set()
        await reader.read(-1)
        gone.set()

    server.reply(listen)
    task = asyncio.create_task(client.files.create(file=path))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await gone.wait()
    await until(lambda: not transfers())


async def test_cancelling_ends_the_thread_while_it_sends(
    client: BatchClient, server: Server, tmp_path: Path, until: Until, transfers: Transfers
) -> None:
    large = tmp_path / "large.jsonl"
    with large.open("wb") as file:
        file.truncate(64 << 20)
    arrived = asyncio.Event()

    async def stall(_: Asked, reader: asyncio.StreamReader, __: object) -> None:
        arrived.set()
        await asyncio.Event().wait()

    server.reply(stall)
    task = asyncio.create_task(client.files.create(file=large))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    await until(lambda: not transfers())


async def test_an_answer_that_is_no_file_is_an_error(
    client: BatchClient, server: Server, http: Http, path: Path
) -> None:
    server.reply(http(500, b"<html><title>Oops</title></html>"))
    with pytest.raises(ServerError, match="Oops"):
        await client.files.create(file=path)


MEMORY = """
import asyncio, resource, sys
from batchtui.client import BatchClient

async def main(url, path):
    async with BatchClient(base_url=url) as client:
        await client.files.create(file=b"{}")
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        await client.files.create(file=path)
        print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before)

asyncio.run(main(*sys.argv[1:]))
"""


async def test_memory_is_flat(server: Server, tmp_path: Path) -> None:
    """200 MB add less than 32 MB to a process of their own."""
    large = tmp_path / "large.jsonl"
    with large.open("wb") as file:
        file.truncate(200_000_000)

    async def sink(
        asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        left = int(asked.headers["content-length"])
        while left:
            left -= len(await reader.read(1 << 20))
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 12\r\n\r\n{"id": "f1"}')
        await writer.drain()

    server.reply(sink)
    command = [sys.executable, "-c", MEMORY, server.base_url, str(large)]
    done = await asyncio.to_thread(
        subprocess.run, command, check=True, capture_output=True, text=True
    )
    assert int(done.stdout) < 32 * 1024
