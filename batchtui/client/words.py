"""The server's own words, dug out of whatever wraps them.

LiteLLM puts its upstream's answer as Python text into a message, FastAPI has `detail`, proxies
answer HTML. Takes any bytes, raises never, and knows nothing of statuses.
"""

from __future__ import annotations

import ast
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from html import unescape
from typing import Any, Final

_READ_BYTES: Final = 64 * 1024
_PYTHON_CHARS: Final = 16 * 1024
_DEPTH: Final = 5

_WRAPPED = re.compile(r"Error code: \d{3} - (\{.*)", re.DOTALL)
_QUOTED_MESSAGE = re.compile(r"""['"]message['"]: (?:'((?:[^'\\]|\\.)*)|"((?:[^"\\]|\\.)*))""")
_TITLE = re.compile(r"<title[^>]*>(.{0,300}?)</title\s*>", re.IGNORECASE | re.DOTALL)
_SKIPPED = re.compile(r"<(script|style)\b.*?(?:</\1\s*>|\Z)", re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^<>]{0,1000}>")
_HTML = re.compile(r"\s*(?:<!doctype html|<html|<head|<body|<\?xml|<center)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Words:
    """`code` is a word of the server's, never just its status; `kind` its `error.type`.

    `wrapped`: these are an upstream's words, passed on by a proxy.
    """

    message: str | None = None
    code: str | None = None
    param: str | None = None
    kind: str | None = None
    wrapped: bool = False


def words(body: bytes) -> Words:
    """What `body` says. Only its first 64 kB are read."""
    text = body[:_READ_BYTES].decode("utf-8", "replace").strip()
    if not text:
        return Words()
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return Words(message=_plain(text))
    return _of(value, 0)


def _of(value: Any, depth: int) -> Words:
    if depth > _DEPTH:
        return Words()
    if isinstance(value, str):
        return _of_text(value, depth)
    if isinstance(value, list):
        found = [each for each in (_of(item, depth + 1) for item in value[:3]) if each.message]
        return (
            replace(found[0], message="; ".join(str(each.message) for each in found))
            if (found)
            else Words()
        )
    if not isinstance(value, Mapping):
        return Words()
    if "loc" in value and "msg" in value:
        return _of_validation(value)
    for key in ("error", "detail", "errors"):
        if value.get(key):
            return _outer(_of(value[key], depth + 1), value)
    inner = _of(value.get("message") or value.get("msg"), depth + 1)
    return _outer(inner, value)


def _outer(inner: Words, value: Mapping[str, Any]) -> Words:
    """`inner`, with what only the wrapper around it says."""
    return Words(
        message=inner.message,
        code=inner.code or _code(value.get("code")),
        param=inner.param or _name(value.get("param")),
        kind=inner.kind or _name(value.get("type")),
        wrapped=inner.wrapped,
    )


def _of_text(text: str, depth: int) -> Words:
    wrapped = _WRAPPED.search(text)
    inner = (wrapped.group(1) if wrapped else text).strip()
    if inner.startswith("{") and inner.endswith("}"):
        value = _literal(inner)
        if isinstance(value, Mapping):
            found = _of(value, depth + 1)
            if found.message:
                return replace(found, wrapped=wrapped is not None)
    if wrapped:
        quoted = _QUOTED_MESSAGE.search(inner)
        if quoted:
            text = quoted.group(1) or quoted.group(2) or ""
            return Words(message=_plain(text), wrapped=True)
    return Words(message=_plain(text))


def _of_validation(value: Mapping[str, Any]) -> Words:
    """One entry of FastAPI's list: where, and what is wrong there."""
    where = value["loc"]
    path = [str(part) for part in where] if isinstance(where, list) else [str(where)]
    return Words(
        message=_plain(f"{'.'.join(path)}: {value['msg']}"),
        code=_code(value.get("type")),
        param=path[-1] if path else None,
    )


def _literal(text: str) -> Any:
    """A Python or JSON dictionary in a string, or None."""
    if len(text) > _PYTHON_CHARS:
        return None
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        pass
    try:
        return ast.literal_eval(text)
    except (ValueError, SyntaxError, TypeError, RecursionError, MemoryError):
        return None


def _plain(text: str) -> str | None:
    """Text without markup: of an HTML page its title, and what its body says beyond that."""
    if _HTML.match(text):
        title = _TITLE.search(text)
        body = _TAG.sub(" ", _SKIPPED.sub(" ", _TITLE.sub(" ", text)))
        said = [part.strip() for part in (title.group(1) if title else "", body)]
        text = ": ".join(" ".join(unescape(part).split()) for part in said if part)
    return text.strip() or None


def _code(value: Any) -> str | None:
    """LiteLLM puts the HTTP status where a code belongs."""
    name = _name(value)
    return None if name is not None and name.isdecimal() else name


def _name(value: Any) -> str | None:
    """LiteLLM has answered with the word "None" for an absent one."""
    return value if isinstance(value, str) and value not in ("", "None") else None
