"""Every form of a result line that servers are known to write, and any bytes."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtui.jsonl.glance import glance
from batchtui.jsonl.outcomes import ANSWERED, NOT_ANSWERED, Outcome
from batchtui.jsonl.results import ToolCall, Usage, read_result
from tests.jsonl.support import choice, encode, result
from tests.jsonl.test_validate import VALUES


def chat(*choices: Any, **fields: Any) -> dict[str, Any]:
    body = {"object": "chat.completion", "model": "m-1", "choices": list(choices)}
    return result(body=body | fields)


def responses(output: Any, **fields: Any) -> dict[str, Any]:
    return result(body={"object": "response", "model": "m", "output": output} | fields)


def message(*parts: Any) -> dict[str, Any]:
    return {"type": "message", "role": "assistant", "content": list(parts)}


TEXT = {"type": "output_text", "text": "Hi"}
CALL = {"id": "call_1", "type": "function", "function": {"name": "f", "arguments": '{"a": 1}'}}


@pytest.mark.parametrize(
    ("line", "outcome", "text"),
    [
        (chat(choice()), Outcome.OK, "Hi"),
        (chat(choice(), choice("no")), Outcome.OK, "Hi"),
        (chat(choice("Hal", "length")), Outcome.TRUNCATED, "Hal"),
        (chat(choice("", "length")), Outcome.TRUNCATED, ""),
        (chat(choice("Ha", "content_filter")), Outcome.FILTERED, "Ha"),
        (chat(choice(None, refusal="I won't")), Outcome.REFUSED, "I won't"),
        (chat(choice("")), Outcome.EMPTY, ""),
        (chat(choice(" \n")), Outcome.EMPTY, " \n"),
        (chat(choice(None)), Outcome.EMPTY, ""),
        (chat(choice(None, audio={"transcript": "Hi"})), Outcome.OK, "Hi"),
        (chat(), Outcome.EMPTY, ""),
        (chat(choice(None, "tool_calls", tool_calls=[CALL])), Outcome.OK, ""),
        (chat(choice([{"type": "text", "text": "Hi"}])), Outcome.OK, "Hi"),
        (result(body={"choices": [{"text": "Hi", "finish_reason": "stop"}]}), Outcome.OK, "Hi"),
        (result(body={"choices": [{"text": "", "finish_reason": "stop"}]}), Outcome.EMPTY, ""),
        (result(body={"data": [{"embedding": [0.1] * 1536}]}), Outcome.OK, "1536 floats"),
        (
            result(body={"data": [{"embedding": [0.5]}, {"embedding": [0.5]}]}),
            Outcome.OK,
            "2 x 1 floats",
        ),
        (result(body={"data": [{"embedding": "AAAAAAAAAAA="}]}), Outcome.OK, "2 floats"),
        (result(body={"object": "list", "data": []}), Outcome.EMPTY, ""),
        (responses([{"type": "reasoning"}, message(TEXT)], status="completed"), Outcome.OK, "Hi"),
        (responses([message(TEXT, TEXT)]), Outcome.OK, "HiHi"),
        (responses([{"type": "reasoning"}]), Outcome.EMPTY, ""),
        (responses([{"type": "function_call", "name": "f", "arguments": "{}"}]), Outcome.OK, ""),
        (responses([message({"type": "refusal", "refusal": "No"})]), Outcome.REFUSED, "No"),
        (
            responses(
                [message(TEXT)],
                status="incomplete",
                incomplete_details={"reason": "max_output_tokens"},
            ),
            Outcome.TRUNCATED,
            "Hi",
        ),
        (
            responses([], status="incomplete", incomplete_details={"reason": "content_filter"}),
            Outcome.FILTERED,
            "",
        ),
        (
            result(body={"results": [{"flagged": False}]}),
            Outcome.OK,
            '{"results": [{"flagged": false}]}',
        ),
        (result(status_code=201), Outcome.OK, "Hi"),
        (result(status_code=None), Outcome.OK, "Hi"),
    ],
)
def test_answers(line: dict[str, Any], outcome: Outcome, text: str) -> None:
    found = read_result(encode(line))
    assert (found.outcome, found.text) == (outcome, text)
    assert found.custom_id == "a"
    assert found.outcome in ANSWERED


@pytest.mark.parametrize(
    ("line", "outcome", "status_code", "code", "message"),
    [
        (
            result(status_code=400, body={"error": {"message": "Too long", "code": "context"}}),
            Outcome.FAILED,
            400,
            "context",
            "Too long",
        ),
        (
            result(
                status_code=500,
                body={"error": {"message": "Oops", "type": "server_error", "code": None}},
            ),
            Outcome.FAILED,
            500,
            "server_error",
            "Oops",
        ),
        (
            result(response=None, error={"code": "batch_expired", "message": "Too late"}),
            Outcome.EXPIRED,
            None,
            "batch_expired",
            "Too late",
        ),
        (
            result(response=None, error={"code": "batch_cancelled", "message": "Stopped"}),
            Outcome.CANCELLED,
            None,
            "batch_cancelled",
            "Stopped",
        ),
        (
            result(response=None, error={"code": "request_timeout", "message": "Slow"}),
            Outcome.FAILED,
            None,
            "request_timeout",
            "Slow",
        ),
        # vLLM: the error is text or an object, beside a response without body.
        (
            result(response={"status_code": 400, "request_id": "v", "body": None}, error="Bad"),
            Outcome.FAILED,
            400,
            None,
            "Bad",
        ),
        (
            result(
                response={"status_code": 400, "body": None},
                error={"object": "error", "message": "Bad", "type": "BadRequestError", "code": 400},
            ),
            Outcome.FAILED,
            400,
            "400",
            "Bad",
        ),
        (
            result(
                response={"status_code": 404, "body": None},
                error={"error": {"message": "No model", "type": "NotFoundError", "code": 404}},
            ),
            Outcome.FAILED,
            404,
            "404",
            "No model",
        ),
        (result(status_code=0), Outcome.FAILED, 0, None, "there was no HTTP answer"),
        (
            result(response={"status_code": 200, "body": None}),
            Outcome.FAILED,
            200,
            None,
            "HTTP status 200",
        ),
        (
            result(body={"error": {"message": "In disguise", "code": "x"}}),
            Outcome.FAILED,
            200,
            "x",
            "In disguise",
        ),
        (
            result(status_code=400, body={"error": {"code": "content_filter", "message": "No"}}),
            Outcome.FILTERED,
            400,
            "content_filter",
            "No",
        ),
        (result(status_code=422, body={"detail": [1]}), Outcome.FAILED, 422, None, "[1]"),
        (result(status_code=502, body="<html>"), Outcome.FAILED, 502, None, "<html>"),
    ],
)
def test_failures(
    line: dict[str, Any],
    outcome: Outcome,
    status_code: int | None,
    code: str | None,
    message: str | None,
) -> None:
    found = read_result(encode(line))
    assert (found.outcome, found.status_code, found.code, found.message) == (
        outcome,
        status_code,
        code,
        message,
    )
    assert found.custom_id == "a"


@pytest.mark.parametrize(
    "line",
    [b"", b"{", b"[]", b"null", b"\xff\xfe", b"[" * 99_999, b'{"custom_id": "a"}'],
    ids=len,
)
def test_lines_that_are_no_result(line: bytes) -> None:
    found = read_result(line)
    assert found.outcome is Outcome.UNREADABLE
    assert found.message


def test_a_lone_surrogate_and_nan_do_not_hide_the_answer() -> None:
    line = encode(result()).replace(b'"Hi"', b'"\\ud83dHi"').replace(b'"r"', b"NaN")
    assert read_result(line).text == "\ud83dHi"


def test_json_mode() -> None:
    assert read_result(encode(chat(choice('{"a": 1}'))), json_mode=True).outcome is Outcome.OK
    broken = encode(chat(choice('{"a": 1')))
    assert read_result(broken, json_mode=True).outcome is Outcome.INVALID_JSON
    assert read_result(broken).outcome is Outcome.OK
    cut = encode(chat(choice('{"a": 1', "length")))
    assert read_result(cut, json_mode=True).outcome is Outcome.TRUNCATED
    calls = encode(chat(choice(None, tool_calls=[CALL])))
    assert read_result(calls, json_mode=True).outcome is Outcome.OK


def test_tool_calls_of_all_endpoints() -> None:
    wanted = ToolCall("f", '{"a": 1}', "call_1")
    assert read_result(encode(chat(choice(None, tool_calls=[CALL])))).tool_calls == (wanted,)
    item = {"type": "function_call", "call_id": "call_1", "name": "f", "arguments": '{"a": 1}'}
    assert read_result(encode(responses([item]))).tool_calls == (wanted,)
    old = {"name": "f", "arguments": {"a": 1}}
    assert read_result(encode(chat(choice(None, function_call=old)))).tool_calls == (
        ToolCall("f", '{"a": 1}'),
    )


def test_usage_of_all_endpoints() -> None:
    chat_usage = {
        "prompt_tokens": 5,
        "completion_tokens": 7,
        "prompt_tokens_details": {"cached_tokens": 2},
        "completion_tokens_details": {"reasoning_tokens": 3},
    }
    found = read_result(encode(chat(choice(), usage=chat_usage)))
    assert found.usage == Usage(5, 7, 2, 3)
    assert (found.model, found.finish_reason, found.request_id) == ("m-1", "stop", "r")
    response_usage = {
        "input_tokens": 5,
        "output_tokens": 7,
        "input_tokens_details": {"cached_tokens": 2},
        "output_tokens_details": {"reasoning_tokens": 3},
    }
    found = read_result(encode(responses([message(TEXT)], usage=response_usage)))
    assert found.usage == Usage(5, 7, 2, 3)
    assert read_result(encode(chat(choice(), usage=None))).usage is None
    assert read_result(encode(chat(choice(), usage={"prompt_tokens": "x"}))).usage == Usage()


def test_outcomes_are_answered_or_not() -> None:
    assert set(Outcome) == ANSWERED | NOT_ANSWERED


ANSWERS = st.one_of(
    st.builds(
        choice,
        st.one_of(st.text(max_size=5), st.text(' \t\n\r\f"\\/\u00a0\u3000x', max_size=4), VALUES),
        st.sampled_from(["stop", "length", "content_filter", "tool_calls"]),
        refusal=st.sampled_from([None, None, "", "No"]),
        tool_calls=st.sampled_from([None, [], [CALL]]),
    ),
    VALUES,
)
BODIES = st.one_of(
    st.fixed_dictionaries({"choices": st.one_of(st.lists(ANSWERS, max_size=3), VALUES)}),
    st.fixed_dictionaries(
        {"data": st.lists(st.one_of(st.fixed_dictionaries({"embedding": VALUES}), VALUES))}
    ),
    st.fixed_dictionaries({"output": VALUES, "status": st.sampled_from(["completed", "failed"])}),
    VALUES,
)
RESULTS = st.builds(
    lambda line, more: line | more,
    st.builds(result, st.one_of(st.text(max_size=3), VALUES), status_code=VALUES, body=BODIES)
    | st.builds(result, st.text(max_size=3), body=BODIES),
    st.dictionaries(
        st.sampled_from(["response", "error", "id", "custom_id", "x"]), VALUES, max_size=1
    ),
)


@given(RESULTS, st.booleans(), st.sampled_from([b"", b"\n", b"\r\n"]))
def test_a_glance_tells_what_reading_tells(value: dict[str, Any], spaced: bool, end: bytes) -> None:
    separators = None if spaced else (",", ":")
    line = json.dumps(value, separators=separators).encode() + end
    found = read_result(line)
    custom_id = found.custom_id.encode("utf-8", "surrogatepass") if found.custom_id else None
    assert glance(line) == (custom_id, found.outcome)


@given(st.one_of(st.binary(), RESULTS.map(encode)), st.integers(0, 200))
def test_no_bytes_make_it_raise(line: bytes, cut: int) -> None:
    for piece in (line, line[:cut], line[:cut] + b"\xff" + line[cut:]):
        read_result(piece)
        read_result(piece, json_mode=True)
        glance(piece)


def test_a_cut_line_still_tells_whose_it_is() -> None:
    assert glance(encode(result("a"))[:-9]) == (b"a", Outcome.UNREADABLE)
