"""Two texts compared word by word, for reading: what both have, what went, what came."""

from __future__ import annotations

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from typing import Final, Literal, NamedTuple

MOST_PARTS: Final = 3000
"""The most words, or lines, that are compared one by one: the work grows with their square."""

_WORDS: Final = re.compile(r"\w+|\s+|[^\w\s]")
_LINES: Final = re.compile(r"[^\n]*\n|[^\n]+")

Kind = Literal["same", "gone", "new"]


class Piece(NamedTuple):
    """`gone` is of the first text, `new` of the second, `same` of both."""

    kind: Kind
    text: str


def word_diff(a: str, b: str) -> list[Piece]:
    """The pieces of both texts in reading order, what is gone before what is new in its place.

    The pieces that are not `new` make `a`, those that are not `gone` make `b`. Long texts are
    compared by lines, very long ones as a whole between what they begin and end with.
    """
    for pattern in (_WORDS, _LINES):
        first, second = pattern.findall(a), pattern.findall(b)
        start = _common(first, second)
        end = _common(first[start:][::-1], second[start:][::-1])
        first_middle = first[start : len(first) - end]
        second_middle = second[start : len(second) - end]
        if len(first_middle) + len(second_middle) <= MOST_PARTS:
            middle = _pieces(first_middle, second_middle)
            break
    else:
        middle = [Piece("gone", "".join(first_middle)), Piece("new", "".join(second_middle))]
    around = "".join(first[:start]), "".join(first[len(first) - end :])
    return _joined([Piece("same", around[0]), *middle, Piece("same", around[1])])


def _pieces(a: Sequence[str], b: Sequence[str]) -> list[Piece]:
    pieces = []
    matcher = SequenceMatcher(None, a, b, autojunk=False)
    for tag, a_from, a_to, b_from, b_to in matcher.get_opcodes():
        if tag == "equal":
            pieces.append(Piece("same", "".join(a[a_from:a_to])))
        else:
            pieces.append(Piece("gone", "".join(a[a_from:a_to])))
            pieces.append(Piece("new", "".join(b[b_from:b_to])))
    return pieces


def _joined(pieces: list[Piece]) -> list[Piece]:
    """Without empty pieces, and with neighbours of one kind as one."""
    joined: list[Piece] = []
    for piece in pieces:
        if joined and joined[-1].kind == piece.kind:
            joined[-1] = Piece(piece.kind, joined[-1].text + piece.text)
        elif piece.text:
            joined.append(piece)
    return joined


def _common(a: Sequence[str], b: Sequence[str]) -> int:
    """How many parts both begin with."""
    count = 0
    for one, other in zip(a, b, strict=False):
        if one != other:
            break
        count += 1
    return count
