"""What a search looks for in a piece of a file: a text in all its spellings, or an expression."""

from __future__ import annotations

import re
from typing import Literal, Protocol

from batchtui.errors import InputError
from batchtui.jsonl.expressions import ExpressionMatcher
from batchtui.jsonl.fastest import Find, finder
from batchtui.jsonl.places import Places
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.spelling import spellings

Case = Literal["smart", "sensitive", "insensitive"]
"""smart: upper and lower case differ only for who types an upper case letter."""


class Matcher(Protocol):
    """`overlap`: how many bytes of two neighbouring pieces must be the same for no hit to be lost
    between them; None for one that takes whole lines only, and finds whole lines."""

    overlap: int | None

    def hits(self, data: bytes, progress: Progress) -> Steps[Places]:
        """The places in `data`: ascending, never overlapping. Yields `progress` while it waits for
        another process, which ends when the generator is closed."""
        ...

    def close(self) -> None:
        """No more is asked: end that process."""
        ...


def matcher(text: str, *, is_regex: bool = False, case: Case = "smart") -> Matcher:
    """What finds `text` however JSON spells it, or the regular expression `text`; to be closed.

    Raises InputError for an empty text and for an expression that is none.
    """
    if not text:
        raise InputError("nothing to search for")
    ignore_case = case == "insensitive" or (
        case == "smart" and is_lower_case(text, is_regex=is_regex)
    )
    return ExpressionMatcher(text, ignore_case) if is_regex else Text(text, ignore_case)


def is_lower_case(text: str, *, is_regex: bool) -> bool:
    """No letter of what is typed is in upper case; that of `\\S` is none."""
    letters = re.sub(r"\\.", "", text, flags=re.DOTALL) if is_regex else text
    return letters == letters.lower()


class Text:
    """Finds a text. Escapes of one text may be mixed only as JSON writers mix them."""

    def __init__(self, text: str, ignore_case: bool) -> None:
        self._ignore_case = ignore_case and text.lower() != text.upper()
        self._needles = spellings(text, ignore_case=self._ignore_case)
        self.overlap: int | None = len(self._needles[0]) - 1
        self._find, self._lower = finder()

    def hits(self, data: bytes, progress: Progress) -> Steps[Places]:
        yield from ()  # it never waits
        return self._places(data)

    def close(self) -> None:
        pass

    def _places(self, data: bytes) -> Places:
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
