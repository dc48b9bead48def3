"""Pieces of text with a tone each: what lines and cells are made of, fitted to a width in cells.

This is the one place where text from outside is made visible before it is drawn, so every line of
ours passes through here. Knows no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Final, Literal

from rich.cells import cell_len, set_cell_size
from rich.segment import Segment
from rich.style import Style

from batchtui.tui.glyphs import glyphs
from batchtui.visible import visible

Tone = Literal["", "strong", "muted", "accent", "trouble", "success"]
Span = tuple[str, Tone]
Spans = Sequence[Span]
Cell = str | Spans
BETWEEN: Final = 2
LEAST_LEFT: Final = 8
StyleOf = Callable[[Tone], Style]


def spans(cell: Cell) -> list[Span]:
    """The pieces of `cell`, safe to show."""
    if isinstance(cell, str):
        return [(visible(cell), "")] if cell else []
    return [(visible(text), tone) for text, tone in cell if text]


def width_of(pieces: Iterable[Span]) -> int:
    """In cells. Each line of a list asks many times, and most of its pieces are ASCII."""
    width = 0
    for text, _ in pieces:
        width += len(text) if text.isascii() else cell_len(text)
    return width


def fitted(pieces: list[Span], width: int, *, right: bool = False) -> list[Span]:
    """`pieces` in exactly `width` cells: padded, or cut with an ellipsis."""
    if width <= 0:
        return []
    used = width_of(pieces)
    if used <= width:
        gap: Span = (" " * (width - used), "")
        if not gap[0]:
            return pieces
        return [gap, *pieces] if right else [*pieces, gap]
    kept: list[Span] = []
    left = width - 1
    tone: Tone = ""
    for text, tone in pieces:
        here = cell_len(text)
        if here > left:
            kept.append((set_cell_size(text, left), tone))
            break
        kept.append((text, tone))
        left -= here
    return [*kept, (glyphs().ellipsis, tone)]


def cut_in_the_middle(pieces: list[Span], width: int) -> list[Span]:
    """`pieces`, where they are too wide with the middle left out: names differ at their ends."""
    if width_of(pieces) <= width or width < LEAST_LEFT:
        return pieces
    text = "".join(part for part, _ in pieces)
    tone = pieces[0][1]
    tail = ""
    for character in reversed(text):
        if cell_len(character + tail) > (width - 1) // 2:
            break
        tail = character + tail
    head = set_cell_size(text, width - 1 - cell_len(tail))
    return [(f"{head}{glyphs().ellipsis}{tail}", tone)]


def both_ends(left: Cell, right: Cell, width: int) -> list[Span]:
    """`left` at the left, `right` at the right; where there is no room, the left is cut."""
    end = spans(right)
    room = width - width_of(end) - BETWEEN
    if not end or room < LEAST_LEFT:
        return fitted(spans(left), width)
    return [*fitted(spans(left), room), (" " * BETWEEN, ""), *end]


def segments(pieces: Iterable[Span], style_of: StyleOf) -> list[Segment]:
    """One segment for each run of a tone: every further one costs bytes on the wire."""
    runs: list[tuple[list[str], Tone]] = []
    for text, tone in pieces:
        if runs and runs[-1][1] == tone:
            runs[-1][0].append(text)
        elif text:
            runs.append(([text], tone))
    return [Segment("".join(texts), style_of(tone)) for texts, tone in runs]
