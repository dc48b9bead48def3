"""Requests and results of every endpoint as a person reads them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui.outcome_words import EXPLAINED
from batchtui.tui.viewer.conversation import settings, turns
from batchtui.tui.viewer.exchange_content import ExchangeContent
from batchtui.tui.viewer.records import Piece
from batchtui.tui.viewer.summary import request_words, result_words
from tests.tui.viewer_support import answer_line, error_line, expired_line, request_line


def piece(value: Any) -> Piece:
    data = json.dumps(value).encode()
    return Piece(data, len(data))


def shown(request: Any, result: Any = None, outcome: Outcome | None = None, width: int = 60) -> str:
    content = ExchangeContent(
        piece(request) if request is not None else None,
        piece(result) if result is not None else None,
        outcome,
    )
    return "\n".join(
        "".join(text for text, _ in row.pieces).rstrip() for row in content.rows(width)
    )


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ({"messages": [{"role": "user", "content": "hi"}]}, [("user", "hi")]),
        (
            {"messages": [{"role": "user", "content": [{"type": "text", "text": "what is"}, {
                "type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}]}]},
            [("user", "what is"), ("", "[image data:image/png;base64, 4 characters]")],
        ),
        (
            {"messages": [{"role": "assistant", "content": None, "tool_calls": [
                {"id": "1", "function": {"name": "weather", "arguments": '{"in": "Rome"}'}}]},
                {"role": "tool", "tool_call_id": "1", "content": "sunny"}]},
            [("calls", 'weather({"in": "Rome"})'), ("tool", "sunny")],
        ),
        ({"input": "one"}, [("input", "one")]),
        ({"input": ["one", "two"]}, [("input", "one"), ("", "two")]),
        ({"input": [1, 2]}, [("input", "[1, 2]")]),
        (
            {"instructions": "be brief", "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "hello"}]},
                {"type": "function_call", "name": "f", "arguments": "{}"},
                {"type": "function_call_output", "output": "done"}]},
            [("system", "be brief"), ("user", "hello"), ("calls", "f({})"), ("tool", "done")],
        ),
        ({"prompt": "Once upon"}, [("prompt", "Once upon")]),
        ({"messages": "wrong"}, [("messages", "wrong")]),
        ({"messages": [7, {"role": "user"}]}, [("?", "7"), ("user", "")]),
        ({"messages": [{"role": "user", "content": [{"type": "input_audio", "input_audio": {
            "format": "wav", "data": "AAAA"}}, {"type": "file", "file": {"filename": "a.pdf"}}]}]},
            [("user", "[audio wav, 4 characters of base64]"), ("", "[file a.pdf]")]),
        ({"input": [{"role": "user", "content": [
            {"type": "input_file", "filename": "a.pdf", "file_data": "data:x;base64," + "A" * 5000},
            {"type": "input_file", "file_id": "file-1"},
            {"type": "input_file", "file_url": "https://x/a.pdf"},
            {"type": "image", "source": {"type": "base64", "data": "A" * 5000}}]}]},
            [("user", "[file a.pdf, 5,014 characters of base64]"), ("", "[file file-1]"),
             ("", "[file https://x/a.pdf]"),
             ("", '{"type": "image", "source": {"type": "base64", '
                  '"data": "AAAAAAAAAAAAAAAAAAAAAAAA…, 5,000 characters"}}')]),
    ],
)  # fmt: skip
def test_turns_of_every_endpoint(body: dict[str, Any], said: list[tuple[str, str]]) -> None:
    assert [(turn.role, turn.text) for turn in turns(body)] == said


def test_settings_are_what_is_no_conversation() -> None:
    body = {
        "model": "m",
        "messages": [],
        "temperature": 0.2,
        "tools": [{"type": "function", "function": {"name": "weather"}}, {"type": "web_search"}],
    }
    assert settings(body) == "temperature 0.2, tools weather web_search"


@hypothesis_settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    st.dictionaries(
        st.sampled_from(["messages", "input", "prompt", "instructions", "tools", "x"]),
        st.recursive(
            st.none() | st.booleans() | st.integers() | st.text(max_size=5),
            lambda inner: (
                st.lists(inner, max_size=3)
                | st.dictionaries(
                    st.sampled_from(["role", "content", "type", "tool_calls", "function", "text"]),
                    inner,
                    max_size=4,
                )
            ),
            max_leaves=8,
        ),
    )
)
def test_any_body_can_be_read(body: dict[str, Any]) -> None:
    turns(body)
    settings(body)
    request_words(body)
    shown({"custom_id": "a", "body": body})


def test_an_answer_beside_its_request() -> None:
    text = shown(request_line(1), answer_line(1, "billing"), Outcome.OK)
    assert text.splitlines()[0].split() == ["request", "gpt-4o-mini"]
    assert "system  You are a support triage assistant. Answer in one" in text
    assert "with    max_tokens 20" in text
    assert "✓ ok" in text
    assert "131 in, 2 out" in text
    assert text.endswith("  billing")


def test_a_failure_in_full() -> None:
    text = shown(request_line(3), error_line(3), Outcome.FAILED)
    assert "✗ 400 context_length_exceeded" in text
    assert "131,204" in text
    assert "request id req_3" in text


def test_a_failure_without_http_and_a_missing_result() -> None:
    assert "◌ batch_expired" in shown(None, expired_line(9), Outcome.EXPIRED)
    text = shown(request_line(7), None, Outcome.MISSING)
    assert "? missing" in text
    assert "No result line has its custom_id" in text


def test_tool_calls_and_usage_of_a_result() -> None:
    line = answer_line(1, "")
    message = line["response"]["body"]["choices"][0]["message"]
    message["tool_calls"] = [{"id": "1", "function": {"name": "f", "arguments": '{"a":1}'}}]
    line["response"]["body"]["usage"]["prompt_tokens_details"] = {"cached_tokens": 100}
    text = shown(None, line)
    assert 'f({\n          "a": 1' in text
    assert "100 cached" in text


def result_of(body: dict[str, Any]) -> dict[str, Any]:
    return {"custom_id": "a", "response": {"status_code": 200, "body": body}, "error": None}


def chat_choice(finish_reason: str = "stop", **message: Any) -> dict[str, Any]:
    return {"message": {"role": "assistant", **message}, "finish_reason": finish_reason}


def test_every_choice_of_an_answer_is_shown_and_counted() -> None:
    body = {"choices": [chat_choice(content="first"), chat_choice("length", content="second")]}
    text = shown(None, result_of(body))
    assert "✓ ok  2 choices" in text
    assert "choice 1 of 2\n  first" in text
    assert "choice 2 of 2  length\n  second" in text
    old = shown(None, result_of({"choices": [{"text": "\n\none"}, {"text": "two"}]}))
    assert "choice 1 of 2\n  one" in old, "line breaks before and behind a text are not shown"
    assert "choice 2 of 2\n  two" in old


def test_thoughts_are_shown_apart_from_the_answer() -> None:
    body = {"choices": [chat_choice(content="42", reasoning_content="6 times 7")]}
    text = shown(None, result_of(body))
    assert "thought 6 times 7\n  42" in text
    summary = {"type": "reasoning", "summary": [{"type": "summary_text", "text": "6 times 7"}]}
    search = {"type": "web_search_call", "status": "completed"}
    said = {"type": "message", "content": [{"type": "output_text", "text": "42"}]}
    text = shown(None, result_of({"output": [summary, search, said]}))
    assert "thought 6 times 7" in text
    assert '"status": "completed"' in text
    assert text.endswith("  42")


def test_an_answer_in_sound_has_its_words() -> None:
    audio = {"id": "audio_1", "data": "A" * 4000, "transcript": "Hello there"}
    line = result_of({"choices": [chat_choice(content=None, audio=audio)]})
    text = shown(None, line)
    assert "✓ ok" in text
    assert "audio   Hello there" in text
    assert "[audio, 4,000 characters of base64]" in text


def test_a_refusal_is_called_one() -> None:
    line = result_of({"choices": [chat_choice(content=None, refusal="I will not")]})
    assert "refusal I will not" in shown(None, line)


def test_a_failure_says_nothing_twice() -> None:
    response = {"status_code": 400, "body": {"error": {"message": "Bad", "code": 400}}}
    line = {"custom_id": "a", "response": response}
    assert "✗ 400 failed" in shown(None, line)
    response["status_code"] = 0
    response["body"] = None
    text = shown(None, line)
    assert "✗ failed" in text
    assert "there was no HTTP answer" in text


@pytest.mark.parametrize("outcome", [Outcome.MISSING, Outcome.CANCELLED, Outcome.EXPIRED])
def test_a_request_without_a_result_line_says_what_that_means(outcome: Outcome) -> None:
    text = shown(request_line(7), None, outcome).replace("\n ", "")
    assert EXPLAINED[outcome] in text


def test_every_outcome_is_explained_in_one_line() -> None:
    assert set(EXPLAINED) == set(Outcome)
    assert all(len(each) <= 76 for each in EXPLAINED.values())


def test_lines_that_are_no_request_or_no_result() -> None:
    assert "This line is no request" in shown([1, 2])
    assert "not_an_object" in shown(None, [1, 2])


def test_a_line_too_long_to_be_read_says_so() -> None:
    content = ExchangeContent(Piece(b'{"custom_id"', 5_000_000), None, None)
    text = "".join(text for row in content.rows(90) for text, _ in row.pieces)
    assert "5,000,000 bytes" in text


def test_the_words_of_a_row() -> None:
    from batchtui.jsonl.results import read_result

    assert request_words(request_line(1)["body"]).startswith("請求書")
    assert request_words({"input": ["first", "second"]}) == "first"
    assert request_words({"messages": 7}) == ""
    developer = {"role": "developer", "content": "You are a helpful"}
    asked = {"role": "user", "content": [{"type": "input_text", "text": "Where is it?"}]}
    for key in ("input", "messages"):
        assert request_words({key: [developer, asked]}) == "Where is it?"
        assert request_words({key: [asked, {"role": "assistant", "content": "Hm"}]}) == (
            "Where is it?"
        )
    assert request_words({"input": [developer]}) == "You are a helpful"
    two = [{"role": "user", "content": "first"}, {"role": "user", "content": "last"}]
    assert request_words({"messages": two}) == "last"
    failed = read_result(json.dumps(error_line(3)).encode())
    assert result_words(failed).startswith("context_length_exceeded This")
    blank_first = read_result(json.dumps(answer_line(1, "\n\n Yes")).encode())
    assert result_words(blank_first) == "Yes"
