"""What a search looks for in a piece of a file: a text in all its spellings, or an expression."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal, Protocol

from batchtui.errors import InputError
from batchtui.jsonl.fastest import Find, finder
from batchtui.jsonl.spelling import spellings

Case = Literal["smart", "sensitive", "insensitive"]
"""smart: upper and lower case differ only for who types an upper case letter."""


Places = tuple[list[int], list[int]]
"""Offsets and lengths, in bytes."""


class Matcher(Protocol):
    """`overlap`: how many bytes of two neighbouring pieces must be the same for no hit to be lost
    between them; None for one that takes whole lines only."""

    overlap: int | None

    def hits(self, data: bytes) -> Places:
        """The places in `data`: ascending, never empty, never overlapping."""
        ...


def matcher(text: str, *, is_regex: bool = False, case: Case = "smart") -> Matcher:
    """What finds `text` however JSON spells it, or the regular expression `text`.

    Raises InputError for an empty text and for an expression that is none.
    """
    if not text:
        raise InputError("nothing to search for")
    ignore_case = case == "insensitive" or (case == "smart" and text == text.lower())
    return Expression(text, ignore_case) if is_regex else Text(text, ignore_case)


class Text:
    """Finds a text. Escapes of one text may be mixed only as JSON writers mix them."""

    def __init__(self, text: str, ignore_case: bool) -> None:
        self._ignore_case = ignore_case and text.lower() != text.upper()
        self._needles = spellings(text, ignore_case=self._ignore_case)
        self.overlap: int | None = len(self._needles[0]) - 1
        self._find, self._lower = finder()

    def hits(self, data: bytes) -> Places:
        if self._ignore_case:
            data = self._lower(data)
        found = [_places(self._find, data, needle) for needle in self._needles]
        if len(found) == 1:
            return found[0]
        places = sorted(
            (offset, -length) for some in found for offset, length in zip(*some, strict=True)
        )
        offsets, lengths, end = [], [], 0
        for offset, negative in places:
            if offset >= end:
                end = offset - negative
                offsets.append(offset)
                lengths.append(-negative)
        return offsets, lengths


def _places(find: Find, data: bytes, needle: bytes) -> Places:
    length = len(needle)
    offsets = []
    at = find(data, needle, 0)
    while at >= 0:
        offsets.append(at)
        at = find(data, needle, at + length)
    return offsets, [length] * len(offsets)


class Expression:
    """Finds a regular expression, line by line.

    It is Python's, on bytes: `\\w`, `\\s` and case are those of ASCII. A character beyond ASCII
    stands for itself in all its spellings, but not inside `[...]`.
    """

    overlap: int | None = None

    def __init__(self, pattern: str, ignore_case: bool) -> None:
        flags = re.MULTILINE | (re.IGNORECASE if ignore_case else 0)
        try:
            self._pattern = re.compile(_in_bytes(pattern, ignore_case), flags)
        except (re.error, OverflowError, RecursionError) as error:
            raise InputError(
                f"not a regular expression: {error}",
                hint="put a backslash before ( ) [ ] { } . * + ? ^ $ | to mean the character",
            ) from None
        literal = None if ignore_case else _required(pattern)
        self._literal = literal.encode() if literal else None
        self._find, _ = finder()

    def hits(self, data: bytes) -> Places:
        found = list(self._found(data))
        return [offset for offset, _ in found], [length for _, length in found]

    def _found(self, data: bytes) -> Iterator[tuple[int, int]]:
        literal = self._literal
        if literal is None:
            yield from self._in_lines(data)
            return
        find = self._find
        at = find(data, literal, 0)
        while at >= 0:
            start = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            for offset, length in self._in_lines(data[start:end]):
                yield start + offset, length
            at = find(data, literal, end)

    def _in_lines(self, data: bytes) -> Iterator[tuple[int, int]]:
        for found in self._pattern.finditer(data):
            start, end = found.span()
            if data.find(b"\n", start, end) >= 0:
                yield from self._line_by_line(data, start)
                return
            if end > start:
                yield start, end - start

    def _line_by_line(self, data: bytes, start: int) -> Iterator[tuple[int, int]]:
        """The same for an expression that would cross the ends of lines, like `[^a]+`."""
        while start < len(data):
            newline = data.find(b"\n", start)
            end = len(data) if newline < 0 else newline
            for found in self._pattern.finditer(data, start, end):
                if found.end() > found.start():
                    yield found.start(), found.end() - found.start()
            start = end + 1


def _in_bytes(pattern: str, ignore_case: bool) -> bytes:
    pieces = []
    in_set = False
    before = ""
    for char in pattern:
        if char.isascii():
            pieces.append(char.encode())
        elif in_set:
            raise InputError(
                f"{char!r} cannot stand in [...]", hint=f"write it as an alternative: (a|{char})"
            )
        else:
            spelled = spellings(char, ignore_case=ignore_case)
            pieces.append(b"(?:" + b"|".join(map(re.escape, spelled)) + b")")
        if before == "\\":
            char = ""  # it was escaped, and is neither a bracket nor a backslash that escapes
        elif char in "[]":
            in_set = char == "["
        before = char
    return b"".join(pieces)


def _required(pattern: str) -> str | None:
    """A plain text that every match of `pattern` contains, where that is easy to see."""
    if not pattern.isascii() or re.search(r"[|(\[{]|\\[^wdsWDSbB.]", pattern):
        return None
    plain = re.sub(r"\\.[*+?]?|[\w .:,-][*+?]|[.^$*+?]+", "\0", pattern)
    runs = [run for run in plain.split("\0") if re.fullmatch(r"[\w ]{3,}", run)]
    return max(runs, key=len, default=None)
