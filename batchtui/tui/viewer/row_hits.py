"""Which rows of a record match what is searched for, also where a text is wrapped in the match.

Owns how two rows of one text belong together; moves no cursor.
"""

from __future__ import annotations

import re
from typing import Final

from batchtui.tui.viewer.content import Row
from batchtui.tui.viewer.highlight import matches

MARGIN: Final = " │|"
"""What stands before a wrapped text, as its indent."""
JOINTS: Final = (" ", "")
"""What a text had where it was wrapped: a space, or nothing in a long word."""

Spans = list[tuple[int, int]]


def text_of(row: Row) -> str:
    return "".join(text for text, _ in row.pieces)


def spans_of(rows: list[Row], at: int, pattern: re.Pattern[str]) -> Spans:
    """Which characters of row `at` match, with those of a match that begins or ends beside it."""
    spans = matches(text_of(rows[at]), pattern)
    if not spans:
        begins, ends = _across(rows, at, pattern), _across(rows, at - 1, pattern)
        spans = [each for each in (ends and ends[1], begins and begins[0]) if each]
    return spans


def is_hit(rows: list[Row], at: int, pattern: re.Pattern[str]) -> bool:
    """Whether a match begins in row `at`."""
    if pattern.search(text_of(rows[at])):
        return bool(matches(text_of(rows[at]), pattern))
    return _across(rows, at, pattern) is not None


def find(rows: list[Row], pattern: re.Pattern[str], start: int, direction: int) -> int | None:
    """The first row from `start` on in `direction` in which a match begins."""
    end = len(rows) if direction > 0 else -1
    return next((at for at in range(start, end, direction) if is_hit(rows, at, pattern)), None)


def _across(
    rows: list[Row], at: int, pattern: re.Pattern[str]
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where a match that is broken after row `at` is in that row and in the next one."""
    if not 0 <= at < len(rows) - 1 or rows[at].source != rows[at + 1].source:
        return None
    if rows[at].source < 0:
        return None
    left, below = text_of(rows[at]), text_of(rows[at + 1])
    right = below.lstrip(MARGIN)
    margin = len(below) - len(right)
    for joint in JOINTS:
        whole = len(left) + len(joint)
        for start, end in matches(f"{left}{joint}{right}", pattern):
            if start < len(left) and end > whole:
                return (start, len(left)), (margin, margin + end - whole)
    return None
