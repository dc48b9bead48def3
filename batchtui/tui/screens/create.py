"""The form of a new batch, filled in from the file, and its way to the server.

Nothing is sent before the file is checked and Submit is pressed; nothing that was typed is lost
when a step fails or the form is left. A create whose answer was lost is never offered again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static
from textual.worker import Worker

from batchtui.errors import BatchtuiError, NotKnownError
from batchtui.tui import form_values
from batchtui.tui.figures import plural, size
from batchtui.tui.form_values import Draft, FormError
from batchtui.tui.glyphs import glyphs
from batchtui.tui.problem_table import Numbered, contents, numbered, problem_table, verdict
from batchtui.tui.screens.frame import Frame
from batchtui.tui.submit_steps import Steps
from batchtui.tui.widgets.line import Line, Rule
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.pairs import Pairs
from batchtui.tui.widgets.spans import Cell
from batchtui.tui.widgets.table import RecordTable
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Progress
    from batchtui.jsonl.validation import Validation
    from batchtui.workflows.submit import Submission


class CreateScreen(Frame[None]):
    BINDING_GROUP_TITLE = "New batch"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "open_line", "open line", id="create.open", tooltip="View the file there"),
        Binding("v", "validate", "check again", id="create.check", tooltip="Check the file again"),
        Binding("S,ctrl+enter", "submit", "submit", id="create.submit", tooltip="Create the batch"),
        Binding(
            "escape", "back", "Back", show=False, id="screen.back", tooltip="Back; this is kept"
        ),
        Binding("q", "back", "Back", show=False, id="screen.leave", tooltip="Back; this is kept"),
    ]
    AUTO_FOCUS = ""
    back_to = "Local, keeps this"

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._path = path
        self._validation: Validation | None = None
        self._checked_endpoint: str | None = None
        self._submitting: Worker[None] | None = None
        self._steps = Steps()
        self._is_lost = False

    def compose_body(self) -> Iterable[Widget]:
        draft = self.app.drafts.get(self._path, Draft("", "24h", "", ()))
        yield from self._compose_form(draft)
        yield Rule()
        yield Line(id="verdict")
        self.table: RecordTable[Numbered] = problem_table(id="problems")
        yield self.table
        yield Lines(id="steps")

    def _compose_form(self, draft: Draft) -> ComposeResult:
        profile = self.app.profile
        provider = (profile.provider if profile else None) or "the server's default"
        with Vertical(id="form"):
            yield _row("File", Static(Content(visible(self._path.name)), id="file"))
            endpoint = Input(
                draft.endpoint, placeholder="from the file", compact=True, id="endpoint"
            )
            yield _row("Endpoint", endpoint, Static("", id="endpoint-note", classes="note"))
            yield _row("Model", Static("", id="model", markup=False))
            yield _row("Provider", Static(Content(visible(provider)), id="provider"))
            yield _row(
                "Window",
                Input(draft.window, compact=True, id="window"),
                Static("Results expire after", classes="note"),
                Input(draft.expiry, placeholder="server's default", compact=True, id="expiry"),
            )
            yield Horizontal(
                Static("Metadata", classes="label"),
                Pairs(draft.metadata, id="metadata"),
                classes="field tall",
            )

    def compose_bottom(self) -> Iterable[Widget]:
        yield Line(id="status")
        yield Horizontal(
            Button("Back", id="back", compact=True),
            Button("Submit", id="submit", compact=True, disabled=True),
            id="buttons",
        )

    def on_mount(self) -> None:
        self.query_one("#steps").display = False
        self.show_title([("New batch", "strong"), (f"  {_short(self._path.parent)}", "muted")])
        self.action_validate()

    # the check

    @work(group="check", exclusive=True, exit_on_error=False, description="check the input file")
    async def action_validate(self) -> None:
        if self._submitting is not None:
            return
        await asyncio.to_thread(_import_workflows)
        from batchtui.workflows.check import check, limits_for

        endpoint = self._endpoint()
        kind = self.app.profile.kind if self.app.profile else "compatible"
        try:
            validation = await check(
                self._path,
                endpoint=endpoint,
                limits=limits_for(kind),
                on_progress=self._show_checking,
            )
        except BatchtuiError as error:
            self._say([(f"{glyphs().failed} {error.message}", "trouble")])
            return
        self._checked_endpoint = endpoint
        self._show_validation(validation)

    def _show_checking(self, progress: Progress) -> None:
        done, total = size(progress.done_bytes), size(progress.total_bytes)
        self._say([(f"{glyphs().moving} checking {done} of {total}", "accent")])

    def _show_validation(self, validation: Validation) -> None:
        self._validation = validation
        statistics = validation.statistics
        field = self.query_one("#endpoint", Input)
        if not field.value and validation.endpoint:
            with self.prevent(Input.Changed):
                field.value = validation.endpoint
            self._checked_endpoint = validation.endpoint
        kinds = len(statistics.endpoints)
        note = "from the file" if kinds == 1 else plural(kinds, "endpoint") if kinds else "not told"
        self.query_one("#endpoint-note", Static).update(Content(note))
        self.query_one("#model", Static).update(Content(visible(_models(statistics.models))))
        facts = f"{size(statistics.size_bytes)}   {plural(statistics.requests, 'request')}"
        file = f"{self._path.name}   {facts}"
        self.query_one("#file", Static).update(Content(visible(file)))
        self._say(verdict(validation))
        problems = numbered(validation)
        self.table.set_rows(problems)
        self.table.display = bool(problems)
        steps = self.query_one("#steps", Lines)
        steps.display = not problems
        steps.show(Steps().lines)
        self.show_status(contents(validation))
        submit = self.query_one("#submit", Button)
        submit.label = "Submit" if validation.ok else "Submit anyway"
        submit.disabled = self._is_lost
        if self.focused is None:
            (self.table if problems and not validation.ok else submit).focus()

    @on(RecordTable.Chosen)
    def action_open_line(self) -> None:
        row = self.table.cursor_row
        if row is not None and self.focused is self.table:
            self.app.open_local_file(self._path, row.problem.line)

    # the way to the server

    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        if self._submitting is not None or self._validation is None or self._is_lost:
            return
        try:
            submission = self._submission(self._validation)
        except FormError as error:
            self._say([(f"{glyphs().failed} {error}", "trouble")])
            return
        self._submitting = self._submit(submission)

    def _submission(self, validation: Validation) -> Submission:
        from batchtui.workflows.check import limits_for
        from batchtui.workflows.submit import Submission

        kind = self.app.profile.kind if self.app.profile else "compatible"
        endpoint = self._endpoint()
        return Submission(
            self._path,
            endpoint=endpoint,
            completion_window=form_values.window(self.query_one("#window", Input).value),
            metadata=form_values.metadata(self.query_one(Pairs).pairs, limits_for(kind)),
            output_expires_after_s=form_values.expiry_seconds(
                self.query_one("#expiry", Input).value
            ),
            anyway=not validation.ok,
            validation=validation if endpoint == self._checked_endpoint else None,
        )

    @work(group="submit", exclusive=True, exit_on_error=False, description="submit a batch")
    async def _submit(self, submission: Submission) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows.check import RefusedError
        from batchtui.workflows.submit import Created, submit

        self._steps = Steps()
        self._show_steps(True)
        try:
            async for event in submit(session, submission):
                self._steps.take(event, self.app.now())
                self.query_one("#steps", Lines).show(self._steps.lines)
                if isinstance(event, Created):
                    self.app.drafts.pop(self._path, None)
                    self.app.call_later(self.app.show_created, event.batch)
                    return
        except NotKnownError as error:
            self._show_lost(error)
        except RefusedError as error:
            self._show_steps(False)
            self._show_validation(error.validation)
        except BatchtuiError as error:
            hint = f". {error.hint}" if error.hint else ""
            self._say([(f"{glyphs().failed} {error.message}{hint}", "trouble")])
        finally:
            self._submitting = None
            self.query_one("#submit", Button).disabled = self._is_lost

    def _show_steps(self, shown: bool) -> None:
        self.query_one("#steps").display = shown
        self.table.display = not shown
        self.query_one("#submit", Button).disabled = shown
        if shown:
            self._say("")
            self.query_one("#steps", Lines).focus()

    def _show_lost(self, error: NotKnownError) -> None:
        """The batch may exist and cost money: another try from here could pay twice."""
        self._is_lost = True
        self._say([(f"{glyphs().failed} {error.message}", "trouble")])
        hint = error.hint or ""
        self.query_one("#steps", Lines).show(
            [
                *self._steps.lines,
                "",
                [("It is not known whether the batch was created.", "strong")],
                "It may exist and cost money, so it is not sent again from here.",
                "Press Esc and 1, and look for it in the list, before you submit this file again.",
                [(hint, "muted")],
            ]
        )

    def _say(self, text: Cell) -> None:
        self.query_one("#verdict", Line).show(text)

    def _endpoint(self) -> str | None:
        return self.query_one("#endpoint", Input).value.strip() or None

    # leaving

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        if self._submitting is None:
            self._keep_draft()
            super().action_back()
        elif self._steps.is_creating:
            self.app.tell("The batch is being created; that can not be stopped")
        else:
            self._submitting.cancel()
            self._submitting = None
            self._show_steps(False)
            self._say([("stopped; no batch was created", "trouble")])
            self.query_one("#submit", Button).disabled = False

    def _keep_draft(self) -> None:
        self.app.drafts[self._path] = Draft(
            self.query_one("#endpoint", Input).value,
            self.query_one("#window", Input).value,
            self.query_one("#expiry", Input).value,
            tuple(pair for pair in self.query_one(Pairs).pairs if any(pair)),
        )


def _row(label: str, *widgets: Widget) -> Horizontal:
    return Horizontal(Static(label, classes="label"), *widgets, classes="field")


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _models(models: dict[str, int]) -> str:
    names = list(models)
    if not names:
        return "not told"
    if len(names) == 1:
        return f"{names[0]}   on every line"
    return f"{names[0]} and {plural(len(names) - 1, 'other')}"


def _import_workflows() -> None:
    """In a thread: the first import of the wire types takes a quarter of a second."""
    from batchtui.workflows import check, submit  # noqa: F401
