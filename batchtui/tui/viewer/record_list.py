"""The list at the left of the looks `record` and `exchange`: number, outcome, id, first words."""

from __future__ import annotations

from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.viewer.rows_pane import RowsPane
from batchtui.tui.viewer.summary import summary
from batchtui.tui.viewer.text import chopped, safe
from batchtui.tui.widgets.spans import Span


class RecordList(RowsPane):
    DEFAULT_CSS = """
    RecordList { width: 27; }
    """

    def draw(self, number: int, width: int) -> list[list[Span]]:
        assert self.rows is not None
        records = self.rows.records
        said = summary(records, number)
        pieces: list[Span] = [self.numbered(number)]
        if said.outcome is not None:
            pieces.append((f"{glyph(said.outcome)} ", TONES.get(said.outcome, "accent")))
        if said.custom_id is not None:
            pieces.append((f"{safe(said.custom_id[:100])} ", "strong"))
        pieces.append((safe(said.words[:width].replace("\n", " ")), ""))
        return [chopped(pieces, width - 1)[0]]
