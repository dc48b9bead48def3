"""What looks for a regular expression in a piece of a file, as whole lines that match.

Lines that lack a text that every match has are passed over here; the others are tried by a second
process. Owns which lines those are.
"""

from __future__ import annotations

import re

from batchtui.errors import InputError
from batchtui.jsonl.expression import flags_of
from batchtui.jsonl.expression_tree import ignores_case, required_texts, tree_of
from batchtui.jsonl.fastest import finder
from batchtui.jsonl.places import Places
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.trying import Trying

Lines = list[tuple[int, int]]
"""Where they begin, and where they end, before their `\\n`."""


class ExpressionMatcher:
    """Finds the lines in which `expression.Expression` matches; the place of a hit is its line.

    A text that every match has is looked for as JSON writers spell it, and of letters beyond ASCII
    none is taken for one of ASCII in the other case. Raises InputError for no expression.
    """

    overlap: int | None = None

    def __init__(self, pattern: str, ignore_case: bool) -> None:
        flags = flags_of(ignore_case=ignore_case)
        try:
            re.compile(pattern, flags)
        except (re.error, OverflowError, RecursionError) as error:
            raise InputError(
                f"not a regular expression: {error}",
                hint="put a backslash before ( ) [ ] { } . * + ? ^ $ | to mean the character",
            ) from None
        tree = tree_of(pattern, flags)
        texts = required_texts(tree) if tree is not None else []
        self._ignores_case = tree is None or ignores_case(tree)
        if self._ignores_case:
            texts = [[text.lower() for text in way] for way in texts]
        self._ways = [[text.encode() for text in way] for way in texts]
        self._find, self._lower = finder()
        self._trying = Trying(pattern, ignore_case=ignore_case)

    def hits(self, data: bytes, progress: Progress) -> Steps[Places]:
        lines = self._candidates(data)
        if not lines:
            return [], []
        asked = b"\n".join([data[start:end] for start, end in lines])
        found = yield from self._trying.ask(asked, progress)
        offsets, lengths = [], []
        for number in found:
            start, end = lines[number]
            offsets.append(start)
            lengths.append(end - start)
        return offsets, lengths

    def close(self) -> None:
        self._trying.close()

    def _candidates(self, data: bytes) -> Lines:
        if not self._ways:
            return _lines(data)
        shown = self._lower(data) if self._ignores_case else data
        if len(self._ways) == 1:
            return self._with_all(shown, self._ways[0])
        return sorted({line for way in self._ways for line in self._with_all(shown, way)})

    def _with_all(self, data: bytes, texts: list[bytes]) -> Lines:
        """The lines with these texts, one behind the other."""
        find = self._find
        longest = max(texts, key=len)
        lines = []
        at = find(data, longest, 0)
        while at >= 0:
            start = data.rfind(b"\n", 0, at) + 1
            end = data.find(b"\n", at)
            end = len(data) if end < 0 else end
            place = start
            for text in texts:
                place = data.find(text, place, end)
                if place < 0:
                    break
                place += len(text)
            else:
                lines.append((start, end))
            at = find(data, longest, end)
        return lines


def _lines(data: bytes) -> Lines:
    lines = []
    start = 0
    while start < len(data):
        end = data.find(b"\n", start)
        end = len(data) if end < 0 else end
        lines.append((start, end))
        start = end + 1
    return lines
