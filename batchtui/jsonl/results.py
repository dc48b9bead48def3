"""What one line of an output or error file says, in any of the shapes that servers write."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import msgspec

from batchtui.jsonl.lines import is_dense
from batchtui.jsonl.outcomes import Outcome as Outcome

_CODES_OF_EXPIRY = frozenset({"batch_expired", "expired"})
_CODES_OF_CANCEL = frozenset({"batch_cancelled", "batch_canceled", "cancelled", "canceled"})
_BLANKS = " \t\r\n"
_FILTER_CODES = frozenset({"content_filter", "content_policy_violation"})


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that the model asks for. `arguments` is the model's text, meant to be JSON."""

    name: str
    arguments: str
    id: str | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one request, as the server counted them."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    reasoning_tokens: int = 0


@dataclass(frozen=True, slots=True)
class Result:
    """One result. `text` is the answer, the refusal, or a word on what came ("1536 floats").

    `code` and `message` are the server's for a failure; `status_code` None or 0: there was no HTTP.
    """

    custom_id: str | None = None
    outcome: Outcome = Outcome.UNREADABLE
    status_code: int | None = None
    code: str | None = None
    message: str | None = None
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    usage: Usage | None = None
    model: str | None = None
    finish_reason: str | None = None
    request_id: str | None = None


@dataclass(slots=True)
class _Answer:
    outcome: Outcome
    text: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    finish_reason: str | None = None


def read_result(line: bytes, *, json_mode: bool = False) -> Result:
    """What `line` says. Never raises: a line that is no result has the outcome UNREADABLE.

    `json_mode`: the request asked for JSON, so a text that is none has the outcome INVALID_JSON.
    """
    try:
        value: Any = decode(line)
    except (ValueError, RecursionError) as fault:
        return Result(code="invalid_json_line", message=f"not JSON: {fault}"[:300])
    if not isinstance(value, dict):
        return Result(code="not_an_object", message="a result is a JSON object")
    custom_id = _text(value.get("custom_id"))
    response, error = value.get("response"), value.get("error")
    if not isinstance(response, dict):
        if response is None and error is None:
            return Result(custom_id, message="the line has neither response nor error")
        return _failure(custom_id, None, error if error is not None else response, None)
    status_code, body = _integer(response.get("status_code")), response.get("body")
    request_id = _text(response.get("request_id"))
    body_error = body.get("error") if isinstance(body, dict) else None
    refused_status = status_code is not None and not 200 <= status_code < 300
    if error or refused_status or body_error or not isinstance(body, dict):
        told = error or body_error or body
        return _failure(custom_id, status_code, told, request_id)
    answer = _answer(body)
    if json_mode and answer.outcome is Outcome.OK and answer.text and not is_json(answer.text):
        answer.outcome = Outcome.INVALID_JSON
    return Result(
        custom_id,
        answer.outcome,
        status_code,
        text=answer.text,
        tool_calls=answer.tool_calls,
        usage=_usage(body.get("usage")),
        model=_text(body.get("model")),
        finish_reason=answer.finish_reason,
        request_id=request_id,
    )


def decode(line: bytes) -> Any:
    """`line` as JSON, also where only Python's lenient reader takes it (NaN, lone surrogates).

    Raises ValueError or RecursionError.
    """
    if is_dense(line):
        raise ValueError("the line has too many values")
    try:
        return msgspec.json.decode(line)
    except (msgspec.DecodeError, UnicodeError):
        return json.loads(line.decode("utf-8-sig", "replace"))


def is_json(text: str) -> bool:
    try:
        msgspec.json.decode(text)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        return False
    return True


def _failure(
    custom_id: str | None, status_code: int | None, told: Any, request_id: str | None
) -> Result:
    code, message = _error_words(told)
    if message is None and status_code is not None:
        message = f"HTTP status {status_code}" if status_code else "there was no HTTP answer"
    outcome = Outcome.FAILED
    if code in _CODES_OF_EXPIRY:
        outcome = Outcome.EXPIRED
    elif code in _CODES_OF_CANCEL:
        outcome = Outcome.CANCELLED
    elif code in _FILTER_CODES:
        outcome = Outcome.FILTERED
    return Result(custom_id, outcome, status_code, code, message, request_id=request_id)


def _error_words(told: Any) -> tuple[str | None, str | None]:
    """(code, message) of an error in any shape: an object, one inside another, or just text."""
    if isinstance(told, str):
        return None, told or None
    if not isinstance(told, dict):
        return None, None if told is None else json.dumps(told)[:300]
    if isinstance(told.get("error"), dict | str):
        return _error_words(told["error"])
    code = told.get("code")
    if code is None or code == "":
        code = told.get("type")
    message = told.get("message") or told.get("detail")
    if message is not None and not isinstance(message, str):
        message = json.dumps(message)[:300]
    return None if code is None else str(code), message


def _answer(body: dict[str, Any]) -> _Answer:
    choices, output, data = body.get("choices"), body.get("output"), body.get("data")
    if isinstance(choices, list):
        return _of_choice(choices[0] if choices and isinstance(choices[0], dict) else {})
    if isinstance(output, list):
        return _of_response(body, output)
    if isinstance(data, list):
        return _of_data(data)
    if body:
        return _Answer(Outcome.OK, json.dumps(body, ensure_ascii=False))
    return _Answer(Outcome.EMPTY)


def _of_choice(choice: dict[str, Any]) -> _Answer:
    finish_reason = _text(choice.get("finish_reason"))
    message = choice.get("message")
    if not isinstance(message, dict):
        message = {"content": choice.get("text")}
    text = _content_text(message.get("content")) or _transcript(message.get("audio"))
    refusal = _text(message.get("refusal"))
    calls = _calls(message.get("tool_calls"))
    if not calls and isinstance(message.get("function_call"), dict):
        calls = _calls([{"function": message["function_call"]}])
    outcome = Outcome.OK
    if finish_reason == "content_filter":
        outcome = Outcome.FILTERED
    elif refusal:
        outcome, text = Outcome.REFUSED, text or refusal
    elif finish_reason == "length":
        outcome = Outcome.TRUNCATED
    elif not text.strip(_BLANKS) and not calls:
        outcome = Outcome.EMPTY
    return _Answer(outcome, text, calls, finish_reason)


def _of_response(body: dict[str, Any], output: list[Any]) -> _Answer:
    texts: list[str] = []
    refusals: list[str] = []
    calls: list[ToolCall] = []
    for item in output:
        if not isinstance(item, dict):
            continue
        if item.get("type") == "message" and isinstance(item.get("content"), list):
            for part in item["content"]:
                if isinstance(part, dict):
                    texts.append(_text(part.get("text")) or "")
                    refusals.append(_text(part.get("refusal")) or "")
        elif item.get("type") == "function_call":
            calls.extend(_calls([{"id": item.get("call_id"), "function": item}]))
    details = body.get("incomplete_details")
    reason = _text(details.get("reason")) if isinstance(details, dict) else None
    status = _text(body.get("status"))
    text, refusal = "".join(texts), "".join(refusals)
    outcome = Outcome.OK
    if reason == "content_filter":
        outcome = Outcome.FILTERED
    elif refusal:
        outcome, text = Outcome.REFUSED, text or refusal
    elif reason is not None or status == "incomplete":
        outcome = Outcome.TRUNCATED
    elif status in ("failed", "cancelled"):
        outcome = Outcome.FAILED if status == "failed" else Outcome.CANCELLED
    elif not text.strip(_BLANKS) and not calls:
        outcome = Outcome.EMPTY
    return _Answer(outcome, text, tuple(calls), reason or status)


def _of_data(data: list[Any]) -> _Answer:
    vectors = [item.get("embedding") for item in data if isinstance(item, dict)]
    if not vectors:
        return _Answer(Outcome.EMPTY)
    first = vectors[0]
    if isinstance(first, list):
        what = f"{len(first)} floats"
    elif isinstance(first, str):
        what = f"{len(first) * 3 // 4 // 4} floats"  # base64 of 4-byte floats
    else:
        return _Answer(Outcome.OK, json.dumps(data, ensure_ascii=False)[:300])
    return _Answer(Outcome.OK, what if len(vectors) == 1 else f"{len(vectors)} x {what}")


def _content_text(content: Any) -> str:
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return "".join(_text(p.get("text")) or "" for p in content if isinstance(p, dict))
    return ""


def _transcript(audio: Any) -> str:
    """The words of an answer in sound."""
    return (_text(audio.get("transcript")) or "") if isinstance(audio, dict) else ""


def _calls(calls: Any) -> tuple[ToolCall, ...]:
    found = []
    for call in calls if isinstance(calls, list) else ():
        if not isinstance(call, dict):
            continue
        function = call.get("function")
        if not isinstance(function, dict):
            custom = call.get("custom")
            function = custom if isinstance(custom, dict) else {}
        arguments = function.get("arguments", function.get("input", ""))
        if not isinstance(arguments, str):
            arguments = json.dumps(arguments, ensure_ascii=False)
        found.append(ToolCall(_text(function.get("name")) or "", arguments, _text(call.get("id"))))
    return tuple(found)


def _usage(usage: Any) -> Usage | None:
    if not isinstance(usage, dict):
        return None

    def number(*keys: str) -> int:
        return next((n for key in keys if (n := _integer(usage.get(key)))), 0)

    def detail(key: str, *names: str) -> int:
        details = (usage.get(name) for name in names)
        return next((_integer(d.get(key)) or 0 for d in details if isinstance(d, dict)), 0)

    return Usage(
        number("input_tokens", "prompt_tokens"),
        number("output_tokens", "completion_tokens"),
        detail("cached_tokens", "input_tokens_details", "prompt_tokens_details"),
        detail("reasoning_tokens", "output_tokens_details", "completion_tokens_details"),
    )


def _text(value: Any) -> str | None:
    return value if isinstance(value, str) else None


def _integer(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value == value and abs(value) < 2**53:
        return int(value)
    return value if isinstance(value, int) else None
