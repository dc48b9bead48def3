"""What went wrong, grouped: how many records, which status, code and message. Enter lists those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui import figures
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.screens.frame import Frame
from batchtui.tui.viewer.groups import Group
from batchtui.tui.viewer.text import safe
from batchtui.tui.widgets.columns import Column
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
                lambda group: [
                    (f"{glyph(group.outcome)} {group.outcome}", TONES.get(group.outcome, "accent"))
                ],
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
            Column("code", "CODE", 24, lambda group: safe(group.code) or "-", keep=7),
            Column("message", "MESSAGE", 20, lambda group: safe(group.message), grow=True, keep=6),
        ]
        yield RecordTable(columns, lambda group: str(id(group)), id="groups")

    def on_mount(self) -> None:
        total = sum(len(group.numbers) for group in self.groups)
        self.show_title([(self.name_of_target, "strong"), (f"  {total:,} not ok", "trouble")])
        table = self.query_one(RecordTable)
        table.set_rows(self.groups)
        self.set_focus(table)
        self._show_message()

    def on_record_table_moved(self) -> None:
        self._show_message()

    def _show_message(self) -> None:
        row = self.query_one(RecordTable).cursor_row
        self.show_status(safe(row.message) if row is not None else "")

    def action_choose(self) -> None:
        self.dismiss(self.query_one(RecordTable).cursor_row)

    def action_back(self) -> None:
        self.dismiss(None)
