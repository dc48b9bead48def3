"""Downloads: whole or not there, whatever happens on the way."""

from __future__ import annotations

import asyncio
import gzip
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batchtui.client import BatchClient
from batchtui.errors import InputError, NotFoundError, ProtocolError, TimedOutError

if TYPE_CHECKING:
    from tests.client.conftest import Asked, Http, Server, Transfers, Until, Waits

CONTENT = b'{"custom_id": "a"}\n' * 40_000


@pytest.fixture
def to(tmp_path: Path) -> Path:
    (tmp_path / "place").mkdir()
    return tmp_path / "place" / "out.jsonl"


def left(to: Path) -> list[str]:
    return sorted(each.name for each in to.parent.iterdir())


async def test_the_content_is_in_its_place(
    client: BatchClient, server: Server, http: Http, to: Path
) -> None:
    server.reply(http(200, CONTENT))
    told: list[tuple[int, int]] = []
    size = await client.files.content("file-1", to=to, on_progress=lambda *at: told.append(at))
    assert size == len(CONTENT)
    assert to.read_bytes() == CONTENT
    assert left(to) == ["out.jsonl"]
    assert to.stat().st_mode & 0o777 == 0o600
    assert told[-1] == (size, size)
    assert server.asked[0].path == "/v1/files/file-1/content"
    assert server.asked[0].headers["accept-encoding"] == "identity"


async def test_an_empty_file(client: BatchClient, server: Server, http: Http, to: Path) -> None:
    """Azure keeps an error file of no bytes for a batch without errors."""
    server.reply(http(200, b""))
    assert await client.files.content("file-1", to=to) == 0
    assert to.read_bytes() == b""


async def test_chunked_content_has_no_length(client: BatchClient, server: Server, to: Path) -> None:
    server.reply(
        b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
        b"5\r\nabcd\n\r\n5\r\nabcd\n\r\n0\r\n\r\n"
    )
    told: list[tuple[int, int]] = []
    assert await client.files.content("f", to=to, on_progress=lambda *at: told.append(at)) == 10
    assert to.read_bytes() == b"abcd\nabcd\n"
    assert {total for _, total in told} == {0}


async def test_compressed_content_is_unpacked_all_the_same(
    client: BatchClient, server: Server, http: Http, to: Path
) -> None:
    """A LiteLLM proxy has compressed content, with the compressed length."""
    server.reply(http(200, gzip.compress(CONTENT), content_encoding="gzip"))
    assert await client.files.content("file-1", to=to) == len(CONTENT)
    assert to.read_bytes() == CONTENT


async def test_a_file_that_is_replaced_keeps_its_permissions(
    client: BatchClient, server: Server, http: Http, to: Path
) -> None:
    to.write_bytes(b"old")
    to.chmod(0o640)
    link = to.with_name("link.jsonl")
    link.symlink_to(to)
    server.reply(http(200, CONTENT))
    await client.files.content("file-1", to=link)
    assert link.is_symlink()
    assert to.read_bytes() == CONTENT
    assert to.stat().st_mode & 0o777 == 0o640


async def truncated(asked: Asked, _: object, writer: asyncio.StreamWriter) -> None:
    writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 600)
    await writer.drain()


async def test_truncated_content_leaves_nothing(
    client: BatchClient, server: Server, waits: Waits, to: Path
) -> None:
    to.write_bytes(b"old")
    server.reply(truncated)
    with pytest.raises(ProtocolError, match="broke off after 600 of 1000 bytes"):
        await client.files.content("file-1", to=to)
    assert len(server.asked) == 3
    assert len(waits) == 2
    assert left(to) == ["out.jsonl"]
    assert to.read_bytes() == b"old"


async def test_what_was_broken_off_is_fetched_again(
    client: BatchClient, server: Server, http: Http, to: Path
) -> None:
    server.reply(truncated, http(503), http(200, CONTENT))
    assert await client.files.content("file-1", to=to) == len(CONTENT)
    assert left(to) == ["out.jsonl"]


async def test_an_error_status_leaves_nothing(
    client: BatchClient, server: Server, http: Http, to: Path
) -> None:
    server.reply(http(404, {"error": {"message": "No such File object: file-1"}}))
    with pytest.raises(NotFoundError, match="No such File object"):
        await client.files.content("file-1", to=to)
    assert left(to) == []


async def test_silence_in_the_middle_leaves_nothing(server: Server, to: Path) -> None:
    async def stall(_: object, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 600)
        await reader.read(-1)

    async def at_once(_: float) -> None:
        return

    server.reply(stall)
    async with BatchClient(base_url=server.base_url, timeout_s=0.05, sleep=at_once) as client:
        with pytest.raises(TimedOutError):
            await client.files.content("file-1", to=to)
    assert left(to) == []


async def test_cancelling_leaves_nothing(
    client: BatchClient, server: Server, to: Path, until: Until, transfers: Transfers
) -> None:
    arrived, gone = asyncio.Event(), asyncio.Event()

    async def stall(_: object, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 600)
        await reader.read(-1)
        gone.set()

    server.reply(stall)
    task = asyncio.create_task(
        client.files.content("file-1", to=to, on_progress=lambda *_: arrived.set())
    )
    await arrived.wait()
    assert len(left(to)) == 1
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert left(to) == []
    await gone.wait()
    await until(lambda: not transfers())


async def test_places_that_can_not_be_written(
    client: BatchClient, server: Server, http: Http, to: Path
) -> None:
    server.reply(http(200, CONTENT))
    with pytest.raises(InputError, match="No such file or directory"):
        await client.files.content("file-1", to=to.parent / "missing" / "out.jsonl")
    with pytest.raises(InputError, match="not a plain file"):
        await client.files.content("file-1", to=to.parent)
    to.symlink_to(to)
    with pytest.raises(InputError, match="can not be written"):
        await client.files.content("file-1", to=to)


async def test_a_stream_of_bytes(client: BatchClient, server: Server, http: Http) -> None:
    server.reply(http(503), http(200, CONTENT))
    pieces = [piece async for piece in client.files.stream("file-1")]
    assert b"".join(pieces) == CONTENT


async def test_a_stream_that_ends_early_is_an_error(client: BatchClient, server: Server) -> None:
    server.reply(truncated)
    pieces = client.files.stream("file-1")
    assert await anext(pieces) == b"x" * 600
    with pytest.raises(ProtocolError, match="broke off after 600 of 1000"):
        await anext(pieces)


async def test_a_stream_of_an_unknown_file(client: BatchClient, server: Server, http: Http) -> None:
    server.reply(http(404, {"detail": "gone"}))
    with pytest.raises(NotFoundError, match="gone"):
        await anext(client.files.stream("file-1"))
