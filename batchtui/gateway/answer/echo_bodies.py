"""The bodies that the echo model answers with, one function for each endpoint.

Each takes the request body, a hash of the request, the time in epoch seconds and the word of
trouble ("" for none), and gives the response body and its tokens. Raises BadBodyError for a body
that OpenAI would refuse.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from batchtui.gateway.answer.answer import Tokens
from batchtui.gateway.answer.echo_json import sample_of
from batchtui.gateway.answer.echo_vector import encode_base64, unit_vector

SIGNATURE: Final = "(echoed by the offline model)"
"""Behind what was asked: what differs between two answers comes first."""
_REFUSAL: Final = "This is the offline echo model; it was asked to refuse."
_PIECE: Final = re.compile(r"\s*\S{1,4}")
_MOST_CHOICES: Final = 128
_DEFAULT_DIMENSIONS: Final = 64
_MOST_DIMENSIONS: Final = 4096


class BadBodyError(Exception):
    def __init__(self, message: str, param: str | None) -> None:
        super().__init__(message)
        self.message = message
        self.param = param


def chat_completion(
    body: dict[str, Any], digest: str, now: int, word: str
) -> tuple[dict[str, Any], Tokens]:
    messages = body.get("messages")
    if not isinstance(messages, list) or not messages:
        raise BadBodyError("Missing required parameter: 'messages'.", "messages")
    if not all(isinstance(message, dict) for message in messages):
        raise BadBodyError("Every message must be an object.", "messages")
    asked = next(
        (_text(each.get("content")) for each in reversed(messages) if each.get("role") == "user"),
        _text(messages[-1].get("content")),
    )
    limit = _number(body, "max_completion_tokens") or _number(body, "max_tokens")
    text, finish_reason, used = _reply(_wrapped(asked, body.get("response_format")), limit, word)
    message: dict[str, Any] = {"role": "assistant", "content": text, "refusal": None}
    if word == "refuse":
        message |= {"content": None, "refusal": _REFUSAL}
    choices = [
        {"index": index, "message": message, "logprobs": None, "finish_reason": finish_reason}
        for index in range(_choices(body))
    ]
    given = sum(_count(_text(each.get("content"))) + 4 for each in messages)
    tokens = Tokens(input=given, output=used * len(choices))
    return {
        "id": f"chatcmpl-{digest[:24]}",
        "object": "chat.completion",
        "created": now,
        "model": _model(body),
        "choices": choices,
        "usage": _usage(tokens),
        "system_fingerprint": "fp_echo",
    }, tokens


def completion(
    body: dict[str, Any], digest: str, now: int, word: str
) -> tuple[dict[str, Any], Tokens]:
    prompts = _inputs(body, "prompt")
    limit = _number(body, "max_tokens")
    choices: list[dict[str, Any]] = []
    output = 0
    for prompt in prompts:
        text, finish_reason, used = _reply(_echoed(prompt), limit, word)
        for _ in range(_choices(body)):
            output += used
            choices.append(
                {
                    "index": len(choices),
                    "text": text,
                    "logprobs": None,
                    "finish_reason": finish_reason,
                }
            )
    tokens = Tokens(input=sum(map(_count, prompts)), output=output)
    return {
        "id": f"cmpl-{digest[:24]}",
        "object": "text_completion",
        "created": now,
        "model": _model(body),
        "choices": choices,
        "usage": _usage(tokens),
        "system_fingerprint": "fp_echo",
    }, tokens


def embedding_list(
    body: dict[str, Any], digest: str, now: int, word: str
) -> tuple[dict[str, Any], Tokens]:
    inputs = _inputs(body, "input")
    dimensions = _number(body, "dimensions") or _DEFAULT_DIMENSIONS
    if dimensions > _MOST_DIMENSIONS:
        raise BadBodyError(f"'dimensions' must be at most {_MOST_DIMENSIONS}.", "dimensions")
    vectors = (unit_vector(text, dimensions) for text in inputs)
    as_base64 = body.get("encoding_format") == "base64"
    tokens = Tokens(input=sum(map(_count, inputs)))
    return {
        "object": "list",
        "data": [
            {
                "object": "embedding",
                "index": index,
                "embedding": encode_base64(vector) if as_base64 else vector,
            }
            for index, vector in enumerate(vectors)
        ],
        "model": _model(body),
        "usage": {"prompt_tokens": tokens.input, "total_tokens": tokens.input},
    }, tokens


def response_object(
    body: dict[str, Any], digest: str, now: int, word: str
) -> tuple[dict[str, Any], Tokens]:
    asked = body.get("input")
    if isinstance(asked, list) and asked and isinstance(asked[-1], dict):
        given, asked = _text(asked), _text(asked[-1].get("content"))
    elif isinstance(asked, str):
        given = asked
    else:
        raise BadBodyError("Missing required parameter: 'input'.", "input")
    form = body.get("text")
    form = form.get("format") if isinstance(form, dict) else None
    limit = _number(body, "max_output_tokens")
    text, finish_reason, used = _reply(_wrapped(asked, form), limit, word)
    part = {"type": "output_text", "text": text, "annotations": [], "logprobs": []}
    if word == "refuse":
        part = {"type": "refusal", "refusal": _REFUSAL}
    cut = finish_reason == "length"
    status = "incomplete" if cut else "completed"
    tokens = Tokens(input=_count(given) + _count(_text(body.get("instructions"))), output=used)
    message = {
        "type": "message",
        "id": f"msg_{digest[:24]}",
        "status": status,
        "role": "assistant",
        "content": [part],
    }
    return {
        "id": f"resp_{digest[:24]}",
        "object": "response",
        "created_at": now,
        "status": status,
        "error": None,
        "incomplete_details": {"reason": "max_output_tokens"} if cut else None,
        "instructions": _text(body.get("instructions")) or None,
        "max_output_tokens": limit,
        "model": _model(body),
        "output": [message],
        "parallel_tool_calls": True,
        "tool_choice": "auto",
        "tools": [],
        "usage": {
            "input_tokens": tokens.input,
            "input_tokens_details": {"cached_tokens": 0},
            "output_tokens": tokens.output,
            "output_tokens_details": {"reasoning_tokens": 0},
            "total_tokens": tokens.input + tokens.output,
        },
    }, tokens


def _reply(full: str, limit: int | None, word: str) -> tuple[str, str, int]:
    """The text, its finish_reason and its tokens."""
    if word in ("empty", "refuse"):
        return "", "stop", 0
    if word == "filter":
        return "", "content_filter", 0
    used = _count(full)
    if limit is None or used <= limit:
        return full, "stop", used
    pieces = _PIECE.findall(full)
    return "".join(pieces[:limit]), "length", limit


def _wrapped(asked: str, form: Any) -> str:
    """The whole answer: a sentence, or JSON where the request wants JSON."""
    kind = form.get("type") if isinstance(form, dict) else None
    if kind == "json_object":
        return json.dumps({"echo": asked, "model": "offline echo model"}, ensure_ascii=False)
    if kind == "json_schema":
        inner = form.get("json_schema")
        schema = inner.get("schema") if isinstance(inner, dict) else form.get("schema")
        return json.dumps(sample_of(schema, _echoed(asked)), ensure_ascii=False)
    return _echoed(asked)


def _echoed(asked: str) -> str:
    return f"{asked.strip()} {SIGNATURE}".strip()


def _text(content: Any) -> str:
    """The text of a message's content: a string, or the text parts of a list."""
    if isinstance(content, str):
        return content
    if isinstance(content, list):
        return " ".join(filter(None, map(_text, content)))
    if isinstance(content, dict):
        return _text(content.get("text") or content.get("content"))
    return ""


def _inputs(body: dict[str, Any], name: str) -> list[str]:
    """One text for each input: a string, a list of strings, token ids, or lists of them."""
    value = body.get(name)
    if isinstance(value, str):
        return [value]
    if not isinstance(value, list) or not value:
        raise BadBodyError(f"Missing required parameter: '{name}'.", name)
    if all(isinstance(each, int) for each in value):
        return [json.dumps(value)]
    return [each if isinstance(each, str) else json.dumps(each) for each in value]


def _number(body: dict[str, Any], name: str) -> int | None:
    value = body.get(name)
    if value is None:
        return None
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise BadBodyError(f"'{name}' must be a whole number, at least 1.", name)
    return value


def _choices(body: dict[str, Any]) -> int:
    count = _number(body, "n") or 1
    if count > _MOST_CHOICES:
        raise BadBodyError(f"'n' must be at most {_MOST_CHOICES}.", "n")
    return count


def _model(body: dict[str, Any]) -> str:
    model = body.get("model")
    return model if isinstance(model, str) else "echo"


def _count(text: str) -> int:
    return (len(text) + 3) // 4


def _usage(tokens: Tokens) -> dict[str, Any]:
    return {
        "prompt_tokens": tokens.input,
        "completion_tokens": tokens.output,
        "total_tokens": tokens.input + tokens.output,
        "prompt_tokens_details": {"cached_tokens": 0},
        "completion_tokens_details": {"reasoning_tokens": 0},
    }
