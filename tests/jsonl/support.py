"""Lines to test with: requests, results, and files of them."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

CHAT = "/v1/chat/completions"


def request(custom_id: Any = "a", *, body: Any = None, **fields: Any) -> dict[str, Any]:
    """A good request; `fields` replace its top-level fields, `body` its body."""
    if body is None:
        body = {"model": "m", "messages": [{"role": "user", "content": "Hello"}]}
    return {"custom_id": custom_id, "method": "POST", "url": CHAT, "body": body, **fields}


def choice(content: Any = "Hi", finish_reason: str = "stop", **message: Any) -> dict[str, Any]:
    return {
        "index": 0,
        "message": {"role": "assistant", "content": content, "refusal": None, **message},
        "finish_reason": finish_reason,
    }


def result(
    custom_id: Any = "a", *, status_code: Any = 200, body: Any = None, **fields: Any
) -> dict[str, Any]:
    """A good result of a chat request; `fields` replace its top-level fields."""
    if body is None:
        body = {"object": "chat.completion", "model": "m", "choices": [choice()]}
    response = {"status_code": status_code, "request_id": "r", "body": body}
    return {
        "id": "batch_req_1",
        "custom_id": custom_id,
        "response": response,
        "error": None,
    } | fields


def encode(value: Any) -> bytes:
    """A value as JSON; bytes as they are."""
    return value if isinstance(value, bytes) else json.dumps(value).encode()


def write(path: Path, lines: Iterable[Any], end: bytes = b"\n") -> Path:
    """A file of `lines`, values or bytes, each followed by `end`."""
    path.write_bytes(b"".join(encode(line) + end for line in lines))
    return path
