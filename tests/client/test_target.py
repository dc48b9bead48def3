"""Where requests go, by kind of server, and what is refused before anything is sent."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from hypothesis import given, strategies

from batchtui.client import BatchClient
from batchtui.client.target import Target, quoted_id, target
from batchtui.config import Kind, Profile, Secret
from batchtui.errors import UsageError

KEY = "sk-key-0123456789"


def made(**changes: Any) -> Target:
    given: dict[str, Any] = {"base_url": "http://localhost:4000", "api_key": KEY}
    given |= {"kind": "compatible", "provider": None, "headers": None, "timeout_s": None}
    return target(**(given | changes))


@pytest.mark.parametrize(
    ("kind", "base_url", "batches"),
    [
        ("litellm", "http://localhost:4000", "http://localhost:4000/v1/batches"),
        ("litellm", "http://localhost:4000/", "http://localhost:4000/v1/batches"),
        ("litellm", "http://localhost:4000/v1", "http://localhost:4000/v1/batches"),
        ("litellm", "https://llm.example/proxy", "https://llm.example/proxy/v1/batches"),
        ("litellm", "http://localhost:4000/azure/v1", "http://localhost:4000/azure/v1/batches"),
        ("openai", "https://api.openai.com/v1", "https://api.openai.com/v1/batches"),
        ("compatible", "https://api.groq.com/openai/v1", "https://api.groq.com/openai/v1/batches"),
        ("compatible", "https://generativelanguage.googleapis.com/v1beta/openai/",
         "https://generativelanguage.googleapis.com/v1beta/openai/batches"),
        ("compatible", "http://[::1]:4000", "http://[::1]:4000/v1/batches"),
        ("compatible", "http://localhost:4000?team=a", "http://localhost:4000/v1/batches?team=a"),
        ("azure", "https://r.openai.azure.com", "https://r.openai.azure.com/openai/v1/batches"),
        ("azure", "https://r.openai.azure.com/openai",
         "https://r.openai.azure.com/openai/v1/batches"),
        ("azure", "https://r.openai.azure.com/openai/v1",
         "https://r.openai.azure.com/openai/v1/batches"),
        ("azure", "https://r.openai.azure.com?api-version=2024-10-21",
         "https://r.openai.azure.com/openai/batches?api-version=2024-10-21"),
        ("azure", "https://r.openai.azure.com/openai?api-version=2024-10-21",
         "https://r.openai.azure.com/openai/batches?api-version=2024-10-21"),
        ("local", "http://127.0.0.1:4000", "http://127.0.0.1:4000/v1/batches"),
    ],
)  # fmt: skip
def test_base_urls(kind: Kind, base_url: str, batches: str) -> None:
    assert made(kind=kind, base_url=base_url).url("/batches", {}) == batches


def test_a_query_is_joined_and_quoted() -> None:
    url = made(kind="azure", base_url="https://r.openai.azure.com?api-version=1").url(
        "/batches", {"limit": 2, "after": "a&b=c", "order": None}
    )
    assert url.endswith("/openai/batches?api-version=1&limit=2&after=a%26b%3Dc")
    assert made().url("/batches", {"after": "\ud800"}).endswith("/v1/batches?after=%3F")


@pytest.mark.parametrize("kind", ["openai", "litellm", "compatible", "local"])
def test_the_key_is_a_bearer(kind: Kind) -> None:
    headers = made(kind=kind).headers
    assert headers["authorization"] == f"Bearer {KEY}"
    assert "api-key" not in headers


def test_azure_has_a_header_of_its_own_for_the_key() -> None:
    headers = made(kind="azure").headers
    assert headers["api-key"] == KEY
    assert "authorization" not in headers


def test_a_token_of_entra_is_a_bearer_at_azure_too() -> None:
    token = "eyJ0eXAiOiJKV1Qi.eyJhdWQiOiJodHRwczov.c2lnbmF0dXJl-_"
    headers = made(kind="azure", api_key=token).headers
    assert headers["authorization"] == f"Bearer {token}"
    assert "api-key" not in headers


@pytest.mark.parametrize(
    ("kind", "sent"),
    [("litellm", True), ("compatible", True), ("local", True), ("openai", False),
     ("azure", False)],
)  # fmt: skip
def test_the_provider_goes_where_it_is_known(kind: Kind, sent: bool) -> None:
    headers = made(kind=kind, provider="azure").headers
    assert headers.get("custom-llm-provider") == ("azure" if sent else None)


@pytest.mark.parametrize("key", [None, "", "   "])
def test_no_key_sends_no_empty_bearer(key: str | None) -> None:
    """`Bearer ` with nothing behind it is no valid header."""
    assert "authorization" not in made(api_key=key).headers


@pytest.mark.parametrize(
    "wrong",
    [
        {"base_url": "localhost:4000"},
        {"base_url": "ftp://localhost"},
        {"base_url": "http://"},
        {"base_url": "http://user:word@localhost"},
        {"base_url": "http://local host"},
        {"base_url": "http://localhost:99999"},
        {"base_url": "http://localhost\r\nx: y"},
        {"api_key": "sk-with\nnewline-secret"},
        {"api_key": "sk-with blank-secret"},
        {"api_key": "sk-ключ-secret"},
        {"headers": {"x y": "1"}},
        {"headers": {"x": "a\r\nb: secret"}},
        {"provider": "a\nb"},
        {"kind": "other"},
    ],
)
def test_what_can_not_be_sent_is_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(UsageError) as caught:
        made(**wrong)
    assert "secret" not in f"{caught.value} {caught.value.hint}"


def test_nothing_shows_the_key() -> None:
    client = BatchClient(base_url="http://localhost:4000", api_key=KEY)
    shown = f"{client!r} {client!s} {made()!r} {made(headers={'x-token': 'tok-0123456789'})!r}"
    assert KEY not in shown
    assert "tok-0123456789" not in shown


@pytest.mark.parametrize("identifier", ["", " ", ".", "..", "x" * 513])
async def test_an_id_that_is_none_is_refused_before_sending(identifier: str) -> None:
    def never(_: httpx.Request) -> httpx.Response:
        raise AssertionError("nothing may be sent")

    transport = httpx.MockTransport(never)
    async with BatchClient(base_url="http://localhost:4000", transport=transport) as client:
        with pytest.raises(UsageError):
            await client.batches.retrieve(identifier)
        with pytest.raises(UsageError):
            await client.files.delete(identifier)


@given(strategies.text(min_size=1, max_size=512))
def test_an_id_stays_one_segment_of_the_path(identifier: str) -> None:
    try:
        quoted = quoted_id(identifier, "batch")
    except UsageError:
        return
    url = httpx.URL(f"http://localhost/v1/batches/{quoted}/cancel")
    assert url.raw_path.count(b"/") == 4
    assert b"?" not in url.raw_path
    assert b"#" not in url.raw_path


async def test_from_profile_and_the_request_that_leaves() -> None:
    seen: list[httpx.Request] = []

    def answer(request: httpx.Request) -> httpx.Response:
        seen.append(request)
        return httpx.Response(200, json={"id": "batch/1", "status": "completed"})

    profile = Profile(
        "work",
        "http://localhost:4000",
        "litellm",
        provider="azure",
        api_key=Secret(KEY),
        headers={"X-Team": "evaluation"},
    )
    client = BatchClient.from_profile(profile)
    client._session._transport = httpx.MockTransport(answer)
    async with client:
        await client.batches.retrieve("batch/1")
    assert seen[0].url.raw_path == b"/v1/batches/batch%2F1"
    assert seen[0].headers["custom-llm-provider"] == "azure"
    assert seen[0].headers["x-team"] == "evaluation"
    assert seen[0].headers["authorization"] == f"Bearer {KEY}"
    assert seen[0].headers["user-agent"].startswith("batchtui/")


def test_patience_outlasts_the_proxys_own_retries() -> None:
    """LiteLLM sleeps a Retry-After of up to 120 s twice."""
    assert made(kind="litellm").read_timeout_s > 240
    assert made(kind="compatible").read_timeout_s > 240
    assert made(timeout_s=5).read_timeout_s == 5
