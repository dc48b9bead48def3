"""What an upstream answered, as the body of a result line: JSON on one line, and its tokens."""

from __future__ import annotations

import json
from typing import Final

import msgspec

from batchtui.gateway.answer.answer import NO_TOKENS, Answer, NoAnswer, Tokens

_SHOWN_CHARS: Final = 500
_ABSURD: Final = 2**40


class _Details(msgspec.Struct):
    cached_tokens: int | None = None
    reasoning_tokens: int | None = None


class _Usage(msgspec.Struct):
    prompt_tokens: int | None = None
    completion_tokens: int | None = None
    input_tokens: int | None = None
    output_tokens: int | None = None
    prompt_tokens_details: _Details | None = None
    completion_tokens_details: _Details | None = None
    input_tokens_details: _Details | None = None
    output_tokens_details: _Details | None = None


class _Body(msgspec.Struct):
    usage: _Usage | None = None


_decode = msgspec.json.Decoder(_Body).decode


def accepted(status: int, text: bytes, request_id: str) -> Answer | NoAnswer:
    """A success; one that is not JSON has no result to give."""
    try:
        usage = _usage(text)
    except ValueError:
        shown = text[:_SHOWN_CHARS].decode("utf-8", "replace")
        message = f"The upstream answered {status} with something that is not JSON: {shown}"
        return NoAnswer("invalid_response", message)
    return Answer(status, _on_one_line(text), request_id, _tokens(usage))


def refused(status: int, text: bytes, request_id: str) -> Answer:
    """An error status; a body that is no JSON object is put into OpenAI's envelope."""
    try:
        _usage(text)
    except ValueError:
        shown = text[:_SHOWN_CHARS].decode("utf-8", "replace")
        message = shown.strip() or f"The upstream answered {status} without a body."
        error = {"message": message, "type": "upstream_error", "param": None, "code": None}
        return Answer(status, msgspec.json.encode({"error": error}), request_id)
    return Answer(status, _on_one_line(text), request_id)


def _usage(text: bytes) -> _Usage | None:
    """Raises ValueError for text that is no JSON object in UTF-8; a usage that is odd is None."""
    text.decode()
    try:
        return _decode(text).usage
    except msgspec.DecodeError:
        return _usage_at_leisure(text)


def _usage_at_leisure(text: bytes) -> _Usage | None:
    """For what the decoder does not take: a usage of odd types, half a character pair."""
    try:
        value = json.loads(text, parse_constant=_no_constant)
        if not isinstance(value, dict):
            raise ValueError("no object")
        return msgspec.convert(value, _Body).usage
    except RecursionError:
        raise ValueError("nested too deeply") from None
    except msgspec.ValidationError:
        return None


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _tokens(usage: _Usage | None) -> Tokens:
    if usage is None:
        return NO_TOKENS
    given = usage.prompt_tokens_details or usage.input_tokens_details
    made = usage.completion_tokens_details or usage.output_tokens_details
    return Tokens(
        input=_count(usage.prompt_tokens or usage.input_tokens),
        cached=_count(given.cached_tokens if given else None),
        output=_count(usage.completion_tokens or usage.output_tokens),
        reasoning=_count(made.reasoning_tokens if made else None),
    )


def _count(value: int | None) -> int:
    """A server's number, if it is within reason: the sums must fit the database."""
    return value if value is not None and 0 < value < _ABSURD else 0


def _on_one_line(text: bytes) -> bytes:
    """Line breaks in JSON text are only ever space between its parts."""
    if b"\n" in text or b"\r" in text:
        return text.replace(b"\n", b" ").replace(b"\r", b" ")
    return text
