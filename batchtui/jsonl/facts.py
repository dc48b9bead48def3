"""What a file is, from its first lines: cheap enough for every file of a folder."""

from __future__ import annotations

import gzip
import json
import os
import re
import zlib
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

from batchtui.errors import InputError
from batchtui.jsonl.glance import BOM, match_head
from batchtui.jsonl.shape import LINES, Look, look_of
from batchtui.jsonl.source import GZIP_MAGIC, unreadable
from batchtui.models.endpoint import normal_endpoint

Kind = Literal["input", "results", "other"]

_URL = re.compile(rb'"url": ?"([!#-\[\]-~]{1,200})"')
_MODEL = re.compile(rb'"model": ?"([!#-\[\]-~]{1,200})"')

PEEKED_LINES = 3
PEEKED_BYTES = 256 * 1024
"""What is read of the file."""
_NO_TEXT = b"\0"
"""Stands for content that cannot be unpacked."""


@dataclass(frozen=True, slots=True)
class Facts:
    """`endpoint` and `model` are the first request's, where the file is a batch input. `look`: what
    it is where its first lines are neither requests nor results.
    """

    kind: Kind
    size_bytes: int
    endpoint: str | None = None
    model: str | None = None
    look: Look = LINES

    @property
    def is_batch_input(self) -> bool:
        return self.kind == "input"


def peek(path: Path) -> Facts:
    """Facts of the file at `path`; of a gzip file, `size_bytes` is its size on disk.

    Raises InputError when it cannot be read.
    """
    head, size_bytes = _head(path)
    found = Facts("other", size_bytes)
    lines = head.removeprefix(BOM).split(b"\n")
    if len(head) == PEEKED_BYTES and lines.pop() and not lines:
        return _facts_of_cut(head.removeprefix(BOM), size_bytes)
    for line in lines[:PEEKED_LINES]:
        found = _facts(line, size_bytes)
        if found.kind != "other":
            return found
    is_whole = len(head) < PEEKED_BYTES
    return replace(found, look=look_of(head, is_whole=is_whole, name=path.name))


def _head(path: Path) -> tuple[bytes, int]:
    """The first bytes of the file's content, and its size on disk."""
    try:
        if not path.is_file():
            path.stat()
            raise InputError(f"{path} is not a regular file")
        with path.open("rb") as file:
            size_bytes = os.fstat(file.fileno()).st_size
            if not file.peek(3).startswith(GZIP_MAGIC):
                return file.read(PEEKED_BYTES), size_bytes
            with gzip.GzipFile(fileobj=file) as unpacked:
                return unpacked.read(PEEKED_BYTES), size_bytes
    except (EOFError, zlib.error, gzip.BadGzipFile):
        return _NO_TEXT, size_bytes
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def _facts_of_cut(head: bytes, size_bytes: int) -> Facts:
    """Facts of a first line that goes on past `head`, from its usual beginning."""
    if match_head(head) is None:
        return Facts("other", size_bytes)
    url, model = _URL.search(head), _MODEL.search(head)
    if url is not None:
        endpoint = normal_endpoint(url[1].decode("ascii"))
        return Facts("input", size_bytes, endpoint, model[1].decode("ascii") if model else None)
    return Facts("results" if b'"response"' in head else "other", size_bytes)


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
