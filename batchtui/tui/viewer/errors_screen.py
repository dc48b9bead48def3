"""What went wrong, grouped: how many records, which status, code and message. Enter lists those.

The first row is all of them together; where rows are marked, Enter lists the records of all these.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui import figures
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.screens.frame import Frame
from batchtui.tui.viewer.groups import Group, together
from batchtui.tui.viewer.text import safe
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell
from batchtui.tui.widgets.table import RecordTable


class ErrorsScreen(Frame[Group]):
    BINDING_GROUP_TITLE = "Errors"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "list these", id="errors.choose", tooltip="List these records"),
    ]
    back_to = "the records"

    def __init__(self, name: str, groups: Sequence[Group]) -> None:
        super().__init__()
        self.name_of_target = name
        self.groups = groups

    def compose_body(self) -> Iterable[Widget]:
        columns: list[Column[Group]] = [
            Column(
                "count",
                "COUNT",
                7,
                lambda group: figures.count(len(group.numbers)),
                right=True,
                keep=9,
                order=lambda group: len(group.numbers),
            ),
            Column(
                "outcome",
                "OUTCOME",
                12,
                _outcome,
                keep=8,
            ),
            Column(
                "status",
                "HTTP",
                5,
                lambda group: group.shown_status or "-",
                keep=7,
                order=lambda group: group.status,
            ),
            Column("code", "CODE", 24, _code, keep=7),
            Column(
                "message", "MESSAGE", 20, lambda group: safe(group.explained), grow=True, keep=6
            ),
        ]
        yield RecordTable(columns, lambda group: str(id(group)), id="groups")

    def on_mount(self) -> None:
        total = len(self.groups[0].numbers) if self.groups else 0
        self.show_title([(self.name_of_target, "strong"), (f"  {total:,} not ok", "trouble")])
        table = self.query_one(RecordTable)
        table.set_rows(self.groups)
        self.set_focus(table)
        self._show_message()

    @on(RecordTable.Moved)
    @on(RecordTable.Marked)
    def _show_message(self) -> None:
        table = self.query_one(RecordTable)
        chosen, row = self._chosen(), table.cursor_row
        if table.marked_rows and chosen is not None:
            rows = figures.plural(len(table.marked_rows), "row")
            records = figures.plural(len(chosen.numbers), "record")
            self.show_status([(f"{rows} marked: Enter lists their {records}", "accent")])
        else:
            self.show_status(safe(row.explained) if row is not None else "")

    def _chosen(self) -> Group | None:
        """The marked groups as one, else that of the cursor."""
        rows: list[Group] = self.query_one(RecordTable).chosen_rows
        if len(rows) > 1 and self.groups[0] in rows:
            return self.groups[0]
        if len(rows) > 1:
            return together(rows, self._name_of(rows))
        return rows[0] if rows else None

    def _name_of(self, rows: Sequence[Group]) -> str:
        """As a filter, where these are all groups of their outcomes."""
        outcomes = {row.outcome for row in rows}
        if len(rows) == sum(group.outcome in outcomes for group in self.groups):
            named = (str(each) for each in Outcome if each in outcomes)
            return f"outcome:{','.join(named)}"
        return f"{len(rows)} groups of errors"

    def action_choose(self) -> None:
        self.dismiss(self._chosen())

    def action_back(self) -> None:
        self.dismiss(None)


def _outcome(group: Group) -> Cell:
    if group.outcome is None:
        return [("all not ok", "strong")]
    return [(f"{glyph(group.outcome)} {group.outcome}", TONES.get(group.outcome, "accent"))]


def _code(group: Group) -> str:
    if group.outcome is None:
        return "-"
    return safe(group.shown_code) or "-"
