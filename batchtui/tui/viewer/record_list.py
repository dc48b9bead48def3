"""The list at the left of the looks `record` and `exchange`: number, outcome, id, first words."""

from __future__ import annotations

from typing import ClassVar, Final

from textual.binding import Binding, BindingType

from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.viewer.id_column import IdColumn
from batchtui.tui.viewer.rows import Rows
from batchtui.tui.viewer.rows_pane import GUTTER, RowsPane
from batchtui.tui.viewer.summary import Summary, summary
from batchtui.tui.viewer.text import chopped, safe
from batchtui.tui.widgets.spans import Span, Tone

DESIGN_CELLS: Final = 80
CELLS_AT_DESIGN: Final = 33
LEAST_CELLS: Final = 27
MOST_CELLS: Final = 90
SHARE_OF_MORE: Final = 0.4
"""How much of what a screen has beyond the design size goes to the list."""
SHARE_OF_IDS: Final = 0.42
LEAST_ID_CELLS: Final = 8


def list_cells(screen_cells: int) -> int:
    """How wide the list is beside a record."""
    more = int((screen_cells - DESIGN_CELLS) * SHARE_OF_MORE)
    return max(LEAST_CELLS, min(CELLS_AT_DESIGN + more, MOST_CELLS))


class RecordList(RowsPane):
    """Its rows are as high as a line, so what is in view is known before it is drawn."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "l,right",
            "screen.open",
            "Into the record",
            show=False,
            id="list.open",
            tooltip="Into the record beside the list",
        ),
    ]

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._ids = IdColumn(LEAST_ID_CELLS)
        self._said: dict[int, Summary] = {}

    def height_of(self, row: int) -> int:
        return 1

    def show(self, rows: Rows, cursor: int = 0) -> None:
        if self.rows is None or rows.records is not self.rows.records:
            self._ids = IdColumn(self._ids.room)
        super().show(rows, cursor)

    def redraw(self) -> None:
        self._said.clear()
        room = self.size.width - GUTTER - self.number_cells - len(" v ") - 1
        self._ids.room = max(int(room * SHARE_OF_IDS), LEAST_ID_CELLS)
        super().redraw()

    def forget(self, number: int) -> None:
        self._said.pop(number, None)
        super().forget(number)

    def _view(self) -> list[tuple[int, int]]:
        if self._layout is None and self.rows is not None and self.size.width:
            view = super()._view()
            said = {row: self._summary(self.rows.number(row)) for row, _ in view}
            if self._ids.take(each.custom_id for each in said.values() if each.custom_id):
                self._drawn.clear()
                self.refresh()
            return view
        return super()._view()

    def _summary(self, number: int) -> Summary:
        assert self.rows is not None
        said = self._said.get(number)
        if said is None:
            if len(self._said) > 2 * max(self.size.height, 1):
                self._said.clear()
            said = self._said[number] = summary(self.rows.records, number)
        return said

    def draw(self, number: int, width: int) -> list[list[Span]]:
        said = self._summary(number)
        pieces: list[Span] = [self.numbered(number)]
        if said.outcome is not None:
            pieces.append((f"{glyph(said.outcome)} ", TONES.get(said.outcome, "accent")))
        if said.custom_id is not None:
            pieces.append((f"{self._ids.cell(said.custom_id)} ", "strong"))
        tone: Tone = "muted" if said.is_told_of else ""
        pieces.append((safe(said.words[:width].replace("\n", " ")), tone))
        return [chopped(pieces, width - 1)[0]]
