"""How an outcome looks everywhere: its sign and its tone."""

from __future__ import annotations

from typing import Final

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.spans import Tone

TONES: Final[dict[Outcome, Tone]] = {
    Outcome.OK: "success",
    Outcome.FAILED: "trouble",
    Outcome.UNREADABLE: "trouble",
    Outcome.INVALID_JSON: "trouble",
}
"""The others are accented."""


def glyph(outcome: Outcome | None) -> str:
    """A space for none."""
    signs = glyphs()
    if outcome is None:
        return " "
    return {
        Outcome.OK: signs.done,
        Outcome.MISSING: signs.missing,
        Outcome.EXPIRED: signs.expired,
        Outcome.CANCELLED: signs.cancelled,
        Outcome.TRUNCATED: signs.truncated,
        Outcome.FILTERED: signs.partly,
        Outcome.REFUSED: signs.partly,
        Outcome.EMPTY: signs.partly,
    }.get(outcome, signs.failed)
