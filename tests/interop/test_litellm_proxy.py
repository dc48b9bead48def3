"""Our client and command line through a real LiteLLM proxy, with our gateway behind it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from batchtui.client import BatchClient
from batchtui.config import Profile, Secret
from batchtui.errors import (
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
)
from batchtui.models.batch import Batch
from batchtui.workflows import results
from batchtui.workflows.doctor import Verdict, examine
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Created, Submission, submit
from batchtui.workflows.watch import watch
from tests.interop.litellm_proxy import MASTER_KEY, MODEL

pytestmark = [pytest.mark.interop, pytest.mark.timeout(600)]

WriteInput = Callable[..., Path]
CHAT = "/v1/chat/completions"


@pytest.fixture
async def client(proxy_url: str) -> AsyncIterator[BatchClient]:
    async with BatchClient(
        base_url=proxy_url, api_key=MASTER_KEY, kind="litellm", provider="openai"
    ) as connected:
        yield connected


@pytest.fixture
async def session(proxy_url: str, tmp_path: Path) -> AsyncIterator[Session]:
    profile = Profile(
        name="proxy",
        base_url=proxy_url,
        kind="litellm",
        provider="openai",
        api_key=Secret(MASTER_KEY),
    )
    ledger = Ledger(tmp_path / "ledger.db")
    async with Session(profile, downloads=tmp_path / "downloads", ledger=ledger) as connected:
        yield connected


async def created(session: Session, path: Path) -> Batch:
    last = [event async for event in submit(session, Submission(path))][-1]
    assert isinstance(last, Created)
    return last.batch


async def test_the_main_job(session: Session, write_input: WriteInput, tmp_path: Path) -> None:
    batch = await created(session, write_input(50, model=MODEL))
    async for seen in watch(session, [batch.id], interval_s=0.5):
        assert isinstance(seen, Batch)
        batch = seen
    assert (batch.status, batch.request_counts and batch.request_counts.completed) == (
        "completed",
        50,
    )
    assert batch.usage is not None
    assert batch.usage.input_tokens > 0
    collected = await results.collect(session, batch, tmp_path / "out.jsonl")
    assert collected.audit.is_complete
    lines = (tmp_path / "out.jsonl").read_text().splitlines()
    assert [json.loads(line)["custom_id"] for line in lines] == [f"r-{n}" for n in range(50)]


async def test_lists_page_to_their_end(client: BatchClient, write_input: WriteInput) -> None:
    file = await client.files.create(file=write_input(1, model=MODEL))
    made = [await client.batches.create(input_file_id=file.id, endpoint=CHAT) for _ in range(7)]
    seen = [batch.id async for batch in client.batches.list(limit=3)]
    assert len(seen) == len(set(seen))
    assert {batch.id for batch in made} <= set(seen)
    assert file.id in [each.id async for each in client.files.list(purpose="batch")]


async def test_routed_by_model_the_ids_are_encoded_and_paging_still_ends(
    proxy_url: str, write_input: WriteInput
) -> None:
    headers = {"x-litellm-model": MODEL}
    async with BatchClient(
        base_url=proxy_url, api_key=MASTER_KEY, kind="litellm", headers=headers
    ) as client:
        file = await client.files.create(file=write_input(2, model=MODEL))
        assert len(file.id) > 40
        made = [await client.batches.create(input_file_id=file.id, endpoint=CHAT) for _ in range(4)]
        assert (await client.batches.retrieve(made[0].id)).id == made[0].id
        listed = [batch.id async for batch in client.batches.list(limit=2)]
        assert len(listed) == len(set(listed)) >= 4


async def test_cancel(client: BatchClient, write_input: WriteInput) -> None:
    file = await client.files.create(file=write_input(2, model="echo-slow-1500"))
    batch = await client.batches.create(input_file_id=file.id, endpoint=CHAT)
    cancelled = await client.batches.cancel(batch.id)
    assert cancelled.status in ("cancelling", "cancelled")
    while not (batch := await client.batches.retrieve(batch.id)).is_terminal:
        pass
    with pytest.raises(ConflictError):
        await client.batches.cancel(batch.id)


async def test_delete(client: BatchClient, write_input: WriteInput) -> None:
    file = await client.files.create(file=write_input(1, model=MODEL))
    assert (await client.files.delete(file.id)).deleted
    with pytest.raises(NotFoundError):
        await client.files.retrieve(file.id)


async def test_unknown_ids_say_so_in_the_upstreams_own_words(client: BatchClient) -> None:
    with pytest.raises(NotFoundError, match="No batch found with id 'batch_nope'"):
        await client.batches.retrieve("batch_nope")
    with pytest.raises(NotFoundError):
        await client.files.retrieve("file-nope")
    with pytest.raises((InvalidRequestError, NotFoundError)) as refused:
        await client.batches.create(input_file_id="file-nope", endpoint=CHAT)
    assert "file-nope" in str(refused.value)


async def test_a_wrong_key_is_told_as_one(proxy_url: str) -> None:
    async with BatchClient(base_url=proxy_url, api_key="sk-wrong", kind="litellm") as client:
        with pytest.raises(AuthenticationError) as refused:
            _ = [batch async for batch in client.batches.list()]
    assert "sk-wrong" not in str(refused.value)
    assert refused.value.hint is not None


async def test_a_bad_line_is_refused_by_the_proxy(client: BatchClient, tmp_path: Path) -> None:
    path = tmp_path / "bad.jsonl"
    path.write_text('{"custom_id": "a"}\n')
    with pytest.raises(InvalidRequestError):
        await client.files.create(file=path)


async def test_a_file_larger_than_50_mb(client: BatchClient, tmp_path: Path) -> None:
    path = tmp_path / "large.jsonl"
    body = {"model": MODEL, "messages": [{"role": "user", "content": "x" * 4_000}]}
    with path.open("w") as file:
        for number in range(13_000):
            line = {"custom_id": f"r-{number}", "method": "POST", "url": CHAT, "body": body}
            file.write(json.dumps(line) + "\n")
    size = path.stat().st_size
    assert size > 50_000_000
    uploaded = await client.files.create(file=path)
    assert uploaded.bytes == size
    copy = tmp_path / "copy.jsonl"
    assert await client.files.content(uploaded.id, to=copy) == size
    assert copy.read_bytes() == path.read_bytes()


async def test_the_doctor_finds_nothing_bad(session: Session) -> None:
    findings = [finding async for finding in examine(session)]
    bad = [each for each in findings if each.verdict in (Verdict.BAD, Verdict.WARNING)]
    assert bad == []
