"""What the screens share that show a file's problems: check, look at the line, edit, fix a copy.

The file itself is never changed: repairs go into a new one, with which the screen goes on.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final, TypeAlias

from textual import on, work
from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.errors import BatchtuiError
from batchtui.models.limits import OPENAI, Limits
from batchtui.tui.editing import command_at
from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.not_requests import is_named_as_lines, sentence
from batchtui.tui.problem_table import (
    Numbered,
    contents,
    explained,
    numbered,
    problem_table,
    verdict,
)
from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.paragraph import Paragraph
from batchtui.tui.widgets.spans import Cell, Span
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.jsonl.facts import Facts
    from batchtui.jsonl.progress import Progress
    from batchtui.jsonl.validation import Validation

Stamp: TypeAlias = tuple[int, int]
CHECK_KEYS: Final[list[BindingType]] = [
    Binding("enter", "open_line", "open line", id="problem.open", tooltip="View the file there"),
    Binding("e", "edit", "edit", id="problem.edit", tooltip="Edit it in $EDITOR, check again"),
    Binding("f", "fix", "fix", id="problem.fix", tooltip="Put right in a copy what a program can"),
    Binding("v", "validate", "check again", id="problem.check", tooltip="Check the file again"),
]


class CheckingScreen(Frame[None]):
    """`path` is the file that is shown now, `validation` what was found in it."""

    BINDINGS: ClassVar[list[BindingType]] = CHECK_KEYS
    DEFAULT_CSS = """
    CheckingScreen #verdict { max-height: 40%; }
    CheckingScreen #status { max-height: 40%; }
    """

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path
        self.validation: Validation | None = None
        self.checked_endpoint: str | None = None
        """What `endpoint` was at the check."""
        self._facts: Facts | None = None
        self._stamp: Stamp | None = None

    def compose_problems(self) -> Iterable[Widget]:
        yield Paragraph(id="verdict")
        self.table: RecordTable[Numbered] = problem_table(id="problems")
        yield self.table

    def compose_bottom(self) -> Iterable[Widget]:
        yield Paragraph(id="status")

    def offered(self, binding: Binding) -> str | None:
        acts = {
            "problem.open": self.table.display
            and self.table.has_focus
            and self.table.cursor_row is not None,
            "problem.edit": self.may_change,
            "problem.fix": self.may_change and bool(self.repairs()),
            "problem.check": self.may_change,
        }
        return binding.description if acts.get(binding.id or "", True) else None

    # what a screen may say differently

    @property
    def endpoint(self) -> str | None:
        """What the lines should name; None: what they name themselves."""
        return None

    @property
    def may_change(self) -> bool:
        """False while another file would be a surprise."""
        return True

    async def fetch(self) -> None:
        """Make sure that there is a file at `path`. Raises BatchtuiError."""

    def path_changed(self) -> None:
        """`path` is another file now."""

    def fixed_path(self) -> Path:
        from batchtui.workflows.repair import fixed_path

        return fixed_path(self.path)

    def open_at(self, line: int | None) -> None:
        """The file in the viewer, at `line` (from 1)."""
        self.app.open_local_file(self.path, line, as_lines=True)

    # the check

    @work(group="check", exclusive=True, exit_on_error=False, description="check the input file")
    async def action_validate(self) -> None:
        if not self.may_change:
            return
        await asyncio.to_thread(_import_workflows)
        from batchtui.workflows.check import check

        endpoint = self.endpoint
        try:
            await self.fetch()
            self._stamp = await asyncio.to_thread(stamp, self.path)
            validation = await check(
                self.path, endpoint=endpoint, limits=self.limits(), on_progress=self._show_checking
            )
            self._facts = None if validation.ok else await asyncio.to_thread(_facts, self.path)
        except BatchtuiError as error:
            self.validation = None
            self.table.set_rows([])
            self.show_status()
            self.show_unreadable(error)
            self.show_keys()
            return
        self.checked_endpoint = endpoint
        self.show_validation(validation)

    def limits(self) -> Limits:
        from batchtui.workflows.check import limits_of

        return limits_of(self.app.profile) if self.app.profile else OPENAI

    def show_unreadable(self, error: BatchtuiError) -> None:
        self.say_trouble(error.message.replace(str(self.path), self.path.name))

    def show_validation(self, validation: Validation) -> None:
        self.validation = validation
        said = self.not_requests
        if said:
            self.say([(f"{glyphs().failed} ", "trouble"), *said])
        else:
            self.say(verdict(validation))
        self.table.visible = self.has_lines
        self.table.set_rows(numbered(validation) if self.has_lines else [])
        self._explain()
        self.refresh_bindings()

    @property
    def is_up_to_date(self) -> bool:
        """What was found was found with the endpoint that is shown."""
        return self.validation is not None and self.checked_endpoint == self.endpoint

    @property
    def not_requests(self) -> list[Span]:
        """What the file is instead of a batch input; empty where it is, or may be, one."""
        validation = self.validation
        if validation is None or self._facts is None or validation.statistics.endpoints:
            return []
        return sentence(self._facts, self.path)

    @property
    def has_lines(self) -> bool:
        """The file has lines that can be judged one by one."""
        is_text = self._facts is not None and self._facts.look.shape == "text"
        return not self.not_requests or (is_text and is_named_as_lines(self.path.name))

    def _show_checking(self, progress: Progress) -> None:
        done, total = size(progress.done_bytes), size(progress.total_bytes)
        self.say([(f"{glyphs().moving} checking {done} of {total}", "accent")])

    @on(RecordTable.Moved)
    def _explain(self) -> None:
        if self.validation is not None:
            row = self.table.cursor_row
            self.show_status(self.facts(self.validation) if row is None else explained(row))
            self.show_keys()

    def facts(self, validation: Validation) -> Cell:
        """What the status line says where there is no problem to explain."""
        return contents(validation)

    def say(self, text: Cell) -> None:
        self.query_one("#verdict", Line).show(text)

    def say_trouble(self, text: str) -> None:
        self.say([(f"{glyphs().failed} {text}", "trouble")])

    # what one does about a problem

    @on(RecordTable.Chosen)
    def action_open_line(self) -> None:
        row = self.table.cursor_row
        if row is not None and self.focused is self.table:
            self.open_at(row.problem.line)

    def action_edit(self) -> None:
        if not self.may_change:
            return
        from batchtui.tui.viewer import external

        row = self.table.cursor_row
        line = row.problem.line if row is not None else None
        try:
            external.run(self.app, command_at(external.editor(), self.path, line))
        except BatchtuiError as error:
            self.app.tell_error(error)
            return
        self.action_validate()

    def repairs(self) -> dict[str, int]:
        """By repair, the listed problems that it puts right."""
        if self.validation is None or not self.is_up_to_date or not self.has_lines:
            return {}
        from batchtui.workflows.repair import fixable

        return fixable(self.validation, self._endpoint_to_write)

    @property
    def _endpoint_to_write(self) -> str | None:
        return self.endpoint or (self.validation.endpoint if self.validation else None)

    def action_fix(self) -> None:
        if self.validation is None or not self.may_change:
            return
        repairs = self.repairs()
        if repairs:
            self._fix(list(repairs))
        else:
            self.app.tell("Nothing here that a program can put right; e edits the file")

    @work(group="fix", exclusive=True, exit_on_error=False, description="write a repaired copy")
    async def _fix(self, repairs: list[str]) -> None:
        from batchtui.workflows.repair import fix

        out = self.fixed_path()
        try:
            fixed = await fix(
                self.path,
                out,
                repairs,
                endpoint=self._endpoint_to_write,
                on_progress=self._show_fixing,
            )
        except BatchtuiError as error:
            self.say_trouble(error.message.replace(str(out), out.name))
            return
        self.path = self.app.file_to_select = fixed.path
        self.path_changed()
        lines = plural(sum(fixed.changed.values()), "change")
        self.app.tell(f"{lines} in the copy {fixed.path.name}; the original is as it was")
        self.action_validate()

    def _show_fixing(self, progress: Progress) -> None:
        done, total = size(progress.done_bytes), size(progress.total_bytes)
        self.say([(f"{glyphs().moving} writing the copy, {done} of {total}", "accent")])


def stamp(path: Path) -> Stamp | None:
    """What changes when the file is written to; None where it is not there."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_size, found.st_mtime_ns


def _facts(path: Path) -> Facts:
    from batchtui.jsonl.facts import peek

    return peek(path)


def _import_workflows() -> None:
    """In a thread: the first import of the wire types takes a quarter of a second."""
    from batchtui.workflows import check, repair, submit  # noqa: F401
