"""The client and the gateway against each other, over a real socket."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from batchtui.client import BatchClient
from batchtui.errors import InvalidRequestError, NotFoundError
from batchtui.models.batch import Batch

if TYPE_CHECKING:
    from batchtui.gateway.server import Gateway
    from tests.conftest import WriteInput

CHAT = "/v1/chat/completions"


@pytest.fixture
async def client(gateway: Gateway) -> AsyncIterator[BatchClient]:
    async with BatchClient(base_url=gateway.base_url, api_key="sk-any") as made:
        yield made


async def ended(client: BatchClient, batch: Batch) -> Batch:
    async with asyncio.timeout(30):
        while not batch.is_terminal:
            await asyncio.sleep(0.02)
            batch = await client.batches.retrieve(batch.id)
    return batch


async def test_the_whole_job(client: BatchClient, write_input: WriteInput, tmp_path: Path) -> None:
    file = await client.files.create(file=write_input(25), expires_after_s=86_400)
    assert (file.filename, file.purpose) == ("in.jsonl", "batch")
    assert file.created_at is not None
    assert file.expires_at == file.created_at + 86_400

    batch = await client.batches.create(
        input_file_id=file.id, endpoint=CHAT, metadata={"name": "whole"}
    )
    assert batch.metadata == {"name": "whole"}
    batch = await ended(client, batch)
    assert batch.status == "completed"
    assert batch.request_counts is not None
    assert batch.request_counts.completed == 25
    assert batch.usage is not None
    assert batch.usage.total_tokens > 0

    assert batch.output_file_id is not None
    to = tmp_path / "out.jsonl"
    size = await client.files.content(batch.output_file_id, to=to)
    assert size == to.stat().st_size
    answered = {json.loads(line)["custom_id"] for line in to.read_bytes().splitlines()}
    assert answered == {f"r-{number}" for number in range(25)}

    deleted = await client.files.delete(file.id)
    assert (deleted.id, deleted.deleted) == (file.id, True)
    with pytest.raises(NotFoundError):
        await client.files.retrieve(file.id)


async def test_lists_of_several_pages(client: BatchClient, write_input: WriteInput) -> None:
    file = await client.files.create(file=write_input(1))
    made = [
        (await client.batches.create(input_file_id=file.id, endpoint=CHAT)).id for _ in range(7)
    ]
    listed = [batch.id async for batch in client.batches.list(limit=3)]
    assert sorted(listed) == sorted(made)
    pages = [len(page.data) async for page in client.batches.list(limit=3).pages()]
    assert pages == [3, 3, 1]
    rest = [batch.id async for batch in client.batches.list(limit=3, after=listed[3])]
    assert rest == listed[4:]
    inputs = [each.id async for each in client.files.list(purpose="batch", limit=1, order="asc")]
    assert inputs == [file.id]


async def test_models(client: BatchClient) -> None:
    assert "echo" in [model.id async for model in client.models.list()]


async def test_errors(client: BatchClient, write_input: WriteInput) -> None:
    with pytest.raises(NotFoundError):
        await client.batches.retrieve("batch_nope")
    with pytest.raises(NotFoundError):
        await client.batches.cancel("batch_nope")
    with pytest.raises(InvalidRequestError):
        await client.batches.list(limit=101).first_page()
    with pytest.raises((InvalidRequestError, NotFoundError)):
        await client.batches.create(input_file_id="file-nope", endpoint=CHAT)
    with pytest.raises(InvalidRequestError):
        await client.files.create(file=write_input(1), purpose="no-such-purpose")


async def test_a_large_answer_arrives_whole(
    client: BatchClient, write_input: WriteInput, tmp_path: Path
) -> None:
    path = write_input(20_000)
    file = await client.files.create(file=path)
    assert file.bytes == path.stat().st_size
    to = tmp_path / "copy.jsonl"
    await client.files.content(file.id, to=to)
    assert to.read_bytes() == path.read_bytes()
    pieces = [piece async for piece in client.files.stream(file.id)]
    assert b"".join(pieces) == path.read_bytes()
