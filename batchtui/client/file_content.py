"""The content of a file in memory, with the readers that the SDKs' answers have."""

from __future__ import annotations

import json
from collections.abc import Iterator
from os import PathLike
from pathlib import Path
from typing import Any


class FileContent:
    """`content` is the file's bytes. Lines end at a newline only, as in JSONL."""

    def __init__(self, content: bytes) -> None:
        self.content = content

    @property
    def text(self) -> str:
        """As UTF-8; a byte that is none becomes U+FFFD."""
        return self.content.decode("utf-8", "replace")

    def read(self) -> bytes:
        return self.content

    async def aread(self) -> bytes:
        return self.content

    def json(self) -> Any:
        return json.loads(self.content)

    def iter_bytes(self, chunk_size: int = 65536) -> Iterator[bytes]:
        for start in range(0, len(self.content), chunk_size):
            yield self.content[start : start + chunk_size]

    def iter_lines(self) -> Iterator[str]:
        lines = self.text.split("\n")
        yield from (line.removesuffix("\r") for line in (lines if lines[-1] else lines[:-1]))

    def write_to_file(self, file: str | PathLike[str]) -> None:
        Path(file).write_bytes(self.content)

    def __len__(self) -> int:
        return len(self.content)

    def __repr__(self) -> str:
        head = self.content[:60]
        return (
            f"FileContent({len(self.content)} bytes, {head!r}{'...' if self.content[60:] else ''})"
        )
