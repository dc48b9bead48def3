"""Marks what is searched for within a drawn row."""

from __future__ import annotations

import re

from rich.segment import Segment
from rich.style import Style


def highlighted(segments: list[Segment], pattern: re.Pattern[str], hit: Style) -> list[Segment]:
    """`segments` with `hit` added wherever the row's text matches."""
    return marked(segments, matches("".join(segment.text for segment in segments), pattern), hit)


def matches(text: str, pattern: re.Pattern[str]) -> list[tuple[int, int]]:
    """Where `text` matches, from left to right; what matches nothing at all is left out."""
    return [found.span() for found in pattern.finditer(text) if found.end() > found.start()]


def marked(segments: list[Segment], spans: list[tuple[int, int]], hit: Style) -> list[Segment]:
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
