"""The lines of a table as toned text: header, gutter, cells. Pure functions; knows no widget."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final, TypeVar

from textual.geometry import Region

from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.columns import Column, Placed
from batchtui.tui.widgets.spans import Span, Tone, cut_in_the_middle, fitted, spans, width_of

R = TypeVar("R")

GUTTER: Final = 3
MARK: Final = "+"
Parts = tuple[tuple[Span, ...], ...]
"""The pieces of one line, by gutter and column; together as wide as the table."""


def header(
    places: Sequence[Placed[R]], sorted_by: Column[R] | None, descending: bool, width: int
) -> Parts:
    """The titles; the one that sorts has an arrow.

    With it a title at the right may be wider than its column: it begins further to the left then,
    as far as the title before it leaves room.
    """
    arrow = "v" if descending else "^"
    line: list[Span] = []
    used = 0
    for each in places:
        sorts = each.column is sorted_by
        tone: Tone = "strong" if sorts else ""
        end = min(each.x + each.width, width)
        begin, title = each.x, f"{each.column.title} {arrow}" if sorts else each.column.title
        if each.column.right:
            if sorts and len(title) > end - used - 1:
                title = f"{each.column.title}{arrow}"
            begin = max(end - len(title), used + 1)
        line.append((" " * (begin - used), ""))
        line += fitted([(title, tone)], min(len(title), end - begin))
        used = max(used, begin + min(len(title), end - begin))
    return (tuple(fitted(line, width)),)


def line(
    places: Sequence[Placed[R]], row: R, under_cursor: bool, marked: bool, width: int
) -> Parts:
    gutter: tuple[Span, ...] = (
        (MARK if marked else " ", "accent"),
        (glyphs().cursor if under_cursor else " ", "accent"),
        (" ", ""),
    )
    return (gutter, *_cells(places, row, width))


def plain(text: str, width: int) -> Parts:
    """A line that is no row."""
    return (tuple(fitted([(" " * GUTTER, ""), *spans(text)], width)),)


def _cells(places: Sequence[Placed[R]], row: R, width: int) -> Iterator[tuple[Span, ...]]:
    """Each cell up to where the next begins; a long text flows over the empty ones after it."""
    contents = [spans(each.column.cell(row)) for each in places]
    number = 0
    while number < len(places):
        each = places[number]
        last = number
        room = each.width
        if not each.column.right:
            while width_of(contents[number]) > room and last + 1 < len(places):
                if contents[last + 1]:
                    break
                last += 1
                room = places[last].x + places[last].width - each.x
        room = min(room, width - each.x)
        content = contents[number]
        if each.column.is_name:
            content = cut_in_the_middle(content, room)
        pieces = fitted(content, room, right=each.column.right)
        yield tuple(fitted(pieces, _end(places, last, width) - each.x))
        number = last + 1


def _end(places: Sequence[Placed[R]], number: int, width: int) -> int:
    return places[number + 1].x if number + 1 < len(places) else width


def changed(before: Parts, after: Parts, y: int, width: int) -> Region:
    """From the first to the last part of the line that differs; a moved part means all of it."""
    start = end = x = 0
    first = True
    for old, new in zip(before, after, strict=True):
        part = width_of(new)
        if width_of(old) != part:
            return Region(0, y, width, 1)
        if old != new:
            start = x if first else start
            first = False
            end = x + part
        x += part
    return Region(start, y, end - start, 1)
