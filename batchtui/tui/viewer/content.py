"""What a detail pane shows: rows of safe text, each of which may stand for a value."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final, Protocol

from batchtui.tui.widgets.spans import Span

STRIDE: Final = 1 << 32
"""Apart from each other by this are the sources of two contents in one."""


@dataclass(frozen=True, slots=True)
class Value:
    """What a row stands for. `path` is where it is in the record, `text` what one would copy."""

    path: str
    text: str


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


class Stacked:
    """Several contents, each under its title, as one."""

    def __init__(self, parts: Sequence[tuple[str, Content]]) -> None:
        self.parts = parts

    def rows(self, width: int) -> list[Row]:
        rows: list[Row] = []
        for at, (title, content) in enumerate(self.parts):
            if rows:
                rows.append(Row())
            rows.append(Row([(title, "muted")]))
            base = at * STRIDE
            rows += [
                Row(row.pieces, row.source + base if row.source >= 0 else -1)
                for row in content.rows(width)
            ]
        return rows

    def value(self, source: int) -> Value | None:
        part, inner = self._part(source)
        return part.value(inner) if part else None

    def toggle(self, source: int) -> bool:
        part, inner = self._part(source)
        return part.toggle(inner) if part else False

    def parent(self, source: int) -> int:
        part, inner = self._part(source)
        return part.parent(inner) + source - inner if part else source

    def _part(self, source: int) -> tuple[Content | None, int]:
        at, inner = divmod(source, STRIDE)
        return (self.parts[at][1], inner) if source >= 0 else (None, source)
