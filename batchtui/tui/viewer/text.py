"""Bytes and strings from outside as rows of a screen: decoded, made visible, wrapped to a width.

Owns how text is cut into rows; knows no widget. All text it returns is safe to draw.
"""

from __future__ import annotations

import codecs
from typing import Final

from rich.cells import get_character_cell_size

from batchtui.tui.widgets.spans import Span
from batchtui.visible import visible, visible_lines

_VARIATION_SELECTORS: Final = dict.fromkeys(range(0xFE00, 0xFE10))
"""They choose between glyphs of different widths, and terminals disagree on how wide."""

_CHARACTERS_A_CELL: Final = 8
"""Letters may carry accents without a width of their own; a row takes this many at most."""


def decoded(data: bytes, *, is_cut: bool = False) -> str:
    """`data` as text; bytes that are not UTF-8 become `\\xff`. A character cut at the end goes."""
    return codecs.utf_8_decode(data, "backslashreplace", not is_cut)[0]


def safe(text: str) -> str:
    """`text` as one line that is safe to draw and whose width terminals agree on."""
    return visible(text if text.isascii() else text.translate(_VARIATION_SELECTORS))


def safe_lines(text: str) -> list[str]:
    """`text` as the lines that a person would see, each as `safe`; tabs become spaces."""
    return visible_lines(text if text.isascii() else text.translate(_VARIATION_SELECTORS))


def wrapped(text: str, width: int) -> list[str]:
    """`text` as safe rows of at most `width` cells, broken at its newlines and between words."""
    width = max(width, 2)
    rows: list[str] = []
    for line in safe_lines(text):
        start = 0
        while (end := start + _fitting(line, start, width)) < len(line):
            space = end if line[end] == " " else line.rfind(" ", start + 1, end)
            if space > start + (end - start) // 2:
                rows.append(line[start:space])
                start = space + 1
            else:
                rows.append(line[start:end])
                start = end
        rows.append(line[start:])
    return rows


def chopped(pieces: list[Span], width: int) -> list[list[Span]]:
    """`pieces` as rows of at most `width` cells, broken anywhere; at least one row."""
    width = max(width, 2)
    rows: list[list[Span]] = [[]]
    left = width
    for text, tone in pieces:
        start = 0
        while start < len(text):
            count = _fitting(text, start, left)
            if count:
                rows[-1].append((text[start : start + count], tone))
            start += count
            if start < len(text):
                rows.append([])
                left = width
            else:
                left -= cells(text[start - count :])
    return rows


def cells(text: str) -> int:
    """How wide safe `text` is."""
    return len(text) if text.isascii() else sum(map(get_character_cell_size, text))


def _fitting(text: str, start: int, width: int) -> int:
    """How many characters of `text` from `start` on fit into `width` cells."""
    if text.isascii():
        return min(width, len(text) - start)
    used = 0
    for index in range(start, min(len(text), start + width * _CHARACTERS_A_CELL)):
        used += get_character_cell_size(text[index])
        if used > width:
            return index - start
    return min(len(text) - start, width * _CHARACTERS_A_CELL)
