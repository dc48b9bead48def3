"""A key that no other text has, servers that give it away, and where it came out."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Final

from tests import relay as faults
from tests.relay import Call, Fault

KEY: Final = "canary-0123456789-no-usual-start"
OTHER: Final = "heron-9876543210-not-accepted"

_PART_CHARS: Final = 10
_PARTS: Final = frozenset(
    key[start : start + _PART_CHARS]
    for key in (KEY, OTHER)
    for start in range(len(key) - _PART_CHARS + 1)
)


def shows_key(text: str) -> bool:
    """A key, or a good part of one, is in `text`, even broken over the lines of a screen."""
    joined = re.sub(r"[\s│┃║|]+", "", text)
    return any(part in text or part in joined for part in _PARTS)


def leaks(directory: Path, said: str = "") -> list[str]:
    """Where a key is: lines of output, and files by name and content."""
    found = [line for line in said.splitlines() if shows_key(line)]
    for path in sorted(directory.rglob("*")):
        if shows_key(path.name):
            found.append(str(path))
        if path.is_file() and shows_key(path.read_bytes().decode("latin-1")):
            found.append(str(path))
    return found


def echoing(status: int, content_type: str) -> Callable[[Call], Fault]:
    """A proxy that answers with the whole request, key and all, as some do when they fail."""

    def fault_of(call: Call) -> Fault:
        text = call.raw.decode("latin-1")
        html = f"<html><title>Oops</title><pre>{text}</pre></html>"
        body = html if "html" in content_type else json.dumps({"error": {"message": text}})
        return faults.refuses(
            status, body.encode("latin-1"), content_type, x_request_id=KEY, location=f"/?{KEY}"
        )

    return fault_of


def failed_batch(call: Call) -> Fault:
    """A server that takes the key for its upstream's, and tells of it in what it answers well."""
    error = {"code": KEY, "message": f"Incorrect API key provided: {KEY}", "line": None}
    batch = {
        "id": "batch_1",
        "status": "failed",
        "endpoint": "/v1/chat/completions",
        "input_file_id": "file-1",
        "created_at": 1_795_312_800,
        "metadata": {"token": KEY},
        "errors": {"data": [error]},
        "authorization": f"Bearer {KEY}",
    }
    is_list = call.path.partition("?")[0].endswith("/batches")
    answer = {"data": [batch], "has_more": False} if is_list else batch
    return faults.refuses(200, json.dumps(answer).encode())
