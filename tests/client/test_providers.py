"""Each kind of server that speaks the OpenAI shape, with what it does its own way.

Mistral, Anthropic and Gemini have shapes of their own and are not spoken.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import httpx
import pytest

from batchtui.client import BatchClient
from batchtui.config import Kind
from batchtui.errors import InvalidRequestError, NotFoundError, RateLimitedError
from tests.unit.test_ids import ENCODED_BATCH, ENCODED_FILE

Answer = Callable[[httpx.Request], httpx.Response] | httpx.Response
MODEL = "batch-b"
MANAGED = base64.urlsafe_b64encode(b"litellm_proxy;model_id:m;" + b"x" * 200).decode().rstrip("=")


class Provider:
    """Answers by method and path, anything else with 404; keeps what it was asked."""

    def __init__(self, routes: dict[str, Any]) -> None:
        self.routes = routes
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.asked.append(request)
        answer = self.routes.get(f"{request.method} {unquote(request.url.path)}")
        if callable(answer):
            answer = answer(request)
        if answer is None:
            return httpx.Response(404, json={"detail": "Not Found"})
        return answer if isinstance(answer, httpx.Response) else httpx.Response(200, json=answer)

    def client(self, base_url: str, kind: Kind = "compatible", **options: Any) -> BatchClient:
        transport = httpx.MockTransport(self)
        return BatchClient(base_url=base_url, kind=kind, transport=transport, **options)


async def whole_job(client: BatchClient, to: Path) -> None:
    """Upload, create, look, list, cancel, read, delete: each call once."""
    file = await client.files.create(file=("in.jsonl", b"{}\n"))
    batch = await client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions")
    assert (await client.batches.retrieve(batch.id)).id == batch.id
    assert [each.id async for each in client.batches.list()] == [batch.id]
    assert (await client.batches.cancel(batch.id)).id == batch.id
    await client.files.content(file.id, to=to)
    await client.files.delete(file.id)


def routes(root: str, batch_id: str, file_id: str, **more: Any) -> dict[str, Any]:
    """A server below `root` with one file and one batch."""
    batch = {"id": batch_id, "status": "validating", "input_file_id": file_id}
    return {
        f"POST {root}/files": {"id": file_id, "status": "processed"},
        f"POST {root}/batches": batch,
        f"GET {root}/batches/{batch_id}": batch,
        f"GET {root}/batches": {"data": [batch], "has_more": False},
        f"POST {root}/batches/{batch_id}/cancel": batch | {"status": "cancelling"},
        f"GET {root}/files/{file_id}/content": httpx.Response(200, content=b"{}\n"),
        f"DELETE {root}/files/{file_id}": {"id": "raw", "deleted": True},
    } | more


# LiteLLM


@pytest.mark.parametrize(
    ("batch_id", "file_id"),
    [
        ("batch_2c0f", "file-1"),
        (ENCODED_BATCH, ENCODED_FILE),
        (MANAGED, MANAGED + "x"),
        ("batch/with?signs#and %", "file-ä/.."),
        ("b" * 512, "f" * 512),
    ],
    ids=["raw", "encoded", "managed", "odd", "longest"],
)
async def test_ids_go_out_as_they_came(batch_id: str, file_id: str, tmp_path: Path) -> None:
    provider = Provider(routes("/v1", batch_id, file_id))
    async with provider.client("http://proxy:4000", "litellm") as client:
        await whole_job(client, tmp_path / "out")
    assert json.loads(provider.asked[1].content)["input_file_id"] == file_id
    assert len(provider.asked) == 7


@pytest.mark.parametrize("routing", [{"provider": "azure"}, {"model": MODEL}])
async def test_every_call_says_where_it_goes_on(routing: dict[str, str], tmp_path: Path) -> None:
    """In a header: body and query are read on some routes only."""
    provider = Provider(routes("/v1", "batch_1", "file-1"))
    async with provider.client("http://proxy:4000", "litellm", **routing) as client:
        await whole_job(client, tmp_path / "out")
    name = "x-litellm-model" if "model" in routing else "custom-llm-provider"
    other = {"x-litellm-model", "custom-llm-provider"} - {name}
    for request in provider.asked:
        assert request.headers[name] in routing.values()
        assert not other & set(request.headers)


def batches_of(*ids: str) -> list[dict[str, str]]:
    return [{"id": each, "status": "completed"} for each in ids]


async def test_a_list_routed_by_model_goes_on_by_last_id() -> None:
    """Its `data` has encoded ids, which its upstream answers with 400 when they come as `after`."""

    def listed(request: httpx.Request) -> httpx.Response:
        after = request.url.params.get("after")
        if after is None:
            page = {"data": batches_of("enc_1", "enc_2"), "last_id": "raw_2", "has_more": True}
        elif after == "raw_2":
            page = {"data": batches_of("enc_3"), "last_id": "raw_3", "has_more": False}
        else:
            return httpx.Response(400, json={"error": {"message": f"No such object: {after}"}})
        return httpx.Response(200, json=page)

    provider = Provider({"GET /v1/batches": listed})
    async with provider.client("http://proxy:4000", "litellm", model=MODEL) as client:
        assert [each.id async for each in client.batches.list(limit=2)] == [
            "enc_1", "enc_2", "enc_3",
        ]  # fmt: skip


async def test_the_same_page_for_ever_ends() -> None:
    """Azure behind LiteLLM: neither `limit` nor `after` is passed on."""
    names = [f"batch_{number}" for number in range(20)]
    page = {"data": batches_of(*names), "last_id": names[-1], "has_more": True}
    provider = Provider({"GET /v1/batches": page})
    async with provider.client("http://proxy:4000", "litellm", provider="azure") as client:
        assert [each.id async for each in client.batches.list(limit=5)] == names
    assert len(provider.asked) == 2


async def test_a_cursor_that_does_not_advance_repeats_nothing() -> None:
    """A proxy with a database before 1.94: pages overlap, and the end is never said."""

    def listed(request: httpx.Request) -> httpx.Response:
        first = 2 if request.url.params.get("after") else 0
        data = batches_of(*[f"batch_{number}" for number in range(first, first + 4)])
        return httpx.Response(200, json={"data": data, "last_id": None, "has_more": True})

    provider = Provider({"GET /v1/batches": listed})
    async with provider.client("http://proxy:4000", "litellm") as client:
        ids = [each.id async for each in client.batches.list()]
    assert ids == [f"batch_{number}" for number in range(6)]


async def test_a_page_of_nothing_that_promises_more_ends() -> None:
    """`limit=0`, and managed lists after 1.94 (LiteLLM pull request 38738)."""
    page: dict[str, Any] = {"data": [], "first_id": None, "last_id": None, "has_more": True}
    provider = Provider({"GET /v1/batches": page})
    async with provider.client("http://proxy:4000", "litellm") as client:
        assert [each async for each in client.batches.list()] == []
    assert len(provider.asked) == 1


async def test_no_page_asks_for_more_than_a_proxy_gives() -> None:
    """101 is refused."""
    provider = Provider({"GET /v1/batches": {"data": []}})
    async with provider.client("http://proxy:4000", "litellm") as client:
        await client.batches.list().first_page()
    assert provider.asked[0].url.params["limit"] == "100"


async def test_a_managed_upload_without_a_database_gets_a_hint() -> None:
    message = {"error": {"message": "Managed files hook not found", "type": "None", "code": "500"}}
    provider = Provider({"POST /v1/files": httpx.Response(500, json=message)})
    async with provider.client("http://proxy:4000", "litellm") as client:
        with pytest.raises(Exception, match="Managed files hook") as caught:
            await client.files.create(file=b"{}", extra_fields={"target_model_names": "a,b"})
    assert "database" in (getattr(caught.value, "hint", None) or "")


async def test_model_info_where_there_is_one() -> None:
    info = {
        "mode": "batch",
        "max_input_tokens": 128000,
        "max_output_tokens": None,
        "input_cost_per_token": 1.5e-07,
        "output_cost_per_token": "nonsense",
        "input_cost_per_token_batches": 7.5e-08,
        "a_hundred_more": 1,
    }
    row = {"model_name": "gpt-4o-mini", "litellm_params": {"model": "x"}, "model_info": info}
    provider = Provider({"GET /v1/model/info": {"data": [row, {"model_name": "bare"}]}})
    async with provider.client("http://proxy:4000", "litellm") as client:
        known, bare = await client.models.info()
    assert (known.model_name, known.mode, known.max_input_tokens) == (
        "gpt-4o-mini",
        "batch",
        128000,
    )
    assert (known.input_cost_per_token, known.output_cost_per_token) == (1.5e-07, None)
    assert known.input_cost_per_token_batches == 7.5e-08
    assert known.model_extra == {}
    assert (bare.model_name, bare.mode) == ("bare", None)


async def test_no_model_info_elsewhere() -> None:
    async with Provider({}).client("https://api.openai.com/v1", "openai") as client:
        assert await client.models.info() == []


# OpenAI


async def test_openai() -> None:
    """What is wrong with a file comes later, as `failed`; absent files have the id `""`."""
    failed = {
        "id": "batch_1",
        "status": "failed",
        "output_file_id": "",
        "error_file_id": "",
        "errors": {
            "object": "list",
            "data": [{"code": "invalid_json_line", "line": 1, "message": "m", "param": None}],
        },
    }
    provider = Provider({"GET /v1/batches/batch_1": failed, "POST /v1/batches": failed})
    async with provider.client("https://api.openai.com/v1", "openai") as client:
        batch = await client.batches.retrieve("batch_1")
        await client.batches.create(
            input_file_id="file-1", endpoint="/v1/responses", output_expires_after_s=3600
        )
    assert (batch.output_file_id, batch.error_file_id) == (None, None)
    assert batch.errors is not None
    assert [(each.code, each.line) for each in batch.errors.data] == [("invalid_json_line", 1)]
    sent = json.loads(provider.asked[1].content)
    assert sent["output_expires_after"] == {"anchor": "created_at", "seconds": 3600}


# Azure


@pytest.mark.parametrize(
    ("base_url", "root", "version"),
    [
        ("https://r.openai.azure.com", "/openai/v1", None),
        ("https://r.openai.azure.com/openai/v1", "/openai/v1", None),
        ("https://r.openai.azure.com?api-version=2024-10-21", "/openai", "2024-10-21"),
    ],
)
async def test_azure_v1_and_classic(
    base_url: str, root: str, version: str | None, tmp_path: Path
) -> None:
    provider = Provider(routes(root, "batch_2c0f7a3e-0000-4000-8000-000000000000", "file-0f"))
    async with provider.client(base_url, "azure", api_key="key-0123456789") as client:
        await whole_job(client, tmp_path / "out")
    assert len(provider.asked) == 7
    for request in provider.asked:
        assert request.headers["api-key"] == "key-0123456789"
        assert "authorization" not in request.headers
        assert request.url.params.get("api-version") == version


async def test_azure_lists_without_object_and_with_nulls() -> None:
    row = {
        "id": "batch_2c0f",
        "status": "Validating",
        "endpoint": None,
        "created_at": "2026-11-22T02:00:00Z",
        "request_counts": {"total": None, "completed": None, "failed": None},
        "error_file_id": "",
    }
    provider = Provider({"GET /openai/batches": {"data": [row], "has_more": False}})
    async with provider.client("https://r.openai.azure.com?api-version=1", "azure") as client:
        (batch,) = [each async for each in client.batches.list()]
    assert (batch.status, batch.endpoint, batch.created_at) == ("validating", "", 1795312800)
    assert (batch.error_file_id, batch.progress_percent) == (None, None)


async def test_azure_refuses_a_create_over_the_quota() -> None:
    error = {"code": "token_limit_exceeded", "message": "Enqueued tokens exceed the quota"}
    provider = Provider({"POST /openai/v1/batches": httpx.Response(400, json={"error": error})})
    async with provider.client("https://r.openai.azure.com", "azure") as client:
        with pytest.raises(InvalidRequestError) as caught:
            await client.batches.create(input_file_id="file-1", endpoint="/chat/completions")
    assert caught.value.code == "token_limit_exceeded"
    assert "running batches" in (caught.value.hint or "")


# compatible


async def test_groq() -> None:
    """A list is `object` and `data` alone; a window may be of days."""
    page = {"object": "list", "data": batches_of("batch_2", "batch_1")}
    provider = Provider(
        {"GET /openai/v1/batches": page, "POST /openai/v1/batches": batches_of("batch_3")[0]}
    )
    async with provider.client("https://api.groq.com/openai/v1") as client:
        assert [each.id async for each in client.batches.list()] == ["batch_2", "batch_1"]
        await client.batches.create(
            input_file_id="file-1", endpoint="/v1/chat/completions", completion_window="7d"
        )
    assert len(provider.asked) == 2
    assert json.loads(provider.asked[1].content)["completion_window"] == "7d"


async def test_together() -> None:
    job = {
        "id": "b-1",
        "status": "IN_PROGRESS",
        "created_at": "2026-11-22T02:00:00.5Z",
        "progress": 42.5,
        "model_id": "m",
    }
    provider = Provider(
        {
            "POST /v1/files": {"id": "file-1", "purpose": "batch-api"},
            "GET /v1/files": {"data": [{"id": "file-1"}]},
            "POST /v1/batches": httpx.Response(201, json={"job": job, "warning": None}),
            "GET /v1/batches": [job, job | {"id": "b-0", "status": "CANCELLED"}],
            "GET /v1/batches/b-1": job | {"status": "COMPLETED", "progress": 100},
        }
    )
    async with provider.client("https://api.together.xyz/v1") as client:
        await client.files.create(file=b"{}")
        _ = [each async for each in client.files.list(purpose="batch")]
        created = await client.batches.create(input_file_id="file-1", endpoint="/v1/embeddings")
        listed = [each async for each in client.batches.list()]
        ended = await client.batches.retrieve("b-1")
    assert b'name="purpose"\r\n\r\nbatch-api\r\n' in provider.asked[0].content
    assert provider.asked[1].url.params["purpose"] == "batch-api"
    assert (created.id, created.status, created.progress_percent) == ("b-1", "in_progress", 42.5)
    assert [(each.id, each.status) for each in listed] == [
        ("b-1", "in_progress"), ("b-0", "cancelled"),
    ]  # fmt: skip
    assert ended.is_terminal
    assert ended.progress_percent == 100


@pytest.mark.parametrize("host", ["api.together.xyz.example", "not-together.xyz", "localhost"])
async def test_nobody_else_is_together(host: str) -> None:
    provider = Provider({"POST /v1/files": {"id": "file-1"}})
    async with provider.client(f"http://{host}") as client:
        await client.files.create(file=b"{}")
    assert b'name="purpose"\r\n\r\nbatch\r\n' in provider.asked[0].content


async def test_novita() -> None:
    """Numbers as text and text as numbers, capitals, and `errors` as a sentence."""
    row = {
        "id": 17,
        "status": "FAILED",
        "created_at": "1795308872",
        "request_counts": {"total": "3", "completed": 2.0, "failed": "1"},
        "errors": "file is broken",
    }
    provider = Provider({"GET /v1/batches": {"data": [row], "has_more": "false"}})
    async with provider.client("https://api.novita.ai/v1") as client:
        (batch,) = [each async for each in client.batches.list()]
    assert (batch.id, batch.status, batch.progress_percent) == ("17", "failed", 100)
    assert batch.errors is not None
    assert batch.errors.data[0].message == "file is broken"


@pytest.mark.parametrize(
    ("word", "status"),
    [("queued", "validating"), ("running", "in_progress"), ("succeeded", "completed")],
)
async def test_maritaca(word: str, status: str) -> None:
    provider = Provider({"GET /api/v1/batches/b": {"id": "b", "status": word}})
    async with provider.client("https://chat.maritaca.ai/api/v1") as client:
        assert (await client.batches.retrieve("b")).status == status


@pytest.mark.parametrize("base_url", ["http://llm-d.example:8000", "https://api.doubleword.ai/v1"])
async def test_plain_openai_shape_with_more_fields(base_url: str, tmp_path: Path) -> None:
    """llm-d and Doubleword: OpenAI's shape, and fields of their own that must not be lost."""
    batch = {"id": "batch_1", "object": "batch", "status": "in_progress", "x_tenant": {"a": 1}}
    batch["request_counts"] = {"total": 4, "completed": 1, "failed": 0, "retrying": 2}
    provider = Provider(routes("/v1", "batch_1", "file-1", **{"GET /v1/batches/batch_1": batch}))
    async with provider.client(base_url) as client:
        await whole_job(client, tmp_path / "out")
        read = await client.batches.retrieve("batch_1")
    assert read.progress_percent == 25
    assert read.model_extra == {"x_tenant": {"a": 1}}
    assert read.request_counts is not None
    assert read.request_counts.model_extra == {"retrying": 2}


async def test_a_vllm_server_has_no_batches() -> None:
    async with Provider({}).client("http://vllm:8000") as client:
        with pytest.raises(NotFoundError) as caught:
            await client.files.create(file=b"{}")
    assert "Batch API" in (caught.value.hint or "")


async def test_a_quota_as_a_429_says_what_to_do() -> None:
    message = "Error code: 429 - {'error': {'message': 'Enqueued token limit reached', 'code': "
    body = {"error": {"message": message + "'token_limit_exceeded'}}", "code": "429"}}
    provider = Provider({"POST /v1/batches": httpx.Response(429, json=body)})
    async with provider.client("http://proxy:4000", "litellm") as client:
        with pytest.raises(RateLimitedError, match="Enqueued token limit") as caught:
            await client.batches.create(input_file_id="file-1", endpoint="/v1/embeddings")
    assert "running batches" in (caught.value.hint or "")
    assert len(provider.asked) == 1
