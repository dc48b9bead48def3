"""One input line judged at leisure: every problem that it has on its own.

The slow and complete half of validation; `validate` comes here for lines that its fast half did not
accept. Must not know other lines: duplicates and mixed models are found by `validate`.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from batchtui.jsonl.problems import Problem, problem
from batchtui.models.endpoint import (
    CHAT_COMPLETIONS,
    COMPLETIONS,
    EMBEDDINGS,
    KNOWN,
    RESPONSES,
    normal_endpoint,
)

KEYS = ("custom_id", "method", "url", "body")
ID_SHOWN_CHARS = 512
_ESCAPE = re.compile(rb"\\(?:u([0-9a-fA-F]{4})|.)", re.DOTALL)


@dataclass(slots=True)
class Request:
    """What is known of one line. Fields that are absent or mistyped are None."""

    custom_id: str | None = None
    url: str | None = None
    model: str | None = None
    body: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)


def _no_constant(name: str) -> Any:
    raise ValueError(f"{name} is not JSON")


_TYPE_NAMES: dict[type, str] = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
}
_DECODER = json.JSONDecoder(parse_constant=_no_constant)


def examine(line: bytes, number: int) -> Request:
    """Judge `line` (without BOM, not blank), which is line `number` of its file."""
    request = Request()
    add = request.problems.append
    try:
        text = line.decode()
    except UnicodeDecodeError as error:
        add(
            problem(
                "invalid_utf8",
                number,
                f"byte 0x{line[error.start]:02x} is not UTF-8",
                column=error.start + 1,
            )
        )
        return request
    try:
        value = _DECODER.decode(text)
    except json.JSONDecodeError as error:
        column = len(text[: error.pos].encode()) + 1
        add(problem("invalid_json_line", number, f"not JSON: {error.msg}", column=column))
        return request
    except ValueError as error:
        add(problem("invalid_json_line", number, f"not JSON: {_shown(str(error))}"))
        return request
    except RecursionError:
        add(problem("invalid_json_line", number, "nested too deeply to be read"))
        return request
    if not isinstance(value, dict):
        add(problem("not_an_object", number, f"a request is an object, not {_named(value)}"))
        return request
    request.problems.extend(_envelope(value, number, request))
    if request.body is not None:
        request.problems.extend(_body(request.body, number, request))
    if _has_lone_surrogate(line):
        add(
            problem(
                "lone_surrogate",
                number,
                "a \\u escape of half a character pair stands alone",
                custom_id=request.custom_id,
            )
        )
    return request


def _envelope(value: dict[str, Any], number: int, request: Request) -> Iterator[Problem]:
    custom_id = value.get("custom_id")
    if isinstance(custom_id, str):
        request.custom_id = custom_id
    shown = _shown(custom_id) if isinstance(custom_id, str) else None
    for key in KEYS:
        if key not in value:
            yield problem(
                "missing_required_parameter",
                number,
                f"{key} is missing",
                field=key,
                custom_id=shown,
            )
    if "custom_id" in value and request.custom_id is None:
        yield _mistyped("custom_id", "a string", custom_id, number, shown)
    elif request.custom_id == "":
        yield problem("invalid_value", number, "custom_id is empty", field="custom_id")
    method = value.get("method", "POST")
    if not isinstance(method, str):
        yield _mistyped("method", "a string", method, number, shown)
    elif method != "POST":
        yield problem(
            "invalid_method",
            number,
            f"method is {_shown(method)!r}, not 'POST'",
            field="method",
            custom_id=shown,
        )
    url = value.get("url")
    if isinstance(url, str):
        request.url = url
    elif "url" in value:
        yield _mistyped("url", "a string", url, number, shown)
    body = value.get("body")
    if isinstance(body, dict):
        request.body = body
    elif "body" in value:
        yield _mistyped("body", "an object", body, number, shown)
    for key in value:
        if key not in KEYS:
            yield problem(
                "unknown_key",
                number,
                f"{_shown(key)!r} is not a key of a request",
                field=_shown(key),
                custom_id=shown,
            )


def _body(body: dict[str, Any], number: int, request: Request) -> Iterator[Problem]:
    shown = None if request.custom_id is None else _shown(request.custom_id)
    model = body.get("model")
    if isinstance(model, str) and model:
        request.model = model
    elif model is None or model == "":
        yield problem(
            "missing_model", number, "body.model is missing", field="body.model", custom_id=shown
        )
    else:
        yield _mistyped("body.model", "a string", model, number, shown)
    stream = body.get("stream")
    if stream is True:
        yield problem(
            "stream_not_supported",
            number,
            "stream is true, and a batch cannot stream",
            field="body.stream",
            custom_id=shown,
        )
    elif stream not in (None, False) or (isinstance(stream, int | float) and stream is not False):
        yield _mistyped("body.stream", "a boolean", stream, number, shown)
    endpoint = None if request.url is None else normal_endpoint(request.url)
    if endpoint == CHAT_COMPLETIONS:
        yield from _messages(body, number, shown)
    elif endpoint == COMPLETIONS:
        yield from _content(body, "prompt", number, shown)
    elif endpoint == EMBEDDINGS:
        yield from _content(body, "input", number, shown)
    elif endpoint == RESPONSES:
        if "prompt" not in body or "input" in body:  # a stored prompt needs no input
            yield from _content(body, "input", number, shown)
        for key in ("max_tokens", "max_completion_tokens"):
            if body.get(key) is not None:
                yield problem(
                    "unsupported_parameter",
                    number,
                    f"{key} is not a parameter of {RESPONSES}; it has max_output_tokens",
                    field=f"body.{key}",
                    custom_id=shown,
                )
    elif endpoint is not None and endpoint not in KNOWN:
        yield problem(
            "unknown_endpoint",
            number,
            f"{_shown(request.url or '')!r} is no endpoint of OpenAI's Batch API",
            field="url",
            custom_id=shown,
        )


def _messages(body: dict[str, Any], number: int, shown: str | None) -> Iterator[Problem]:
    messages = body.get("messages")
    where = "body.messages"
    if messages is None:
        yield _missing(where, number, shown)
    elif not isinstance(messages, list):
        yield _mistyped(where, "an array", messages, number, shown)
    elif not messages:
        yield problem("invalid_value", number, f"{where} is empty", field=where, custom_id=shown)
    else:
        for at, message in enumerate(messages):
            if not isinstance(message, dict):
                yield _mistyped(f"{where}[{at}]", "an object", message, number, shown)
                return
            role = message.get("role")
            if role is None:
                yield _missing(f"{where}[{at}].role", number, shown)
                return
            if not isinstance(role, str):
                yield _mistyped(f"{where}[{at}].role", "a string", role, number, shown)
                return
            content = message.get("content")
            if content is not None and not isinstance(content, str | list):
                yield _mistyped(
                    f"{where}[{at}].content", "a string or an array", content, number, shown
                )
                return


def _content(body: dict[str, Any], key: str, number: int, shown: str | None) -> Iterator[Problem]:
    value = body.get(key)
    where = f"body.{key}"
    if value is None:
        yield _missing(where, number, shown)
    elif not isinstance(value, str | list):
        yield _mistyped(where, "a string or an array", value, number, shown)
    elif isinstance(value, list) and not value:
        yield problem("invalid_value", number, f"{where} is empty", field=where, custom_id=shown)


def _missing(where: str, number: int, shown: str | None) -> Problem:
    return problem(
        "missing_required_parameter",
        number,
        f"{where} is missing",
        field=where,
        custom_id=shown,
    )


def _mistyped(where: str, wanted: str, value: Any, number: int, shown: str | None) -> Problem:
    return problem(
        "invalid_type",
        number,
        f"{where} must be {wanted}, not {_named(value)}",
        field=where,
        custom_id=shown,
    )


def _named(value: Any) -> str:
    if value is None:
        return "null"
    return _TYPE_NAMES.get(type(value), "an object")


def _shown(text: str) -> str:
    return text if len(text) <= ID_SHOWN_CHARS else text[:ID_SHOWN_CHARS] + "…"


def _has_lone_surrogate(line: bytes) -> bool:
    high_end = -1  # where the last high half ended, if nothing has completed it yet
    for escape in _ESCAPE.finditer(line):
        unit = int(escape[1], 16) if escape[1] else 0
        is_low = 0xDC00 <= unit < 0xE000
        if (high_end >= 0) != (is_low and high_end == escape.start()) or (is_low and high_end < 0):
            return True
        high_end = escape.end() if 0xD800 <= unit < 0xDC00 else -1
    return high_end >= 0
