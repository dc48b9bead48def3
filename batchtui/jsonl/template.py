"""Texts with `{column}` in them, filled from a row.

A name stands for a column as it is called, blanks and dots included; `{{` and `}}` are braces.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from batchtui.errors import UsageError
from batchtui.jsonl.export_columns import as_json

_PIECE: Final = re.compile(r"\{\{|\}\}|\{([^{}]+)\}|[{}]")


@dataclass(frozen=True, slots=True)
class Template:
    """`pieces`: texts and columns in turn, a text first and last."""

    text: str
    pieces: tuple[str, ...]

    @property
    def columns(self) -> tuple[str, ...]:
        return self.pieces[1::2]

    def fill(self, row: Mapping[str, Any]) -> str:
        """The text for `row`. Raises KeyError with the name of a column that it has not."""
        if len(self.pieces) == 1:
            return self.pieces[0]
        pieces = list(self.pieces)
        pieces[1::2] = (as_text(row[name]) for name in self.columns)
        return "".join(pieces)


def parse(text: str) -> Template:
    """Raises UsageError, with the place, for a brace that has no partner."""
    pieces = [""]
    at = 0
    for found in _PIECE.finditer(text):
        pieces[-1] += text[at : found.start()]
        at = found.end()
        if found[1]:
            pieces += [found[1], ""]
        elif len(found[0]) == 2:
            pieces[-1] += found[0][0]
        else:
            raise UsageError(
                f"{text!r}: the {found[0]} at character {found.start() + 1} stands alone",
                hint="{name} stands for a column; for a brace itself write it twice",
            )
    pieces[-1] += text[at:]
    return Template(text, tuple(pieces))


def as_text(value: Any) -> str:
    """A cell in a text: nothing for None, JSON for what is neither text nor missing."""
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)
