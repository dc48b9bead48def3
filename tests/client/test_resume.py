"""A download that broke off goes on where the server lets it, and is always whole at the end."""

from __future__ import annotations

import asyncio
import os
import re
import signal
import sys
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings, strategies

from batchtui.client import BatchClient
from batchtui.client.content import GAIN_BYTES
from batchtui.client.part import LEFT_S, Part, Seal, sweep
from batchtui.errors import ProtocolError

if TYPE_CHECKING:
    from tests.client.conftest import Asked, Server, Until, Waits

CONTENT = bytes(range(256)) * 40


class Content:
    """Answers with the rest that is asked for, and breaks off after `piece` bytes each time.

    `odd`: what is wrong with an answer to a request for the rest.
    """

    def __init__(
        self, content: bytes, piece: int, *, etag: str | None = '"v1"', odd: str = ""
    ) -> None:
        self.content = content
        self.piece = piece
        self.etag = etag
        self.odd = odd
        self.ranges: list[str | None] = []
        self.conditions: list[str | None] = []

    async def __call__(
        self, asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        wanted = asked.headers.get("range")
        self.ranges.append(wanted)
        self.conditions.append(asked.headers.get("if-range"))
        found = re.fullmatch(r"bytes=(\d+)-", wanted or "")
        start = int(found[1]) if found and self.odd != "ignored" else 0
        rest, total = self.content[start:], len(self.content)
        head = f"HTTP/1.1 {206 if start else 200} X\r\ncontent-length: {len(rest)}\r\n"
        etag = self.etag
        if start:
            if self.odd == "416":
                head = "HTTP/1.1 416 X\r\ncontent-length: 0\r\n"
                rest = b""
            elif self.odd == "other tag":
                etag = '"v2"'
            first = start + (1 if self.odd == "other start" else 0)
            whole = total + (1 if self.odd == "other total" else 0)
            last = total - (2 if self.odd == "other end" else 1)
            if self.odd not in ("no range", "416"):
                head += f"content-range: bytes {first}-{last}/{whole}\r\n"
            if self.odd and self.odd not in ("416",):
                rest = b"\xff" * len(rest)
        elif self.odd:
            self.piece = self.piece if len(self.ranges) == 1 else total
        if etag:
            head += f"etag: {etag}\r\n"
        writer.write(head.encode() + b"\r\n" + rest[: self.piece])
        await writer.drain()


async def test_the_rest_is_asked_for(
    client: BatchClient, server: Server, waits: Waits, tmp_path: Path
) -> None:
    content = Content(CONTENT, 4_000)
    server.reply(content)
    to = tmp_path / "out"
    told: list[tuple[int, int]] = []
    size = await client.files.content("file-1", to=to, on_progress=lambda *at: told.append(at))
    assert size == len(CONTENT)
    assert to.read_bytes() == CONTENT
    assert content.ranges == [None, "bytes=4000-", "bytes=8000-"]
    assert content.conditions == [None, '"v1"', '"v1"']
    assert told[-1] == (size, size)
    assert [each[0] for each in told] == sorted(each[0] for each in told)
    assert [each.name for each in tmp_path.iterdir()] == ["out"]


async def test_without_a_tag_the_length_decides(
    client: BatchClient, server: Server, tmp_path: Path
) -> None:
    content = Content(CONTENT, 6_000, etag=None)
    server.reply(content)
    await client.files.content("file-1", to=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert content.ranges == [None, "bytes=6000-"]
    assert content.conditions == [None, None]


async def test_a_weak_tag_is_compared_and_not_sent(
    client: BatchClient, server: Server, tmp_path: Path
) -> None:
    content = Content(CONTENT, 6_000, etag='W/"v1"')
    server.reply(content)
    await client.files.content("file-1", to=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert content.conditions == [None, None]


@pytest.mark.parametrize(
    "odd",
    ["ignored", "416", "other tag", "other start", "other total", "other end", "no range"],
)
async def test_what_is_not_the_rest_is_fetched_whole(
    client: BatchClient, server: Server, tmp_path: Path, odd: str
) -> None:
    """LiteLLM ignores `Range`; others answer with something that can not be trusted."""
    content = Content(CONTENT, 4_000, odd=odd)
    server.reply(content)
    await client.files.content("file-1", to=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == CONTENT
    assert content.ranges[:2] == [None, "bytes=4000-"]
    assert content.ranges[2:] == ([] if odd == "ignored" else [None])


async def test_content_of_unknown_length_begins_again(
    client: BatchClient, server: Server, tmp_path: Path
) -> None:
    async def broken(_: Asked, __: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcd\n\r\n5\r\nab")
        await writer.drain()

    whole = b"HTTP/1.1 200 X\r\ntransfer-encoding: chunked\r\n\r\n5\r\nabcd\n\r\n0\r\n\r\n"
    server.reply(broken, whole)
    assert await client.files.content("file-1", to=tmp_path / "out") == 5
    assert "range" not in server.asked[1].headers


async def test_a_partial_answer_that_nobody_asked_for_is_none(
    client: BatchClient, server: Server, waits: Waits, tmp_path: Path
) -> None:
    server.reply(b"HTTP/1.1 206 X\r\ncontent-length: 2\r\ncontent-range: bytes 0-1/10\r\n\r\nab")
    with pytest.raises(ProtocolError):
        await client.files.content("file-1", to=tmp_path / "out")
    assert not list(tmp_path.iterdir())


async def test_as_long_as_it_moves_it_goes_on(
    client: BatchClient, server: Server, waits: Waits, tmp_path: Path
) -> None:
    """More breaks than attempts: each brought a part, so none of them counts."""
    content = Content(os.urandom(6 * GAIN_BYTES), GAIN_BYTES)
    server.reply(content)
    await client.files.content("file-1", to=tmp_path / "out")
    assert (tmp_path / "out").read_bytes() == content.content
    assert len(content.ranges) == 6


async def test_as_soon_as_it_stands_still_it_ends(
    client: BatchClient, server: Server, waits: Waits, tmp_path: Path
) -> None:
    content = Content(CONTENT, 100)
    server.reply(content)
    with pytest.raises(ProtocolError, match="broke off after 300 of 10240 bytes"):
        await client.files.content("file-1", to=tmp_path / "out")
    assert len(content.ranges) == 3
    assert not list(tmp_path.iterdir())


sizes = strategies.integers(0, 30)


@settings(max_examples=300)
@given(first=sizes, last=sizes, total=sizes, size=sizes, sealed=sizes, text=strategies.text())
def test_only_the_very_rest_is_gone_on_with(
    tmp_path_factory: pytest.TempPathFactory,
    first: int,
    last: int,
    total: int,
    size: int,
    sealed: int,
    text: str,
) -> None:
    part = Part(Path("nowhere"))
    part.size_bytes = size
    part._seal = Seal(sealed, None)
    goes_on = part.continues({"content-range": f"bytes {first}-{last}/{total}"})
    assert goes_on == (first == size and last == total - 1 and total == sealed)
    assert not part.continues({"content-range": text})


def old(path: Path) -> Path:
    path.write_bytes(b"left")
    long_ago = time.time() - LEFT_S - 60
    os.utime(path, (long_ago, long_ago))
    return path


def test_only_what_is_left_behind_is_removed(tmp_path: Path) -> None:
    left = old(tmp_path / ".batchtui-left.part")
    young = tmp_path / ".batchtui-young.part"
    young.write_bytes(b"just made")
    others = [old(tmp_path / "a.part"), old(tmp_path / ".batchtui-notes.jsonl")]
    part = Part(tmp_path / "out")
    part.begin(None)
    (running,) = {*tmp_path.glob(".batchtui-*.part")} - {left, young}
    os.utime(running, (1, 1))
    sweep(tmp_path)
    assert not left.exists()
    assert young.exists()
    assert running.exists()
    assert all(each.exists() for each in others)
    part.close()
    assert not running.exists()


KILLED = """
import asyncio, sys
from pathlib import Path
from batchtui.client import BatchClient

async def main():
    async with BatchClient(base_url=sys.argv[1]) as client:
        await client.files.content("file-1", to=Path(sys.argv[2]))

asyncio.run(main())
"""


async def test_what_a_killed_process_left_is_removed_by_the_next(
    client: BatchClient, server: Server, tmp_path: Path, until: Until
) -> None:
    async def stall(_: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 600)
        await reader.read(-1)

    server.reply(stall)
    to = tmp_path / "out"
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", KILLED, server.base_url, str(to)
    )
    await until(lambda: any(each.stat().st_size for each in tmp_path.glob(".batchtui-*.part")))
    process.send_signal(signal.SIGKILL)
    await process.wait()
    (left,) = tmp_path.glob(".batchtui-*.part")
    assert not to.exists()
    os.utime(left, (1, 1))
    server.reply(Content(CONTENT, len(CONTENT)))
    server.asked.clear()
    await client.files.content("file-1", to=to)
    assert [each.name for each in tmp_path.iterdir()] == ["out"]
    assert to.read_bytes() == CONTENT
