"""The echo model: all four endpoints, deterministic, and trouble on demand."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import struct
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.gateway.answer.answer import Answer, Ask
from batchtui.gateway.answer.echo import Echo
from batchtui.gateway.answer.echo_bodies import SIGNATURE
from batchtui.models.endpoint import CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, EXECUTED, RESPONSES
from tests.gateway.support import Api, ManualClock, chat


async def ask(endpoint: str, custom_id: str = "r", **body: Any) -> tuple[int, dict[str, Any]]:
    text = json.dumps(body).encode()
    question = Ask(json.dumps(custom_id).encode(), endpoint, text)
    answer = await Echo(ManualClock()).answer(question, asyncio.Event())
    assert isinstance(answer, Answer)
    assert b"\n" not in answer.body
    return answer.status, json.loads(answer.body)


def user(text: Any) -> list[dict[str, Any]]:
    return [{"role": "system", "content": "Be brief."}, {"role": "user", "content": text}]


async def test_chat_repeats_the_question_and_says_what_it_is() -> None:
    status, body = await ask(CHAT_COMPLETIONS, model="gpt-4o", messages=user("What is 2 + 2?"))
    assert status == 200
    assert body["object"] == "chat.completion"
    assert body["model"] == "gpt-4o"
    (choice,) = body["choices"]
    assert choice["message"]["content"] == "What is 2 + 2? (echoed by the offline model)"
    assert choice["finish_reason"] == "stop"
    usage = body["usage"]
    assert usage["prompt_tokens"] > 0
    assert usage["completion_tokens"] > 0
    assert usage["total_tokens"] == usage["prompt_tokens"] + usage["completion_tokens"]


async def test_chat_reads_content_parts() -> None:
    parts = [{"type": "text", "text": "look"}, {"type": "image_url", "image_url": {"url": "x"}}]
    _, body = await ask(CHAT_COMPLETIONS, messages=user(parts))
    assert body["choices"][0]["message"]["content"].startswith("look (echoed")


@pytest.mark.parametrize("endpoint", EXECUTED)
async def test_the_same_request_gives_the_same_answer(endpoint: str) -> None:
    body: dict[str, Any] = {"model": "m", "messages": user("x"), "prompt": "x", "input": "x"}
    assert await ask(endpoint, **body) == await ask(endpoint, **body)


@pytest.mark.parametrize("name", ["max_tokens", "max_completion_tokens"])
async def test_chat_is_cut_at_max_tokens(name: str) -> None:
    limit: dict[str, Any] = {name: 3}
    _, body = await ask(CHAT_COMPLETIONS, messages=user("a long question"), **limit)
    (choice,) = body["choices"]
    assert choice["finish_reason"] == "length"
    assert choice["message"]["content"] == "a long ques"
    assert body["usage"]["completion_tokens"] == 3


async def test_chat_answers_json_when_asked() -> None:
    form = {"type": "json_object"}
    _, body = await ask(CHAT_COMPLETIONS, messages=user('say "hi"'), response_format=form)
    assert json.loads(body["choices"][0]["message"]["content"])["echo"] == 'say "hi"'


async def test_chat_answers_in_the_form_of_a_schema() -> None:
    schema = {
        "type": "object",
        "properties": {
            "label": {"enum": ["a", "b"]},
            "score": {"type": "number", "minimum": 1},
            "tags": {"type": "array", "items": {"type": "string"}, "minItems": 2},
            "inner": {"type": ["object", "null"], "properties": {"ok": {"type": "boolean"}}},
        },
    }
    form = {"type": "json_schema", "json_schema": {"name": "x", "schema": schema}}
    _, body = await ask(CHAT_COMPLETIONS, messages=user("q"), response_format=form)
    value = json.loads(body["choices"][0]["message"]["content"])
    assert value["label"] == "a"
    assert value["score"] == 1
    assert len(value["tags"]) == 2
    assert value["inner"] == {"ok": True}


async def test_chat_gives_as_many_choices_as_asked() -> None:
    _, body = await ask(CHAT_COMPLETIONS, messages=user("q"), n=3)
    assert [choice["index"] for choice in body["choices"]] == [0, 1, 2]


async def test_completions() -> None:
    _, body = await ask(COMPLETIONS, model="m", prompt=["one", "two"], max_tokens=100)
    assert body["object"] == "text_completion"
    assert [choice["text"][:3] for choice in body["choices"]] == ["one", "two"]
    assert all(choice["text"].endswith(SIGNATURE) for choice in body["choices"])


async def test_responses() -> None:
    _, body = await ask(RESPONSES, model="m", input=user("why?"), max_output_tokens=500)
    assert body["object"] == "response"
    assert body["status"] == "completed"
    assert body["output"][0]["content"][0]["text"].startswith("why? (echoed")
    usage = body["usage"]
    assert usage["total_tokens"] == usage["input_tokens"] + usage["output_tokens"]
    _, cut = await ask(RESPONSES, model="m", input="why?", max_output_tokens=2)
    assert cut["status"] == "incomplete"
    assert cut["incomplete_details"] == {"reason": "max_output_tokens"}


@pytest.mark.parametrize("dimensions", [1, 8, 1536])
async def test_embeddings_are_unit_vectors(dimensions: int) -> None:
    _, body = await ask(EMBEDDINGS, model="m", input=["one", "two"], dimensions=dimensions)
    first, second = (each["embedding"] for each in body["data"])
    assert len(first) == len(second) == dimensions
    assert math.isclose(math.hypot(*first), 1.0, abs_tol=1e-5)
    assert dimensions == 1 or first != second
    assert body["usage"]["total_tokens"] == body["usage"]["prompt_tokens"] > 0


async def test_embeddings_as_base64() -> None:
    _, plain = await ask(EMBEDDINGS, input="text")
    _, coded = await ask(EMBEDDINGS, input="text", encoding_format="base64")
    raw = base64.b64decode(coded["data"][0]["embedding"])
    numbers = struct.unpack(f"<{len(raw) // 4}f", raw)
    assert numbers == pytest.approx(plain["data"][0]["embedding"], abs=1e-6)


@pytest.mark.parametrize(
    ("endpoint", "body", "param"),
    [
        (CHAT_COMPLETIONS, {}, "messages"),
        (CHAT_COMPLETIONS, {"messages": []}, "messages"),
        (CHAT_COMPLETIONS, {"messages": ["hi"]}, "messages"),
        (CHAT_COMPLETIONS, {"messages": [{}], "max_tokens": "many"}, "max_tokens"),
        (CHAT_COMPLETIONS, {"messages": [{}], "n": 1000}, "n"),
        (COMPLETIONS, {}, "prompt"),
        (EMBEDDINGS, {}, "input"),
        (EMBEDDINGS, {"input": "x", "dimensions": 0}, "dimensions"),
        (EMBEDDINGS, {"input": "x", "dimensions": 10**9}, "dimensions"),
        (RESPONSES, {"input": 7}, "input"),
    ],
)
async def test_bad_bodies_are_refused(endpoint: str, body: dict[str, Any], param: str) -> None:
    status, answer = await ask(endpoint, **body)
    assert status == 400
    assert answer["error"]["param"] == param


@pytest.mark.parametrize("status", [400, 404, 429, 500, 503])
async def test_failing_on_demand(status: int) -> None:
    by_model, body = await ask(CHAT_COMPLETIONS, model=f"echo-fail-{status}", messages=user("q"))
    assert by_model == status
    assert body["error"]["message"]
    metadata = {"echo": f"fail-{status}"}
    by_line, _ = await ask(CHAT_COMPLETIONS, model="m", messages=user("q"), metadata=metadata)
    assert by_line == status


async def test_flaky_fails_a_share_of_the_lines() -> None:
    statuses = [
        (await ask(CHAT_COMPLETIONS, f"r-{n}", model="echo-flaky-30", messages=user("q")))[0]
        for n in range(300)
    ]
    assert 50 < statuses.count(500) < 130
    assert statuses.count(200) == 300 - statuses.count(500)


async def test_once_fails_a_share_of_the_lines_the_first_time() -> None:
    echo = Echo(ManualClock())

    async def statuses(**more: Any) -> list[int]:
        body = json.dumps({"model": "echo-once-30", "messages": user("q"), **more}).encode()
        asks = [Ask(b'"r-%d"' % number, CHAT_COMPLETIONS, body) for number in range(300)]
        return [(echo.compose(each)[0]).status for each in asks]

    first = await statuses()
    assert 50 < first.count(500) < 130
    assert await statuses(max_tokens=50) == [200] * 300
    assert (await ask(CHAT_COMPLETIONS, "r-1", model="echo-once-100", messages=user("q")))[0] == 500


async def test_refusals_filters_and_empty_answers_on_demand() -> None:
    _, refused = await ask(CHAT_COMPLETIONS, model="echo-refuse", messages=user("q"))
    assert refused["choices"][0]["message"]["refusal"]
    assert refused["choices"][0]["message"]["content"] is None
    _, filtered = await ask(CHAT_COMPLETIONS, model="echo-filter", messages=user("q"))
    assert filtered["choices"][0]["finish_reason"] == "content_filter"
    _, empty = await ask(CHAT_COMPLETIONS, model="echo-empty", messages=user("q"))
    assert empty["choices"][0]["message"]["content"] == ""


async def test_slow_on_demand() -> None:
    echo = Echo(ManualClock())
    body = json.dumps({"model": "echo-slow-700", "messages": user("q")}).encode()
    _, delay_s = echo.compose(Ask(b'"r"', CHAT_COMPLETIONS, body))
    assert delay_s == 0.7


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)
NAMES = (
    "model", "messages", "prompt", "input", "n", "max_tokens", "max_output_tokens", "dimensions",
    "metadata", "response_format", "text", "instructions", "encoding_format",
)  # fmt: skip


@settings(max_examples=300, deadline=None)
@given(
    endpoint=st.sampled_from(EXECUTED),
    body=st.dictionaries(st.sampled_from(NAMES), json_values, max_size=6),
)
async def test_no_body_breaks_it(endpoint: str, body: dict[str, Any]) -> None:
    """Whatever a line holds, the answer is JSON on one line with a sensible status."""
    echo = Echo(ManualClock())
    answer, _ = echo.compose(Ask(b'"r"', endpoint, json.dumps(body).encode()))
    assert 200 <= answer.status <= 599
    assert b"\n" not in answer.body
    msgspec.json.decode(answer.body)


@pytest.mark.parametrize("text", [b"[" * 100_000, b"7", b"null", b'"x"', b"{", b'{"a":1e999}'])
async def test_no_text_breaks_it(text: bytes) -> None:
    answer, _ = Echo(ManualClock()).compose(Ask(b'"r"', CHAT_COMPLETIONS, text))
    assert answer.status == 400


@pytest.mark.parametrize("endpoint", [COMPLETIONS, EMBEDDINGS, RESPONSES])
def test_each_endpoint_as_a_batch(api: Api, endpoint: str) -> None:
    name = "prompt" if endpoint == COMPLETIONS else "input"
    lines = [
        {
            "custom_id": f"r-{n}",
            "method": "POST",
            "url": endpoint,
            "body": {"model": "m", name: "x"},
        }
        for n in range(5)
    ]
    batch = api.wait(api.submit(lines, endpoint)["id"])
    assert batch["status"] == "completed", batch
    assert batch["request_counts"] == {"total": 5, "completed": 5, "failed": 0}
    assert batch["usage"]["input_tokens"] > 0


def test_a_large_line(api: Api) -> None:
    batch = api.wait(api.submit([chat("big", "x" * 3_000_000), chat("small")])["id"])
    lines = {line["custom_id"]: line for line in api.lines(batch["output_file_id"])}
    assert len(lines["big"]["response"]["body"]["choices"][0]["message"]["content"]) > 3_000_000
