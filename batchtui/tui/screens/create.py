"""The form of a new batch, filled in from the file, with what is wrong with the file beside it.

Nothing that was typed is lost when a step fails or the form is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widget import Widget
from textual.widgets import Button

from batchtui.errors import BatchtuiError
from batchtui.tui import form_values
from batchtui.tui.batch_actions import open_file
from batchtui.tui.figures import size
from batchtui.tui.form_values import EMPTY, FormError
from batchtui.tui.glyphs import glyphs
from batchtui.tui.problem_table import verdict
from batchtui.tui.routing import routing
from batchtui.tui.screens.checking import CHECK_KEYS
from batchtui.tui.screens.filling import FillingScreen
from batchtui.tui.widgets.batch_form import BatchForm
from batchtui.tui.widgets.line import Line, Rule
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.paragraph import Paragraph
from batchtui.tui.widgets.spans import Cell

if TYPE_CHECKING:
    from batchtui.jsonl.validation import Validation
    from batchtui.models.batch import Batch
    from batchtui.models.file import FileObject
    from batchtui.workflows.retrying import NewInput
    from batchtui.workflows.session import Session
    from batchtui.workflows.submit import Submission


TOO_LARGE: Final = frozenset({"too_many_tasks", "file_too_large"})
"""What a batch is refused for, and a job of several is not."""


class CreateScreen(FillingScreen):
    """For the file at `path`, or for `server_file`, whose content is then kept at `path`.

    `retry`: the file is the input of a retry, which becomes a batch like the one that it retries.
    """

    BINDING_GROUP_TITLE = "New batch"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CHECK_KEYS,
        Binding("S,f2", "submit", "submit", id="create.submit", tooltip="Create the batch"),
        Binding("J", "as_job", "as a job", id="create.job", tooltip="Several batches, one result"),
        Binding(
            "escape", "back", "Back", show=False, id="screen.back", tooltip="Back; this is kept"
        ),
        Binding("q", "back", "Back", show=False, id="screen.leave", tooltip="Back; this is kept"),
    ]
    AUTO_FOCUS = ""
    CSS = """
    CreateScreen {
        #all { overflow-y: auto; scrollbar-size-vertical: 1; }
        #problems { min-height: 4; }
        #verdict { max-height: 100; }
        #status { max-height: 100; }
        #buttons { height: 1; align-horizontal: right; padding-right: 1; }
        #buttons Button { margin-left: 2; }
        #steps { height: 1fr; min-height: 4; }
    }
    """

    def __init__(
        self,
        path: Path,
        *,
        server_file: FileObject | None = None,
        retry: NewInput | None = None,
    ) -> None:
        super().__init__(path, server_file)
        self.back_to = "Files, keeps this" if server_file else "Local, keeps this"
        self.back_to = "Retry, keeps this" if retry else self.back_to
        self._given_path = path
        self._retry = retry

    def compose_middle(self) -> Iterable[Widget]:
        """All of it scrolls where the screen is low; the key line stays."""
        yield Vertical(*super().compose_middle(), id="all")

    def compose_body(self) -> Iterable[Widget]:
        first = EMPTY if self._retry is None else form_values.like(self._retry.of_batch)
        draft = self.app.drafts.get(self.path, first)
        self._first_draft = first
        self.form = BatchForm(self.file_name, draft, routing(self.app.profile))
        yield self.form
        yield Rule()
        yield from self.compose_problems()
        yield Lines(id="steps")

    def compose_bottom(self) -> Iterable[Widget]:
        yield Paragraph(id="status")
        yield Line(id="figures")
        yield Horizontal(
            Button("Back", id="back", compact=True),
            Button("Fix", id="fix", compact=True),
            Button("As a job", id="job", compact=True),
            Button("Submit", id="submit", compact=True, disabled=True),
            id="buttons",
        )

    def on_mount(self) -> None:
        self.query_one("#steps").display = False
        self.query_one("#fix").display = False
        self.path_changed()
        self.action_validate()

    # the file

    @property
    def file_name(self) -> str:
        file = self.server_file
        return self.path.name if file is None else file.filename or file.id

    def path_changed(self) -> None:
        if self.path != self._given_path:
            self.server_file = None
        self.form.file_name = self.file_name
        where = "at the server" if self.server_file else _short(self.path.parent)
        if self._retry is not None:
            where = f"retry of {self.app.account.name(self._retry.of_batch)}"
        self.show_title([("New batch", "strong"), (f"  {where}", "muted")])

    async def fetch(self) -> None:
        session, file = self.app.session, self.server_file
        if session is None or file is None:
            return
        from batchtui.workflows.results import download

        await download(session, file.id, on_progress=self._show_fetching)

    def _show_fetching(self, done_bytes: int, total_bytes: int) -> None:
        done, total = size(done_bytes), size(total_bytes)
        self.say([(f"{glyphs().moving} reading from the server, {done} of {total}", "accent")])

    def fixed_path(self) -> Path:
        from batchtui.workflows.repair import fixed_path

        if self.server_file is None:
            return super().fixed_path()
        name = Path(self.server_file.filename).name or "input.jsonl"
        return fixed_path(Path(name), Path(self.app.browse_dir))

    def open_at(self, line: int | None) -> None:
        if self.server_file is None:
            super().open_at(line)
        else:
            open_file(self.app, self.server_file.id, self.file_name, line)

    def action_edit(self) -> None:
        if self.server_file is None:
            super().action_edit()
        else:
            self.app.tell("A file of the server does not change; save it with d in Files first")

    # what the check found

    def show_unreadable(self, error: BatchtuiError) -> None:
        super().show_unreadable(error)
        if self.server_file is not None:
            self.show_status([("It may be used unseen, with an endpoint typed above.", "muted")])
        self.show_submit_button()

    def show_validation(self, validation: Validation) -> None:
        super().show_validation(validation)
        self.form.fill(validation, has_requests=self.has_lines)
        self._show_steps(False)
        self._offer_repairs()
        self.tell_cost(validation)
        submit = self.query_one("#submit", Button)
        self.show_submit_button()
        self.compare_values()
        too_large = TOO_LARGE & validation.counts.keys()
        if too_large:
            several: Cell = [("J: as a job of several batches", "accent")]
            self.query_one("#verdict", Line).show(verdict(validation), several)
        if self.focused is None:
            job = self.query_one("#job", Button)
            usual: Widget = submit if self.may_submit else self.query_one("#back")
            if self.table.display and not validation.ok:
                usual = self.table
            only_too_large = too_large and len(validation.counts) == len(too_large)
            # At once: later it would take the focus from whoever has begun to type.
            self.set_focus(job if only_too_large else usual)

    def facts(self, validation: Validation) -> Cell:
        return ""

    def _offer_repairs(self) -> None:
        count = sum(self.repairs().values())
        more = "+" if self.validation is not None and self.validation.left_out else ""
        button = self.query_one("#fix", Button)
        button.display = bool(count)
        button.label = f"Fix {count:,}{more} into a copy"

    @on(Button.Pressed, "#fix")
    def _fix_pressed(self) -> None:
        self.action_fix()

    def offered(self, binding: Binding) -> str | None:
        acts = {
            "create.submit": self.may_submit,
            "create.job": self.may_submit and self.server_file is None,
            "problem.edit": self.may_change and self.server_file is None,
        }
        return super().offered(binding) if acts.get(binding.id or "", True) else None

    # the way to the server: see SubmittingScreen

    def submission(self) -> Submission:
        from batchtui.workflows.submit import Submission

        draft, is_up_to_date = self.form.draft, self.is_up_to_date
        validation = self.validation if is_up_to_date else None
        endpoint = self.endpoint or self.form.file_endpoint
        if not endpoint:
            why = "the file names none" if self.validation else "the file could not be read"
            raise FormError(f"endpoint: {why}, so write one")
        return Submission(
            self.path,
            endpoint=endpoint,
            completion_window=form_values.window(draft.window),
            metadata=self._metadata(),
            output_expires_after_s=form_values.expiry_seconds(draft.expiry),
            anyway=validation is not None and not validation.ok,
            validation=validation,
        )

    def _metadata(self) -> dict[str, str]:
        typed = form_values.metadata(self.form.draft.metadata, self.limits())
        if self._retry is None:
            return typed
        from batchtui.workflows.lineage import metadata_of_retry

        return metadata_of_retry(typed, self._retry.of_batch.id, self.limits())

    @on(Button.Pressed, "#job")
    def action_as_job(self) -> None:
        """A file of any size, as many batches as the server's limits ask for."""
        if self.submitting is not None or self.is_lost:
            return
        if self.server_file is not None:
            self.app.tell("A job needs its file on this machine: save it with d in Files first")
            return
        try:
            submission = self.submission()
        except FormError as error:
            self.say_trouble(str(error))
            return
        from batchtui.tui.screens.new_job import NewJobScreen

        requests = self.validation.statistics.requests if self.validation else 0
        given = replace(submission, endpoint=self.endpoint)
        self.app.push_screen(NewJobScreen(given, partial(self.may_cost_that, requests)))

    async def created(self, session: Session, batch: Batch) -> None:
        if self._retry is None:
            return
        from batchtui.workflows import retrying

        try:
            await retrying.remember(session, batch, self._retry)
        except BatchtuiError as error:
            self.app.tell_error(error)
        await asyncio.to_thread(retrying.discard, self._retry)

    def keep_draft(self, *, keep: bool) -> None:
        """A draft belongs to its file: what was typed goes on with a copy."""
        self.app.drafts.pop(self._given_path, None)
        if keep and self.form.draft != self._first_draft:
            self.app.drafts[self.path] = self.form.draft
        else:
            self.app.drafts.pop(self.path, None)


def _short(path: Path) -> str:
    home = Path.home()
    return f"~/{path.relative_to(home)}" if path.is_relative_to(home) else str(path)
