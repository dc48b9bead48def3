"""JSON text as coloured pieces: a tolerant reader of tokens, for text that may be cut or broken.

Everything in the text comes out again, in order. It never fails and never recurses.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final, Literal, NamedTuple

from batchtui.tui.viewer.text import safe
from batchtui.tui.widgets.spans import Span, Tone

Kind = Literal["space", "mark", "key", "string", "number", "word", "other"]

_PLAIN: Final = re.compile(
    r"(?P<space>[ \t\r\n]+)|(?P<mark>[{}\[\],:])"
    r"|(?P<number>-?[0-9][0-9.eE+\-]*)|(?P<word>-?[A-Za-z]+)|(?P<other>[^\"])"
)
_COLON: Final = re.compile(r"[ \t\r\n]*:")
_TONES: Final[dict[Kind, Tone]] = {
    "mark": "muted",
    "key": "accent",
    "number": "strong",
    "word": "strong",
}


class Token(NamedTuple):
    """`start` and `end` are positions in the text; quotes belong to a string."""

    kind: Kind
    start: int
    end: int


def tokens(text: str, start: int = 0) -> Iterator[Token]:
    position, size = start, len(text)
    while position < size:
        if text[position] == '"':
            end = string_end(text, position)
            kind: Kind = "key" if _COLON.match(text, end) else "string"
            yield Token(kind, position, end)
            position = end
            continue
        found = _PLAIN.match(text, position)
        if found is None:  # the pattern takes any character but a quote
            return
        yield Token(found.lastgroup, position, found.end())  # type: ignore[arg-type]
        position = found.end()


def string_end(text: str, start: int) -> int:
    """Where the string that begins with the quote at `start` ends; the text's end if it is cut."""
    position = start + 1
    while (quote := text.find('"', position)) >= 0:
        before = quote - 1
        while before > start and text[before] == "\\":
            before -= 1
        if (quote - 1 - before) % 2 == 0:
            return quote + 1
        position = quote + 1
    return len(text)


def coloured(text: str) -> list[Span]:
    """One line of JSON as safe pieces with their tones; other text comes back in one piece."""
    if text.lstrip()[:1] not in ("{", "[", '"'):
        return [(safe(text), "")]
    pieces: list[Span] = []
    for kind, start, end in tokens(text):
        tone = _TONES.get(kind, "")
        shown = safe(text[start:end])
        if pieces and pieces[-1][1] == tone:
            pieces[-1] = (pieces[-1][0] + shown, tone)
        else:
            pieces.append((shown, tone))
    return pieces
