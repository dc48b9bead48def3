"""Which content a look shows of a record, and how much of it is read at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

from textual.message import Message

from batchtui.tui.viewer.content import Content, Row, Stacked
from batchtui.tui.viewer.exchange_content import TEXT_CHARS, ExchangeContent
from batchtui.tui.viewer.record_content import STRING_CHARS, RecordContent
from batchtui.tui.viewer.records import HEAD_BYTES, Records

Look = Literal["lines", "record", "exchange"]
LOOKS: Final[tuple[Look, ...]] = ("exchange", "record", "lines")

GROWTH: Final = 16
EXCHANGE_BYTES: Final = 1024 * 1024
MOST_BYTES: Final = 64 * 1024 * 1024
INLINE_BYTES: Final[dict[Look, int]] = {"lines": 0, "record": 16 * 1024, "exchange": 64 * 1024}
"""A record up to this size is laid out at once, a longer one in a thread."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the detail pane should show. `level`: how often more was asked for."""

    number: int
    look: Look
    level: int = 0

    def more(self) -> Wanted:
        return Wanted(self.number, self.look, self.level + 1)


class ContentReady(Message):
    """A thread has laid out what was wanted, for a pane of `width` cells."""

    def __init__(self, wanted: Wanted, content: Content, rows: list[Row], width: int) -> None:
        super().__init__()
        self.width = width
        self.wanted = wanted
        self.content = content
        self.rows = rows


def is_light(records: Records, wanted: Wanted) -> bool:
    """True when it can be laid out between two frames."""
    if wanted.level:
        return False
    limit = INLINE_BYTES[wanted.look]
    return sum(place[2] for place in records.places(wanted.number) if place) <= limit


def content_of(records: Records, wanted: Wanted) -> Content:
    """Reads the record from disk."""
    number, growth = wanted.number, GROWTH**wanted.level
    if wanted.look == "exchange":
        limit = min(EXCHANGE_BYTES * growth, MOST_BYTES)
        return ExchangeContent(
            records.request(number, limit),
            records.result(number, limit),
            records.outcome(number),
            text_chars=TEXT_CHARS * growth,
        )
    limit = min(HEAD_BYTES * growth, MOST_BYTES)
    request, result = records.request(number, limit), records.result(number, limit)
    chars = STRING_CHARS * growth
    if request is None or result is None:
        return RecordContent(records.line(number, limit), string_chars=chars)
    return Stacked(
        [
            ("result", RecordContent(result, string_chars=chars)),
            ("request", RecordContent(request, string_chars=chars)),
        ]
    )
