"""Which requests of a job to send again, and what to change in them: its next attempt.

Nothing is sent before a question with the count and the range of the cost is answered.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping
from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.widget import Widget
from textual.widgets import Button, Input

from batchtui.errors import BatchtuiError, UsageError
from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome
from batchtui.tui.figures import plural
from batchtui.tui.glyphs import glyphs
from batchtui.tui.jobs.retrying import cost_text, question
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.viewer.job_results import fetched
from batchtui.tui.widgets.line import Line, Rule
from batchtui.tui.widgets.retry_form import OutcomeChoice, RetryFields

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Progress
    from batchtui.workflows.jobs.view import JobView

NAME_CELLS = 16


class JobRetryScreen(Frame[None]):
    """`outcomes`: chosen at first; None: those without an answer."""

    BINDING_GROUP_TITLE = "Retry a job"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "S,f2",
            "go_on",
            "retry, after a question",
            id="retry.go",
            tooltip="Send them again, after a question with the cost",
        ),
    ]
    DEFAULT_CSS = """
    JobRetryScreen {
        #outcomes { height: 1fr; }
        #buttons { height: 1; align-horizontal: right; padding-right: 1; }
        #buttons Button { margin-left: 2; }
    }
    """
    AUTO_FOCUS = "#outcomes"
    back_to = "Jobs"

    def __init__(self, view: JobView, outcomes: Collection[Outcome] | None = None) -> None:
        super().__init__()
        self._job = view.job
        audit = view.job.audit
        self._counts: Mapping[Outcome, int] = audit.outcomes if audit is not None else {}
        self._outcomes = NOT_ANSWERED if outcomes is None else outcomes
        self._is_at_work = False

    def compose_body(self) -> Iterable[Widget]:
        yield OutcomeChoice(self._outcomes)
        yield Rule()
        yield RetryFields()

    def compose_bottom(self) -> Iterable[Widget]:
        yield Line(id="status")
        yield Horizontal(
            Button("Back", id="back", compact=True),
            Button("Retry, after a question", id="go", compact=True),
            id="buttons",
        )

    def on_mount(self) -> None:
        self.show_title([("Retry", "strong"), (f"  of {self._job.name}", "muted")])
        self._choice.offer(self._counts)
        self._show()

    @property
    def _choice(self) -> OutcomeChoice:
        return self.query_one(OutcomeChoice)

    @on(OutcomeChoice.Changed)
    @on(Input.Changed, "#model")
    def _show(self) -> None:
        count = self._choice.requests
        other = bool(self.query_one("#model", Input).value.strip())
        said = f"{plural(count, 'request')} of {self._job.records:,} for attempt "
        cost = cost_text(self._job, count, other_model=other)
        self.show_status(
            f"{said}{self._job.attempt + 1}, {cost}"
            if count
            else [("Nothing is chosen: space chooses", "muted")]
        )
        self.query_one("#go", Button).disabled = not count

    @on(Button.Pressed, "#back")
    def _back_pressed(self) -> None:
        self.action_back()

    @on(Button.Pressed, "#go")
    def action_go_on(self) -> None:
        if self._is_at_work or not self._choice.requests:
            return
        try:
            changes = self.query_one(RetryFields).changes
        except UsageError as error:
            self._say_trouble(error)
            return
        asked = question(self._job, self._choice.requests, other_model="model" in changes)
        self.app.push_screen(ConfirmScreen(asked), partial(self._retry_if, changes))

    def _retry_if(self, changes: dict[str, str], confirmed: bool | None) -> None:
        if confirmed:
            self._is_at_work = True
            self._retry(changes)

    @work(group="job", exclusive=False, exit_on_error=False, description="lay out a retry")
    async def _retry(self, changes: dict[str, str]) -> None:
        desk = self.app.desk
        outcomes = [each for each in self._counts if each in self._choice.taken]
        await asyncio.to_thread(_import_actions)
        from batchtui.workflows.jobs import actions

        try:
            store, job = await fetched(desk, self._job.id)
            async with await desk.session_for(job) as session:
                retried = await actions.retry(
                    session,
                    store,
                    job.id,
                    outcomes=outcomes,
                    changes=changes,
                    on_progress=self._show_progress,
                )
        except BatchtuiError as error:
            self._say_trouble(error)
            return
        finally:
            self._is_at_work = False
        desk.drive(retried)
        self.app.call_later(self.app.show_job, retried.id)

    def _show_progress(self, progress: Progress) -> None:
        if self.is_attached:
            said = f"{glyphs().moving} reading the results, {progress.fraction:.0%}"
            self.show_status([(said, "accent")])

    def _say_trouble(self, error: BatchtuiError) -> None:
        if self.is_attached:
            self.show_status([(f"{glyphs().failed} {error.sentences}", "trouble")])
        else:
            self.app.tell_error(error)


def _import_actions() -> None:
    from batchtui.workflows.jobs import actions  # noqa: F401
