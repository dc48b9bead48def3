"""Marks what is searched for within a drawn row."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rich.segment import Segment
from rich.style import Style

if TYPE_CHECKING:
    from batchtui.tui.viewer.in_view import Highlight, Spans


def highlighted(segments: list[Segment], highlight: Highlight, hit: Style) -> list[Segment]:
    """`segments` with `hit` added wherever the row's text is to be marked."""
    return marked(segments, highlight.spans("".join(segment.text for segment in segments)), hit)


def marked(segments: list[Segment], spans: Spans, hit: Style) -> list[Segment]:
    """`segments` with `hit` added to the characters of `spans`, which are ascending and apart."""
    if not spans:
        return segments
    out: list[Segment] = []
    position = at = 0
    for piece, style, _ in segments:
        start, end = position, position + len(piece)
        while start < end:
            while at < len(spans) and spans[at][1] <= start:
                at += 1
            inside = at < len(spans) and spans[at][0] <= start
            stop = min(end, spans[at][1 if inside else 0]) if at < len(spans) else end
            marked = (style or Style()) + hit if inside else style
            out.append(Segment(piece[start - position : stop - position], marked))
            start = stop
        position = end
    return out
