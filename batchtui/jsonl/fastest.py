"""Finding bytes in bytes: by vector instructions where stringzilla is installed, else by Python.

It is installed wherever it has a wheel. Both give the same answers.
"""

from __future__ import annotations

from functools import cache
from typing import Protocol

_LOWER = bytes(range(256)).lower()


class Find(Protocol):
    """Where `needle` is in `data` at or after `start`, or -1."""

    def __call__(self, data: bytes, needle: bytes, start: int, /) -> int: ...


class Lower(Protocol):
    """`data` with the letters of ASCII in lower case."""

    def __call__(self, data: bytes, /) -> bytes: ...


@cache
def finder() -> tuple[Find, Lower]:
    try:
        import stringzilla  # type: ignore[import-not-found]
    except ImportError:
        return bytes.find, bytes.lower
    find: Find = stringzilla.find

    def lower(data: bytes) -> bytes:
        lowered: bytes = stringzilla.translate(data, _LOWER)
        return lowered

    return find, lower
