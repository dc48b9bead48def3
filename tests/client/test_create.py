"""A batch create is sent once, and says truly whether there may be a batch."""

from __future__ import annotations

import asyncio
import json
from typing import TYPE_CHECKING, Any

import pytest

from batchtui import errors
from batchtui.client import BatchClient
from batchtui.errors import ConnectionFailedError, ExitCode, NotKnownError

if TYPE_CHECKING:
    from tests.client.conftest import Asked, Http, Server, Waits


async def create(client: BatchClient, **more: Any) -> Any:
    return await client.batches.create(
        input_file_id="file-1", endpoint="/v1/chat/completions", **more
    )


async def test_the_body_that_is_sent(
    client: BatchClient, server: Server, http: Http, objects: dict[str, Any]
) -> None:
    server.reply(http(200, objects["batch_create"]))
    batch = await create(
        client,
        metadata={"name": "probe"},
        output_expires_after_s=3600,
        extra_body={"priority": "low"},
    )
    assert batch.id == "batch_cf88beb44b40407c9b834164cb62a575"
    asked = server.asked[0]
    assert (asked.method, asked.path) == ("POST", "/v1/batches")
    assert asked.headers["content-type"] == "application/json"
    assert json.loads(asked.body) == {
        "input_file_id": "file-1",
        "endpoint": "/v1/chat/completions",
        "completion_window": "24h",
        "metadata": {"name": "probe"},
        "output_expires_after": {"anchor": "created_at", "seconds": 3600},
        "priority": "low",
    }


async def test_the_wrapper_that_together_answers_with(
    client: BatchClient, server: Server, http: Http
) -> None:
    job = {"id": "b-1", "status": "VALIDATING", "created_at": "2026-11-22T02:00:00Z"}
    server.reply(http(201, {"job": job, "warning": None}))
    batch = await create(client)
    assert (batch.id, batch.status, batch.created_at) == ("b-1", "validating", 1795312800)


@pytest.mark.parametrize("status", [408, 500, 501, 502, 503, 504, 520])
async def test_after_these_statuses_there_may_be_a_batch(
    client: BatchClient, server: Server, http: Http, waits: Waits, status: int
) -> None:
    server.reply(http(status, {"error": {"message": "upstream connect error"}}))
    with pytest.raises(NotKnownError, match="not known whether") as caught:
        await create(client)
    assert "upstream connect error" in caught.value.message
    assert "batches ls" in (caught.value.hint or "")
    assert caught.value.exit_code is ExitCode.NOT_KNOWN
    assert isinstance(caught.value.__cause__, errors.StatusError)
    assert len(server.asked) == 1
    assert waits == []


@pytest.mark.parametrize("status", [307, 400, 401, 403, 404, 409, 413, 422, 429])
async def test_after_these_statuses_there_is_none(
    client: BatchClient, server: Server, http: Http, waits: Waits, status: int
) -> None:
    server.reply(http(status, retry_after="1"))
    with pytest.raises(errors.ApiError):
        await create(client)
    assert len(server.asked) == 1
    assert waits == []


@pytest.mark.parametrize("body", [b"", b"{", b"<html>", {}, {"status": "validating"}, [], "text"])
async def test_an_answer_that_is_no_batch_leaves_it_open(
    client: BatchClient, server: Server, http: Http, body: object
) -> None:
    server.reply(http(200, body))
    with pytest.raises(NotKnownError):
        await create(client)
    assert len(server.asked) == 1


async def test_a_connection_lost_after_sending_leaves_it_open(
    client: BatchClient, server: Server
) -> None:
    async def read_and_hang_up(asked: Asked, reader: asyncio.StreamReader, _: object) -> None:
        asked.body = await reader.readexactly(int(asked.headers["content-length"]))

    server.reply(read_and_hang_up)
    with pytest.raises(NotKnownError, match="was lost"):
        await create(client)
    assert len(server.asked) == 1


async def test_an_answer_broken_off_leaves_it_open(client: BatchClient, server: Server) -> None:
    server.reply(b'HTTP/1.1 200 OK\r\ncontent-length: 400\r\nconnection: close\r\n\r\n{"id": ')

    async def half(
        asked: Asked, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        await reader.readexactly(int(asked.headers["content-length"]))
        writer.write(b'HTTP/1.1 200 OK\r\ncontent-length: 400\r\n\r\n{"id": ')

    server.reply(half)
    with pytest.raises(NotKnownError, match="broke off its answer"):
        await create(client)
    assert len(server.asked) == 1


async def test_silence_leaves_it_open(server: Server) -> None:
    async def say_nothing(_: object, reader: asyncio.StreamReader, __: object) -> None:
        await reader.read()
        await reader.read()

    server.reply(say_nothing)
    async with BatchClient(base_url=server.base_url, timeout_s=0.05) as client:
        with pytest.raises(NotKnownError, match="did not answer within"):
            await create(client)
    assert len(server.asked) == 1


async def test_a_refused_connection_means_that_there_is_none(
    refused_url: str, waits: Waits
) -> None:
    async with BatchClient(base_url=refused_url, sleep=waits) as client:
        with pytest.raises(ConnectionFailedError, match="refused"):
            await create(client)
    assert waits == []


async def test_a_create_goes_over_a_connection_of_its_own(
    client: BatchClient, server: Server, http: Http
) -> None:
    """A kept connection may be closed just then, which looks like an answer that was lost."""
    server.reply(http(200, {"id": "batch_1", "status": "validating"}))
    await client.batches.retrieve("batch_1")
    await client.batches.retrieve("batch_1")
    assert server.connections == 1
    await create(client)
    assert server.connections == 2


async def test_cancelling_the_caller_sends_nothing_twice(
    client: BatchClient, server: Server
) -> None:
    arrived = asyncio.Event()

    async def wait(_: object, reader: asyncio.StreamReader, __: object) -> None:
        arrived.set()
        await reader.read()
        await reader.read()

    server.reply(wait)
    task = asyncio.create_task(create(client))
    await arrived.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert len(server.asked) == 1
