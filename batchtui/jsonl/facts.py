"""What a file is, from its first lines: cheap enough for every file of a folder."""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

from batchtui.jsonl.index import lines_after
from batchtui.jsonl.source import Source
from batchtui.models.endpoint import normal_endpoint

Kind = Literal["input", "results", "other"]

PEEKED_LINES = 3
PEEKED_BYTES = 1024 * 1024
"""A longer line is not looked into."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`endpoint` and `model` are the first request's, where the file is a batch input."""

    kind: Kind
    size_bytes: int
    endpoint: str | None = None
    model: str | None = None

    @property
    def is_batch_input(self) -> bool:
        return self.kind == "input"


def peek(path: Path) -> Facts:
    """Facts of the file at `path`. Raises InputError when it cannot be read."""
    with Source.open(path) as source:
        found = Facts("other", source.size_bytes)
        for span in lines_after(source, 0, PEEKED_LINES):
            if not span.is_whole or span.length > PEEKED_BYTES:
                continue
            line = source.read(span.offset, span.length).removeprefix(b"\xef\xbb\xbf")
            found = _facts(line, source.size_bytes)
            if found.kind != "other":
                break
        return found


def _facts(line: bytes, size_bytes: int) -> Facts:
    try:
        value: Any = json.loads(line)
    except (ValueError, RecursionError):
        return Facts("other", size_bytes)
    if not isinstance(value, dict) or "custom_id" not in value:
        return Facts("other", size_bytes)
    body = value.get("body")
    if isinstance(body, dict):
        url, model = value.get("url"), body.get("model")
        return Facts(
            "input",
            size_bytes,
            normal_endpoint(url) if isinstance(url, str) else None,
            model if isinstance(model, str) else None,
        )
    if "response" in value or "error" in value:
        return Facts("results", size_bytes)
    return Facts("other", size_bytes)
