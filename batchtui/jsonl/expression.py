"""A regular expression, tried on one line: as it stands, and on the text of each string in it.

It is Python's, on text: `\\w` is a letter of any script. `^` and `$` are the ends of the line, of a
string, and of a line within a string. Owns what a match is; a second process starts with this
module, so it imports little.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from json import decoder
from typing import Any, Final

from batchtui.jsonl.expression_tree import compiled, sees_ends, tree_of

SHORT_CHARACTERS: Final = 2000
"""So long a text is soon tried from each of its characters on."""

_ESCAPE: Final = re.compile(
    r"\\(?:u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|u[0-9a-fA-F]{4}|[\"\\/bfnrt])"
)
_scan_string: Final[Any] = decoder.scanstring  # type: ignore[attr-defined]
"""What json reads a string with: some lines are not JSON, of which it would read no string."""
_SHORT: Final = {"b": "\b", "f": "\f", "n": "\n", "r": "\r", "t": "\t"}


def flags_of(*, ignore_case: bool) -> int:
    return re.MULTILINE | (re.IGNORECASE if ignore_case else 0)


class Expression:
    """`pattern` can be compiled, which is for the caller to know."""

    def __init__(self, pattern: str, *, ignore_case: bool) -> None:
        flags = flags_of(ignore_case=ignore_case)
        tree = tree_of(pattern, flags)
        self._pattern = re.compile(pattern, flags)
        later = compiled(pattern, flags)
        self._search, self._find_later = later.search, later.finditer
        self._sees_ends = tree is None or sees_ends(tree)

    def matching(self, data: bytes) -> list[int]:
        """The numbers, from 0, of the lines in `data` that match, without a `\\r` at their end."""
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        return [at for at, line in enumerate(lines) if self.matches(line.removesuffix("\r"))]

    def places(self, data: bytes) -> list[int]:
        """Three numbers for each match in a line of `data`: the line, the start, the end.

        A line may be a piece of one, so its escapes are undone wherever they are.
        """
        lines = data.decode("utf-8", "surrogateescape").split("\n")
        return [
            n for at, line in enumerate(lines) for span in self.spans(line) for n in (at, *span)
        ]

    def spans(self, line: str) -> list[tuple[int, int]]:
        """Of a long line they may begin later, but not be fewer."""
        found = self._spans(line)
        if found or "\\" not in line:
            return found
        text, places = unescaped(line)
        return [(places[start], places[end]) for start, end in self._spans(text)]

    def _spans(self, text: str) -> list[tuple[int, int]]:
        find = self._pattern.finditer if len(text) <= SHORT_CHARACTERS else self._find_later
        return [each.span() for each in find(text) if each[0]]

    def matches(self, line: str) -> bool:
        if self._search(line) is not None:
            return True
        if self._sees_ends:
            return any(self._search(text) is not None for text in strings(line))
        if "\\" not in line:
            return False
        # What is in a string without escapes is in the line as well.
        return any(self._search(text) is not None for text in escaped_strings(line))


def strings(line: str) -> Iterator[str]:
    """The text of each JSON string in `line`. Where it is no JSON, the rest comes in one piece."""
    quote = line.find('"')
    while quote >= 0:
        text, end = _string(line, quote + 1)
        yield text
        quote = line.find('"', end)


def escaped_strings(line: str) -> Iterator[str]:
    """Those of `strings` that are written with escapes."""
    backslash = line.find("\\")
    while backslash >= 0:
        text, end = _string(line, line.rfind('"', 0, backslash) + 1)
        yield text
        backslash = line.find("\\", end)


def _string(line: str, start: int) -> tuple[str, int]:
    """The text of the string that begins behind a quote, and where the next one may begin."""
    try:
        text, end = _scan_string(line, start, False)
        return text, end
    except ValueError:
        return unescaped(line[start:])[0], len(line)


def unescaped(text: str) -> tuple[str, list[int]]:
    """`text` with JSON's escapes undone, and where in `text` each character, and the end, is."""
    pieces: list[str] = []
    places: list[int] = []
    at = 0
    for found in _ESCAPE.finditer(text):
        start, end = found.span()
        pieces += text[at:start], _meant(found[0])
        places += range(at, start + 1)
        at = end
    pieces.append(text[at:])
    places += range(at, len(text) + 1)
    return "".join(pieces), places


def _meant(escape: str) -> str:
    if escape[1] != "u":
        return _SHORT.get(escape[1], escape[1])
    code = int(escape[2:6], 16)
    if len(escape) > 6:
        code = 0x10000 + ((code & 0x3FF) << 10) + (int(escape[8:], 16) & 0x3FF)
    return chr(code)
