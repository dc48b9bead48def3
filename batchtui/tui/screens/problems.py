"""What a server would refuse in a file, line by line, before anything is sent."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.errors import BatchtuiError
from batchtui.models.limits import OPENAI
from batchtui.tui.figures import size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.problem_table import Numbered, explained, numbered, problem_table, verdict
from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Progress
    from batchtui.jsonl.validation import Validation


class ProblemsScreen(Frame[None]):
    BINDING_GROUP_TITLE = "Problems"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open", "open line", id="problems.open", tooltip="View the file there"),
        Binding("v,r", "validate", "validate again", id="problems.again", tooltip="Check it again"),
    ]
    back_to = "Local"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._validation: Validation | None = None

    def compose_body(self) -> Iterable[Widget]:
        yield Line(id="verdict")
        self.table: RecordTable[Numbered] = problem_table(id="problems")
        yield self.table

    def on_mount(self) -> None:
        self.show_title([(self._path.name, "strong"), ("  problems", "muted")])
        self.action_validate()

    @work(group="check", exclusive=True, exit_on_error=False, description="check a file")
    async def action_validate(self) -> None:
        await asyncio.to_thread(_import_check)
        from batchtui.workflows.check import check, limits_of

        line = self.query_one("#verdict", Line)
        try:
            validation = await check(
                self._path,
                limits=limits_of(self.app.profile) if self.app.profile else OPENAI,
                on_progress=self._show_progress,
            )
        except BatchtuiError as error:
            line.show([(f"{glyphs().failed} {error.message}", "trouble")])
            return
        line.show(verdict(validation))
        self._validation = validation
        self.table.set_rows(numbered(validation))
        self._explain()

    @on(RecordTable.Moved)
    def _explain(self) -> None:
        if self._validation is not None:
            self.show_status(explained(self.table.cursor_row, self._validation))

    def _show_progress(self, progress: Progress) -> None:
        done, total = size(progress.done_bytes), size(progress.total_bytes)
        checking = f"{glyphs().moving} checking {done} of {total}"
        self.query_one("#verdict", Line).show([(checking, "accent")])

    @on(RecordTable.Chosen)
    def action_open(self) -> None:
        row = self.table.cursor_row
        if row is not None:
            self.app.open_local_file(self._path, row.problem.line)


def _import_check() -> None:
    from batchtui.workflows import check  # noqa: F401
