"""The form of a new batch, filled in from the file, and its way to the server.

Nothing is sent before the file is checked and Submit is pressed; nothing that was typed is lost
when a step fails or the form is left. A create whose answer was lost is never offered again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button
from textual.worker import Worker

from batchtui.errors import BatchtuiError, NotKnownError
from batchtui.models.limits import OPENAI, Limits
from batchtui.tui import form_values
from batchtui.tui.figures import moment, size
from batchtui.tui.form_values import EMPTY, FormError
from batchtui.tui.glyphs import glyphs
from batchtui.tui.problem_table import Numbered, explained, numbered, problem_table, verdict
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.submit_steps import Steps
from batchtui.tui.widgets.batch_form import BatchForm
from batchtui.tui.widgets.line import Line, Rule
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Progress
    from batchtui.jsonl.validation import Validation
    from batchtui.workflows.submit import AlreadySubmittedError, Submission


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
        profile = self.app.profile
        provider = (profile.provider if profile else None) or "the server's default"
        self.form = BatchForm(self._path, self.app.drafts.get(self._path, EMPTY), provider)
        yield self.form
        yield Rule()
        yield Line(id="verdict")
        self.table: RecordTable[Numbered] = problem_table(id="problems")
        yield self.table
        yield Lines(id="steps")

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
        from batchtui.workflows.check import check

        endpoint = self._endpoint()
        try:
            validation = await check(
                self._path,
                endpoint=endpoint,
                limits=self._limits(),
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
        if self.form.fill(validation):
            self._checked_endpoint = validation.endpoint
        self._say(verdict(validation))
        problems = numbered(validation)
        self.table.set_rows(problems)
        self.table.display = bool(problems)
        steps = self.query_one("#steps", Lines)
        steps.display = not problems
        steps.show(Steps().lines)
        self._explain()
        submit = self.query_one("#submit", Button)
        submit.label = "Submit" if validation.ok else "Submit anyway"
        submit.disabled = self._is_lost
        if self.focused is None:
            (self.table if problems and not validation.ok else submit).focus()

    @on(RecordTable.Moved)
    def _explain(self) -> None:
        if self._validation is not None:
            self.show_status(explained(self.table.cursor_row, self._validation))

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
        from batchtui.workflows.submit import Submission

        draft = self.form.draft
        endpoint = self._endpoint()
        return Submission(
            self._path,
            endpoint=endpoint,
            completion_window=form_values.window(draft.window),
            metadata=form_values.metadata(draft.metadata, self._limits()),
            output_expires_after_s=form_values.expiry_seconds(draft.expiry),
            anyway=not validation.ok,
            validation=validation if endpoint == self._checked_endpoint else None,
        )

    def _limits(self) -> Limits:
        from batchtui.workflows.check import limits_of

        return limits_of(self.app.profile) if self.app.profile else OPENAI

    @work(group="submit", exclusive=True, exit_on_error=False, description="submit a batch")
    async def _submit(self, submission: Submission) -> None:
        session = self.app.session
        if session is None:
            return
        from batchtui.workflows.check import RefusedError
        from batchtui.workflows.submit import AlreadySubmittedError, Created, submit

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
        except AlreadySubmittedError as error:
            self._ask_again(submission, error)
        except BatchtuiError as error:
            hint = f". {error.hint}" if error.hint else ""
            self._say([(f"{glyphs().failed} {error.message}{hint}", "trouble")])
        finally:
            self._submitting = None
            submit_button = self.query_one("#submit", Button)
            submit_button.disabled = self._is_lost
            if not self._is_lost:
                submit_button.focus()

    def _ask_again(self, submission: Submission, error: AlreadySubmittedError) -> None:
        self._show_steps(False)
        self._say([(f"{glyphs().failed} {error.message}", "trouble")])
        question = (
            f"This content was submitted on {moment(error.sent_at_s)} already: "
            f"{error.batch.id} is {error.batch.status}. Submit it again? It costs again."
        )
        self.app.push_screen(ConfirmScreen(question), partial(self._submit_again_if, submission))

    def _submit_again_if(self, submission: Submission, confirmed: bool | None) -> None:
        if confirmed:
            self._submitting = self._submit(replace(submission, again=True))

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
        return self.form.draft.endpoint.strip() or None

    # leaving

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        if self._submitting is None:
            self.app.drafts[self._path] = self.form.draft
            super().action_back()
        elif self._steps.is_creating:
            self.app.tell("The batch is being created; that can not be stopped")
        else:
            self._submitting.cancel()
            self._submitting = None
            self._show_steps(False)
            self._say([("stopped; no batch was created", "trouble")])
            self.query_one("#submit", Button).disabled = False


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)


def _import_workflows() -> None:
    """In a thread: the first import of the wire types takes a quarter of a second."""
    from batchtui.workflows import check, submit  # noqa: F401
