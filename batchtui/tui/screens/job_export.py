"""The results of a job into a file: in which form, and where to."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Input, Static

from batchtui.errors import BatchtuiError, UsageError
from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.typed_paths import is_same, place_for
from batchtui.tui.viewer.job_results import fetched
from batchtui.tui.widgets.choosable import ChoosableLines
from batchtui.tui.widgets.field import Field
from batchtui.tui.widgets.line import Rule
from batchtui.tui.widgets.spans import Cell

if TYPE_CHECKING:
    from batchtui.jsonl.export import Form
    from batchtui.jsonl.progress import Progress
    from batchtui.workflows.jobs.view import JobView

FORMS: Final = (
    ("jsonl", ".results.jsonl", "JSONL", "result lines as the server wrote them, in input order"),
    ("csv", ".csv", "CSV", "a row for each request: custom_id, outcome, answer, tokens, errors"),
    ("parquet", ".parquet", "Parquet", "the same as typed columns"),
    ("answers", ".answers.jsonl", "answers", "JSONL of custom_id and answer, the answered only"),
)
"""The word of each form, what its file's name ends with, its title, and what is in it."""


class JobExportScreen(Frame[None]):
    BINDING_GROUP_TITLE = "Export a job"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter,S,f2", "write", "write", id="export.write", tooltip="Write the file")
    ]
    DEFAULT_CSS = """
    JobExportScreen {
        #forms { height: 1fr; }
        #fields { height: auto; padding: 0 1; }
        .field { height: 1; }
        .label { width: 13; text-style: dim; }
        #path { width: 1fr; }
    }
    """
    AUTO_FOCUS = "#forms"
    back_to = "Jobs"

    def __init__(self, view: JobView) -> None:
        super().__init__()
        self._view = view
        self._stem = _stem(view.job.name)
        self._is_at_work = False

    def compose_body(self) -> Iterable[Widget]:
        yield ChoosableLines(id="forms")
        yield Rule()
        label = Static(Content("Write to"), classes="label")
        yield Vertical(Horizontal(label, Field(id="path"), classes="field"), id="fields")

    def on_mount(self) -> None:
        view = self._view
        self.show_title([("Export", "strong"), (f"  of {view.job.name}", "muted")])
        self.query_one(ChoosableLines).show([_line(*each) for each in FORMS])
        self._path_for_form()
        rest = "" if not view.pending else f"; {view.pending:,} are not finished yet"
        self.show_status(f"{view.answered:,} of {view.total:,} answered{rest}")

    @property
    def _form(self) -> tuple[str, str]:
        word, suffix, _, _ = FORMS[self.query_one(ChoosableLines).chosen]
        return word, suffix

    @on(ChoosableLines.Moved)
    def _path_for_form(self) -> None:
        """Another form, another end of the name; the rest stays as it was typed."""
        field = self.query_one(Field)
        typed = field.value or str(Path(self.app.browse_dir) / self._stem)
        for _, suffix, _, _ in sorted(FORMS, key=lambda each: -len(each[1])):
            if typed.endswith(suffix):
                typed = typed.removesuffix(suffix)
                break
        field.value = typed + self._form[1]
        field.cursor_position = len(field.value)

    @on(Input.Submitted)
    @on(ChoosableLines.Opened)
    def action_write(self) -> None:
        typed = self.query_one(Field).value.strip()
        if self._is_at_work or not typed:
            return
        try:
            place = place_for(typed)
            form = self._wanted(str(place.path))
            if is_same(place.path, Path(self._view.job.input_path)):
                raise UsageError(f"{place.path} is the input of the job")
        except BatchtuiError as error:
            self._say_trouble(error.sentences)
            return
        if place.question:
            then = partial(self._write_if, place.path, form)
            self.app.push_screen(ConfirmScreen(place.question), then)
        else:
            self._write_if(place.path, form, True)

    def _wanted(self, out: str) -> Form:
        """Raises UsageError where the form cannot be written here."""
        from batchtui.jsonl.export import Form, Wanted

        return Wanted(form=Form(self._form[0])).form_of(out)

    def _write_if(self, path: Path, form: Form, confirmed: bool | None) -> None:
        if confirmed:
            self._is_at_work = True
            self._write(path, form)

    @work(group="job export", exclusive=True, exit_on_error=False, description="export a job")
    async def _write(self, path: Path, form: Form) -> None:
        from batchtui.jsonl.export import Wanted, export
        from batchtui.workflows.background import in_thread

        try:
            store, job = await fetched(self.app.desk, self._view.job.id)
            await asyncio.to_thread(_import_audit)
            from batchtui.workflows.jobs.audit import joined

            records = await in_thread(joined(store, job), self._show_reading)
            with records:
                steps = export(records, path, Wanted(form=form), form)
                lines = await in_thread(steps, self._show_writing)
        except BatchtuiError as error:
            self._say_trouble(error.sentences)
            return
        finally:
            self._is_at_work = False
        what = "row" if form in ("csv", "parquet") else "line"
        self.app.tell(f"{plural(lines, what)} written to {path}")
        if self.is_current:
            self.action_back()

    def _show_reading(self, progress: Progress) -> None:
        self._say(f"bringing the results together, {progress.fraction:.0%}")

    def _show_writing(self, progress: Progress) -> None:
        self._say(f"writing, {size(progress.done_bytes)} of {size(progress.total_bytes)}")

    def _say(self, text: str) -> None:
        if self.is_attached:
            self.show_status([(f"{glyphs().moving} {text}", "accent")])

    def _say_trouble(self, text: str) -> None:
        if self.is_attached:
            self.show_status([(f"{glyphs().failed} {text}", "trouble")])
        else:
            self.app.tell(text, trouble=True)

    def action_back(self) -> None:
        """Leaving stops what is being written: nothing is left of it."""
        if self._is_at_work:
            self.workers.cancel_group(self, "job export")
        super().action_back()


def _line(_: str, suffix: str, title: str, what: str) -> Cell:
    return [(title.ljust(10), "strong"), (what, "")]


def _stem(name: str) -> str:
    """A file's name, of a job that may be called anything."""
    stem = Path(name.replace("\0", "")).name.removesuffix(".gz").removesuffix(".jsonl")
    kept = "".join(each for each in stem if each.isprintable())
    return kept[:60] or "job"


def _import_audit() -> None:
    from batchtui.workflows.jobs import audit  # noqa: F401
