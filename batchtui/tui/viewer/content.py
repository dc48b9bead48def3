"""What a detail pane shows: rows of safe text, each of which may stand for a value."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Protocol

from batchtui.tui.widgets.spans import Span


@dataclass(frozen=True, slots=True)
class Value:
    """What a row stands for. `path` is where it is in the record, `text` what one would copy."""

    path: str
    text: str
    node: int = -1


@dataclass(slots=True)
class Row:
    """`source`: the number of what it shows within its content, -1 for none."""

    pieces: list[Span] = field(default_factory=list)
    source: int = -1


class Content(Protocol):
    """Made for one record; laid out for any width."""

    def rows(self, width: int) -> list[Row]: ...

    def value(self, source: int) -> Value | None:
        """The value that rows with this `source` show."""

    def toggle(self, source: int) -> bool:
        """Fold or unfold it; False when there is nothing to fold."""

    def parent(self, source: int) -> int:
        """What holds it; itself at the top."""
