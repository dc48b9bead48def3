"""Which rows of a record match what is searched for, also where a text is wrapped in the match.

Owns how two rows of one text belong together; moves no cursor.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Final

from batchtui.tui.viewer.content import Row

if TYPE_CHECKING:
    from batchtui.tui.viewer.in_view import Highlight, Spans

MARGIN: Final = " │|"
"""What stands before a wrapped text, as its indent."""
JOINTS: Final = (" ", "")
"""What a text had where it was wrapped: a space, or nothing in a long word."""


def text_of(row: Row) -> str:
    return "".join(text for text, _ in row.pieces)


def texts_of(rows: list[Row]) -> Iterator[str]:
    """All that is looked at to find the matches in `rows`."""
    for at, row in enumerate(rows):
        yield text_of(row)
        for left, joint, right, _ in _joined(rows, at):
            yield f"{left}{joint}{right}"


def spans_of(rows: list[Row], at: int, highlight: Highlight) -> Spans:
    """Which characters of row `at` match, with those of a match that begins or ends beside it."""
    spans = highlight.spans(text_of(rows[at]))
    if not spans:
        begins, ends = _across(rows, at, highlight), _across(rows, at - 1, highlight)
        spans = [each for each in (ends and ends[1], begins and begins[0]) if each]
    return spans


def is_hit(rows: list[Row], at: int, highlight: Highlight) -> bool:
    """Whether a match begins in row `at`."""
    return bool(highlight.spans(text_of(rows[at]))) or _across(rows, at, highlight) is not None


def find(rows: list[Row], highlight: Highlight, start: int, direction: int) -> int | None:
    """The first row from `start` on in `direction` in which a match begins."""
    end = len(rows) if direction > 0 else -1
    return next((at for at in range(start, end, direction) if is_hit(rows, at, highlight)), None)


def _across(
    rows: list[Row], at: int, highlight: Highlight
) -> tuple[tuple[int, int], tuple[int, int]] | None:
    """Where a match that is broken after row `at` is in that row and in the next one."""
    for left, joint, right, margin in _joined(rows, at):
        whole = len(left) + len(joint)
        for start, end in highlight.spans(f"{left}{joint}{right}"):
            if start < len(left) and end > whole:
                return (start, len(left)), (margin, margin + end - whole)
    return None


def _joined(rows: list[Row], at: int) -> Iterator[tuple[str, str, str, int]]:
    """Row `at`, what may have been between, and the next row without its margin of so many cells;
    nothing where they are not of one text."""
    if not 0 <= at < len(rows) - 1 or rows[at].source != rows[at + 1].source:
        return
    if rows[at].source < 0:
        return
    left, below = text_of(rows[at]), text_of(rows[at + 1])
    right = below.lstrip(MARGIN)
    for joint in JOINTS:
        yield left, joint, right, len(below) - len(right)
