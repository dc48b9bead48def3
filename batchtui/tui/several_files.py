"""One of several files on its way to a batch: its state, and its row. No widgets, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final, Literal

from batchtui.tui.figures import plural, short_path
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell, Tone

if TYPE_CHECKING:
    from batchtui.jsonl.statistics import Statistics
    from batchtui.jsonl.validation import Validation

State = Literal["waits", "checked", "moving", "created", "failed", "not known"]
WAITS: Final = "waits"
CHECKED: Final = "checked"
MOVING: Final = "moving"
CREATED: Final = "created"
FAILED: Final = "failed"
LOST: Final = "not known"
"""Whether the batch exists could not be found out."""


@dataclass(frozen=True, slots=True)
class Item:
    """`note` says what is happening, or went wrong, in a line."""

    path: Path
    state: State = WAITS
    note: str = ""
    statistics: Statistics | None = None

    @property
    def key(self) -> str:
        return str(self.path)

    @property
    def is_checked(self) -> bool:
        return self.state != WAITS

    @property
    def requests(self) -> int | None:
        return self.statistics.requests if self.statistics else None

    @property
    def says(self) -> str:
        path = short_path(str(self.path))
        return f"{self.note}   {path}" if self.note else path

    def at(self, state: State, note: str) -> Item:
        return replace(self, state=state, note=note)

    def checked(self, validation: Validation) -> Item:
        errors = validation.error_count
        note = f"{plural(errors, 'problem')}: the server would refuse it" if errors else ""
        state: State = CHECKED if validation.ok else FAILED
        return Item(self.path, state, note, validation.statistics)


def columns() -> list[Column[Item]]:
    return [
        Column("state", "STATE", 11, _state, keep=9),
        Column("file", "FILE", 18, lambda item: item.path.name, grow=True, is_name=True, keep=8),
        Column("requests", "REQUESTS", 9, _requests, right=True, keep=6),
        Column("note", "WHAT", 22, lambda item: [(item.note, "muted")], grow=True, keep=7),
    ]


def _requests(item: Item) -> Cell:
    return "" if item.requests is None else f"{item.requests:,}"


def _state(item: Item) -> Cell:
    signs = glyphs()
    looks: dict[State, tuple[str, Tone]] = {
        WAITS: (" ", "muted"),
        CHECKED: (signs.unknown, ""),
        MOVING: (signs.moving, "accent"),
        CREATED: (signs.done, "success"),
        FAILED: (signs.failed, "trouble"),
        LOST: (signs.missing, "trouble"),
    }
    sign, tone = looks[item.state]
    return [(f"{sign} {item.state}", tone)]
