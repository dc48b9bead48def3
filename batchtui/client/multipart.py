"""A multipart form with one file in it: the bytes before and after that file's content."""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Form:
    """A multipart form up to its file, and after it. Source: RFC 7578, as browsers quote names."""

    boundary: str
    head: bytes
    tail: bytes

    @property
    def content_type(self) -> str:
        return f"multipart/form-data; boundary={self.boundary}"


def form(fields: Mapping[str, str], filename: str) -> Form:
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{_quoted(name)}"\r\n\r\n{value}\r\n'
        for name, value in fields.items()
    ]
    parts.append(
        f'--{boundary}\r\nContent-Disposition: form-data; name="file";'
        f' filename="{_quoted(filename)}"\r\nContent-Type: application/octet-stream\r\n\r\n'
    )
    head = "".join(parts).encode("utf-8", "replace")
    return Form(boundary, head, f"\r\n--{boundary}--\r\n".encode())


def _quoted(name: str) -> str:
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")
