"""The directories used lately: one key leads back to each."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui import places
from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.table import RecordTable


class PlacesScreen(Frame[Path | None]):
    """Answers the directory that was chosen, or None."""

    BINDING_GROUP_TITLE = "Recent folders"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "choose", "go there", id="places.go", tooltip="Show this folder"),
        Binding("D", "forget", "forget", id="places.forget", tooltip="Take it off this list"),
        Binding("escape,q", "dismiss(None)", "Back", show=False, id="places.leave", tooltip="Back"),
    ]
    back_to = "Local"

    def compose_body(self) -> Iterable[Widget]:
        column: Column[Path] = Column("folder", "FOLDER", 20, str, grow=True, is_name=True, keep=1)
        self.table: RecordTable[Path] = RecordTable([column], str, id="places")
        yield self.table

    def on_mount(self) -> None:
        self.show_title([("Recent folders", "strong")])
        self._load()

    @work(group="places", exclusive=True, exit_on_error=False, description="recent folders")
    async def _load(self) -> None:
        found = await asyncio.to_thread(places.recent, self.app.last_directory)
        self.table.empty = "Nothing yet. A folder comes here when a file in it is used."
        self.table.set_rows([*found, *(each for each in (Path.home(),) if each not in found)])

    @on(RecordTable.Chosen)
    def action_choose(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            self.dismiss(row)

    @work(group="places", exclusive=True, exit_on_error=False, description="forget a folder")
    async def action_forget(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            await asyncio.to_thread(places.forget, row)
            self.table.set_rows([each for each in self.table.rows.all() if each != row])
