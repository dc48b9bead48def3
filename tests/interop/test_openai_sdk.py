"""The official openai SDK against the gateway: files, batches, paging, content, cancel, errors."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import openai
import pytest

from batchtui.config import Secret
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from tests.gateway.support import chat, wait_for

KEY = "sk-interop"


@pytest.fixture
def base_url(tmp_path: Path) -> Iterator[str]:
    options = GatewayOptions(data_dir=tmp_path / "gateway", port=0, api_keys=(Secret(KEY),))
    with Gateway(options) as gateway:
        yield f"{gateway.base_url}/v1"


@pytest.fixture
def client(base_url: str) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=base_url, api_key=KEY, max_retries=0) as client:
        yield client


def write(tmp_path: Path, requests: list[dict[str, Any]]) -> Path:
    path = tmp_path / "in.jsonl"
    path.write_text("".join(json.dumps(each) + "\n" for each in requests))
    return path


def upload(client: openai.OpenAI, path: Path) -> str:
    with path.open("rb") as file:
        return client.files.create(file=file, purpose="batch").id


def finished(client: openai.OpenAI, batch_id: str) -> openai.types.Batch:
    def probe() -> openai.types.Batch | None:
        batch = client.batches.retrieve(batch_id)
        return batch if batch.status in ("completed", "failed", "cancelled", "expired") else None

    return wait_for(probe, f"{batch_id} to end")


def test_the_whole_job(client: openai.OpenAI, tmp_path: Path) -> None:
    requests = [chat(f"r-{n}", f"question {n}") for n in range(20)]
    requests.append(chat("bad", metadata={"echo": "fail-400"}))
    path = write(tmp_path, requests)
    with path.open("rb") as opened:
        file = client.files.create(
            file=opened,
            purpose="batch",
            expires_after={"anchor": "created_at", "seconds": 7200},
        )
    assert file.bytes == path.stat().st_size
    assert file.expires_at == file.created_at + 7200
    assert client.files.retrieve(file.id) == file

    created = client.batches.create(
        input_file_id=file.id,
        endpoint="/v1/chat/completions",
        completion_window="24h",
        metadata={"team": "ads"},
        output_expires_after={"anchor": "created_at", "seconds": 3600},
    )
    assert created.status == "validating"
    batch = finished(client, created.id)
    assert batch.status == "completed"
    assert batch.metadata == {"team": "ads"}
    assert batch.model == "echo"
    assert batch.request_counts
    assert (batch.request_counts.completed, batch.request_counts.failed) == (20, 1)
    assert batch.usage
    assert batch.usage.total_tokens == batch.usage.input_tokens + batch.usage.output_tokens > 0

    assert batch.output_file_id
    assert batch.error_file_id
    output = client.files.content(batch.output_file_id)
    results = [json.loads(line) for line in output.text.splitlines()]
    assert {line["custom_id"] for line in results} == {f"r-{n}" for n in range(20)}
    for line in results:
        answer = openai.types.chat.ChatCompletion.model_validate(line["response"]["body"])
        assert answer.choices[0].message.content
    target = tmp_path / "errors.jsonl"
    client.files.content(batch.error_file_id).write_to_file(target)
    assert json.loads(target.read_text())["custom_id"] == "bad"
    assert client.files.retrieve(batch.output_file_id).purpose == "batch_output"


def test_validation_errors_are_typed(client: openai.OpenAI, tmp_path: Path) -> None:
    path = write(tmp_path, [chat("same"), chat("same")])
    created = client.batches.create(
        input_file_id=upload(client, path),
        endpoint="/v1/chat/completions",
        completion_window="24h",
    )
    batch = finished(client, created.id)
    assert batch.status == "failed"
    assert batch.errors
    assert batch.errors.data
    (error,) = batch.errors.data
    assert (error.code, error.line) == ("duplicate_custom_id", 2)


def test_lists_page_by_themselves(client: openai.OpenAI, tmp_path: Path) -> None:
    file_id = upload(client, write(tmp_path, [chat("r")]))
    made = [
        client.batches.create(
            input_file_id=file_id,
            endpoint="/v1/chat/completions",
            completion_window="24h",
        ).id
        for _ in range(7)
    ]
    assert [batch.id for batch in client.batches.list(limit=3)] == made[::-1]
    files = {upload(client, tmp_path / "in.jsonl") for _ in range(4)} | {file_id}
    listed = [file.id for file in client.files.list(limit=2, purpose="batch", order="asc")]
    assert set(listed) == files
    assert len(listed) == 5
    assert listed[0] == file_id


async def test_the_async_client(base_url: str, tmp_path: Path) -> None:
    async with openai.AsyncOpenAI(base_url=base_url, api_key=KEY, max_retries=0) as client:
        data = write(tmp_path, [chat("r")]).read_bytes()
        file = await client.files.create(file=("in.jsonl", data), purpose="batch")
        batch = await client.batches.create(
            input_file_id=file.id, endpoint="/v1/chat/completions", completion_window="24h"
        )
        assert [each.id async for each in client.batches.list()] == [batch.id]
        async with client.files.with_streaming_response.content(file.id) as content:
            assert b"".join([piece async for piece in content.iter_bytes()]) == data


def test_cancel(client: openai.OpenAI, tmp_path: Path) -> None:
    path = write(tmp_path, [chat(f"r-{n}", model="echo-slow-300") for n in range(2000)])
    created = client.batches.create(
        input_file_id=upload(client, path),
        endpoint="/v1/chat/completions",
        completion_window="24h",
    )
    assert client.batches.cancel(created.id).status == "cancelling"
    batch = finished(client, created.id)
    assert batch.status == "cancelled"
    assert batch.cancelled_at


def test_delete(client: openai.OpenAI, tmp_path: Path) -> None:
    file_id = upload(client, write(tmp_path, [chat("r")]))
    assert client.files.delete(file_id).deleted
    with pytest.raises(openai.NotFoundError):
        client.files.content(file_id)


def test_models(client: openai.OpenAI) -> None:
    assert [model.id for model in client.models.list()] == ["echo"]
    assert client.models.retrieve("echo").object == "model"


def test_errors_are_the_sdks_own(client: openai.OpenAI, base_url: str, tmp_path: Path) -> None:
    with pytest.raises(openai.NotFoundError) as not_found:
        client.batches.retrieve("batch_nope")
    assert not_found.value.request_id
    assert "batch_nope" in str(not_found.value)
    with pytest.raises(openai.NotFoundError):
        client.files.retrieve("file-nope")
    with pytest.raises(openai.BadRequestError) as bad:
        client.batches.create(
            input_file_id="file-nope",
            endpoint="/v1/chat/completions",
            completion_window="24h",
        )
    assert bad.value.param == "input_file_id"
    with pytest.raises(openai.BadRequestError):
        client.batches.list(limit=101).data  # noqa: B018
    with pytest.raises(openai.BadRequestError):
        client.files.create(file=b"x", purpose="nonsense")  # type: ignore[arg-type]
    with (
        openai.OpenAI(base_url=base_url, api_key="sk-wrong", max_retries=0) as stranger,
        pytest.raises(openai.AuthenticationError),
    ):
        stranger.files.list()
    path = write(tmp_path, [chat("r")])
    created = client.batches.create(
        input_file_id=upload(client, path),
        endpoint="/v1/chat/completions",
        completion_window="24h",
    )
    finished(client, created.id)
    with pytest.raises(openai.ConflictError):
        client.batches.cancel(created.id)


def test_a_final_batch_is_not_cancelled_thrice(base_url: str, tmp_path: Path) -> None:
    """The SDK retries 409 of itself, unless the server says that it makes no sense."""
    with openai.OpenAI(base_url=base_url, api_key=KEY) as client:
        created = client.batches.create(
            input_file_id=upload(client, write(tmp_path, [chat("r")])),
            endpoint="/v1/chat/completions",
            completion_window="24h",
        )
        finished(client, created.id)
        with pytest.raises(openai.ConflictError) as conflict:
            client.batches.cancel(created.id)
        assert conflict.value.response.headers["x-should-retry"] == "false"
