"""Asking an upstream: what is asked again, what stands, what comes through."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable
from email.utils import formatdate
from typing import Any

import pytest

from batchtui.config import Secret
from batchtui.gateway.answer.answer import Answer, Ask, NoAnswer
from batchtui.gateway.answer.upstream import Upstream, endpoint_url
from batchtui.models.endpoint import CHAT_COMPLETIONS
from tests.gateway.conftest import StartGateway, StartUpstream
from tests.gateway.fake_upstream import FakeUpstream, Script, chat_answer
from tests.gateway.support import chat, wait_for


def question(text: str = "q") -> Ask:
    body = json.dumps({"model": "m", "messages": [{"role": "user", "content": text}]})
    return Ask(b'"r"', CHAT_COMPLETIONS, body.encode())


async def asked(
    upstream: FakeUpstream | str, key: Secret | None = None
) -> Answer | NoAnswer | None:
    """The answer, with pauses of a millisecond."""
    url = upstream if isinstance(upstream, str) else upstream.base_url
    answerer = Upstream(url, key, first_pause_s=0.001)
    try:
        return await answerer.answer(question(), asyncio.Event())
    finally:
        await answerer.aclose()


def failing(times: int, status: int, **headers: str) -> Script:
    """Fails so many times, then answers; status 0 cuts the connection."""

    def script(body: dict[str, Any], attempt: int) -> tuple[int, dict[str, str], bytes]:
        if attempt <= times:
            named = {name.replace("_", "-"): value for name, value in headers.items()}
            return status, named, b'{"error":{"message":"not now"}}'
        return 200, {"x-request-id": "req_upstream"}, chat_answer()

    return script


@pytest.mark.parametrize("status", [408, 409, 429, 500, 502, 503, 599, 0])
async def test_trouble_is_asked_again(start_upstream: StartUpstream, status: int) -> None:
    upstream = start_upstream(failing(3, status))
    answer = await asked(upstream)
    assert isinstance(answer, Answer)
    assert answer.status == 200
    assert answer.request_id == "req_upstream"
    assert upstream.asked == {"q": 4}


@pytest.mark.parametrize("status", [301, 400, 401, 403, 404, 413, 422])
async def test_other_answers_stand(start_upstream: StartUpstream, status: int) -> None:
    upstream = start_upstream(failing(1, status))
    answer = await asked(upstream)
    assert isinstance(answer, Answer)
    assert answer.status == status
    assert not answer.ok
    assert json.loads(answer.body) == {"error": {"message": "not now"}}
    assert upstream.asked == {"q": 1}


@pytest.mark.parametrize("status", [429, 500])
async def test_at_last_the_failure_stands(start_upstream: StartUpstream, status: int) -> None:
    upstream = start_upstream(failing(100, status))
    answer = await asked(upstream)
    assert isinstance(answer, Answer)
    assert answer.status == status
    assert upstream.asked == {"q": 10}


async def test_nobody_there() -> None:
    answer = await asked("http://127.0.0.1:9")
    assert isinstance(answer, NoAnswer)
    assert answer.code == "upstream_unreachable"


@pytest.mark.parametrize(
    "after", [lambda: "1", lambda: formatdate(time.time() + 2, usegmt=True)], ids=["s", "date"]
)
async def test_retry_after_is_honoured(
    start_upstream: StartUpstream, after: Callable[[], str]
) -> None:
    upstream = start_upstream(failing(1, 429, retry_after=after()))
    answerer = Upstream(upstream.base_url, None, first_pause_s=0.001)
    began = time.monotonic()
    answer = await answerer.answer(question(), asyncio.Event())
    await answerer.aclose()
    assert isinstance(answer, Answer)
    assert answer.status == 200
    assert time.monotonic() - began >= 0.9


@pytest.mark.parametrize("after", ["soon", "-5", "nan", "Mon, 99 Nov 2026 00:00:00 GMT"])
async def test_a_retry_after_that_says_nothing(start_upstream: StartUpstream, after: str) -> None:
    answer = await asked(start_upstream(failing(1, 429, retry_after=after)))
    assert isinstance(answer, Answer)
    assert answer.status == 200


async def test_giving_up_ends_the_wait(start_upstream: StartUpstream) -> None:
    upstream = start_upstream(failing(100, 429, retry_after="3600"))
    answerer = Upstream(upstream.base_url, None)
    giving_up = asyncio.Event()
    giving_up.set()
    assert await answerer.answer(question(), giving_up) is None
    await answerer.aclose()
    assert upstream.asked == {"q": 1}


@pytest.mark.parametrize(
    "body", [b"", b"<html>busy</html>", b'{"cut', b"\xff\xfe", b"[1]", b'{"a":NaN}']
)
async def test_a_success_that_is_no_json_is_a_failed_line(
    start_upstream: StartUpstream, body: bytes
) -> None:
    answer = await asked(start_upstream(lambda *_: (200, {}, body)))
    assert isinstance(answer, NoAnswer)
    assert answer.code == "invalid_response"


@pytest.mark.parametrize("body", [b"", b"<html>\nno</html>", b"\xff", b"null"])
async def test_an_error_that_is_no_json_gets_an_envelope(
    start_upstream: StartUpstream, body: bytes
) -> None:
    answer = await asked(start_upstream(lambda *_: (400, {}, body)))
    assert isinstance(answer, Answer)
    assert b"\n" not in answer.body
    assert json.loads(answer.body)["error"]["message"]


async def test_a_body_on_several_lines_becomes_one(start_upstream: StartUpstream) -> None:
    pretty = json.dumps(json.loads(chat_answer("a\nb")), indent=2).replace("\n", "\r\n").encode()
    answer = await asked(start_upstream(lambda *_: (200, {}, pretty)))
    assert isinstance(answer, Answer)
    assert b"\n" not in answer.body
    assert b"\r" not in answer.body
    assert json.loads(answer.body) == json.loads(pretty)


async def test_half_a_character_pair_comes_through(start_upstream: StartUpstream) -> None:
    body = chat_answer("half \ud83d")
    answer = await asked(start_upstream(lambda *_: (200, {}, body)))
    assert isinstance(answer, Answer)
    assert answer.body == body
    assert answer.tokens.input == 3


@pytest.mark.parametrize(
    ("usage", "tokens"),
    [
        ({"prompt_tokens": 7, "completion_tokens": 3}, (7, 0, 3, 0)),
        ({"input_tokens": 7, "output_tokens": 3}, (7, 0, 3, 0)),
        (
            {
                "prompt_tokens": 7,
                "completion_tokens": 3,
                "prompt_tokens_details": {"cached_tokens": 5},
                "completion_tokens_details": {"reasoning_tokens": 2},
            },
            (7, 5, 3, 2),
        ),
        ({"prompt_tokens": 7, "prompt_tokens_details": None}, (7, 0, 0, 0)),
        ({"prompt_tokens": -7, "completion_tokens": 10**30}, (0, 0, 0, 0)),
        ({"prompt_tokens": "many"}, (0, 0, 0, 0)),
        (None, (0, 0, 0, 0)),
        ("odd", (0, 0, 0, 0)),
    ],
)
async def test_tokens_are_read_with_lenience(
    start_upstream: StartUpstream, usage: Any, tokens: tuple[int, ...]
) -> None:
    body = json.dumps({"id": "x", "usage": usage}).encode()
    answer = await asked(start_upstream(lambda *_: (200, {}, body)))
    assert isinstance(answer, Answer)
    found = answer.tokens
    assert (found.input, found.cached, found.output, found.reasoning) == tokens
    assert answer.body == body


async def test_the_key_goes_up_and_never_into_a_result(start_upstream: StartUpstream) -> None:
    body = b'{"error":{"message":"Incorrect API key provided: sk-upstream-secret"}}'
    upstream = start_upstream(lambda *_: (401, {}, body))
    answer = await asked(upstream, Secret("sk-upstream-secret"))
    assert upstream.keys == {"Bearer sk-upstream-secret"}
    assert isinstance(answer, Answer)
    assert b"sk-upstream-secret" not in answer.body


@pytest.mark.parametrize(
    ("base_url", "url"),
    [
        ("http://localhost:8000", "http://localhost:8000/v1/chat/completions"),
        ("http://localhost:8000/", "http://localhost:8000/v1/chat/completions"),
        ("http://localhost:8000/v1", "http://localhost:8000/v1/chat/completions"),
        ("https://x.example/openai/v1/", "https://x.example/openai/v1/chat/completions"),
        ("https://x.example/api", "https://x.example/api/v1/chat/completions"),
        ("https://x.example/v1beta/openai", "https://x.example/v1beta/openai/chat/completions"),
    ],
)
def test_where_the_endpoint_is(base_url: str, url: str) -> None:
    assert endpoint_url(base_url, CHAT_COMPLETIONS) == url


def test_concurrency_is_bounded_over_all_batches(
    start_gateway: StartGateway, start_upstream: StartUpstream
) -> None:
    upstream = start_upstream(lambda *_: (200, {}, chat_answer()))
    texts = [f"q-{n}" for n in range(4)]
    upstream.hold(*texts)
    with start_gateway(upstream=upstream.base_url, concurrency=3) as api:
        batches = [
            api.submit([chat(text, text), *(chat(f"{text}-{n}") for n in range(20))])
            for text in texts
        ]
        wait_for(lambda: upstream.most_at_once == 3 or None, "three lines at once")
        upstream.release()
        for batch in batches:
            assert api.wait(batch["id"])["request_counts"]["completed"] == 21
    assert upstream.most_at_once == 3
    assert upstream.paths == {"/v1/chat/completions"}


def test_the_key_comes_from_the_environment(
    start_gateway: StartGateway, start_upstream: StartUpstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TEST_UPSTREAM_KEY", "sk-from-env")
    upstream = start_upstream(lambda *_: (200, {}, chat_answer()))
    options = {"upstream": upstream.base_url, "upstream_key_env": "TEST_UPSTREAM_KEY"}
    with start_gateway(**options) as api:
        api.wait(api.submit([chat("r")])["id"])
    assert upstream.keys == {"Bearer sk-from-env"}


def test_models_are_the_upstreams(
    start_gateway: StartGateway, start_upstream: StartUpstream
) -> None:
    upstream = start_upstream(lambda *_: (200, {}, chat_answer()))
    with start_gateway(upstream=upstream.base_url) as api:
        listed = api.ok(api.http.get("/v1/models"))
        assert listed == {"object": "list", "data": [{"id": "m", "object": "model"}]}
        assert api.ok(api.http.get("/v1/models/m"))["id"] == "m"
    with start_gateway(upstream="http://127.0.0.1:9") as api:
        error = api.refused(api.http.get("/v1/models"), 502)
        assert "upstream" in error["message"]


def test_the_body_goes_up_as_it_was(
    start_gateway: StartGateway, start_upstream: StartUpstream
) -> None:
    seen: list[dict[str, Any]] = []

    def script(body: dict[str, Any], attempt: int) -> tuple[int, dict[str, str], bytes]:
        seen.append(body)
        return 200, {}, chat_answer()

    upstream = start_upstream(script)
    request = chat("r", "ünïcode ✓ 😀", temperature=0.1, seed=2**60, custom={"a": [1.5, None]})
    with start_gateway(upstream=upstream.base_url) as api:
        assert api.wait(api.submit([request])["id"])["status"] == "completed"
    assert seen == [request["body"]]
