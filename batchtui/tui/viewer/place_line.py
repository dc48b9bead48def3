"""The words of the title and of the status line, made to fit: what is counted, and where one is.

Owns what gives way where there is no room; reads nothing and knows no widget.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui import figures
from batchtui.tui.outcome_look import TONES
from batchtui.tui.viewer.text import cells, safe
from batchtui.tui.widgets.spans import Span, Tone, cut_in_the_middle

SHORT: Final[Mapping[Outcome, str]] = {
    Outcome.EXPIRED: "exp",
    Outcome.CANCELLED: "canc",
    Outcome.TRUNCATED: "trunc",
    Outcome.FILTERED: "filt",
    Outcome.REFUSED: "ref",
    Outcome.INVALID_JSON: "bad json",
    Outcome.UNREADABLE: "unread",
}
"""Outcomes whose word is long, where there is no room for it."""
GAP: Final = "   "
LEAST_WORDS: Final = 9
"""No words are cut to fewer cells than this."""


@dataclass(frozen=True, slots=True)
class Place:
    """What the status line has to say. Empty words and a count of 0 are left out."""

    place: str
    path: str = ""
    filter_words: str = ""
    listed: int = 0
    marked: int = 0
    search_words: str = ""
    found: str = ""
    """How many hits there are, and which one this is."""


def status(place: Place, width: int) -> list[Span]:
    """All of `place` in `width` cells. What was typed gives way first: its counts say more."""
    pieces: list[Span] = [(place.place, "")]
    words: list[int] = []

    def typed(before: str, text: str, tone: Tone, after: str) -> None:
        words.append(len(pieces) + 1)
        pieces.extend([(f"{GAP}{before}", "muted"), (safe(text), tone), (after, "")])

    if place.path:
        typed("", place.path, "accent", "")
    if place.filter_words:
        typed("", place.filter_words, "accent", f" {place.listed:,}")
    if place.marked:
        pieces.append((f"{GAP}{place.marked:,} marked", "accent"))
    if place.search_words:
        typed("search: ", place.search_words, "", f"  {place.found}")
    while words and (over := _width(pieces) - width) > 0:
        longest = max(words, key=lambda at: cells(pieces[at][0]))
        used = cells(pieces[longest][0])
        if used <= LEAST_WORDS:
            break
        kept = max(used - over, LEAST_WORDS)
        pieces[longest] = cut_in_the_middle([pieces[longest]], kept)[0]
    return pieces


def counted(counts: Mapping[Outcome, int], width: int) -> list[Span]:
    """`9,950 ok  38 failed  12 truncated`, ok first; then short words, then only the most."""
    ranked = sorted(counts.items(), key=lambda item: (item[0] is not Outcome.OK, -item[1]))
    pieces: list[Span] = []
    for short, gap in ((False, "  "), (True, "  "), (True, " ")):
        pieces = [
            _count(*each, short=short, gap=gap if at else "") for at, each in enumerate(ranked)
        ]
        pieces[:1] = [(text.lstrip(), tone) for text, tone in pieces[:1]]
        if _width(pieces) <= width:
            return pieces
    kept = len(pieces)
    while kept > 1:
        kept -= 1
        rest: Span = (f" +{len(pieces) - kept} more", "muted")
        if _width([*pieces[:kept], rest]) <= width:
            return [*pieces[:kept], rest]
    return pieces[:1]


def _count(outcome: Outcome, count: int, *, short: bool, gap: str) -> Span:
    shown = figures.short_count(count) if short else figures.count(count)
    word = SHORT.get(outcome, str(outcome)) if short else str(outcome)
    return f"{gap}{shown} {word}", TONES.get(outcome, "accent")


def _width(pieces: list[Span]) -> int:
    return sum(cells(text) for text, _ in pieces)
