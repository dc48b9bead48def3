"""A file as a job: how it is divided, what it may cost, and where its result goes.

What a batch of it has in common, as the window and the metadata, comes from the form of a new
batch. Nothing is sent before the start; then the app drives the job in the background.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, ClassVar, Final

from textual import on, work
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, VerticalScroll
from textual.content import Content
from textual.widget import Widget
from textual.widgets import Button, Input, Static

from batchtui.errors import BatchtuiError, UsageError
from batchtui.tui import needs
from batchtui.tui.figures import moment, plural
from batchtui.tui.form_values import FormError
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.typed_paths import place_for
from batchtui.tui.widgets.field import Field
from batchtui.tui.widgets.paragraph import Paragraph

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Progress
    from batchtui.workflows.jobs.making import NewJob
    from batchtui.workflows.jobs.records import Job, JobOptions
    from batchtui.workflows.session import Session
    from batchtui.workflows.submit import Submission

NUMBERS: Final = (
    ("lines", "Lines", "of one batch; empty: what the server takes"),
    ("tokens", "Tokens", "queued at once, by model; empty: no bound"),
    ("batches", "Batches", "open at once; empty: no bound"),
    ("canary", "Try first", "so many requests, then the rest"),
    ("retries", "Retries", "of what has no answer; empty: none"),
)
"""The id, label and note of each field that holds a number."""


class NewJobScreen(Frame[None]):
    """`submission`: what was typed for a batch. `may_cost`: asks where it is much money."""

    BINDING_GROUP_TITLE = "New job"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("S,f2", "start", "start", id="job.start", tooltip="Make the job, start it"),
    ]
    DEFAULT_CSS = """
    NewJobScreen {
        #fields { height: 1fr; padding: 0 1; }
        .field { height: 1; }
        .label { width: 13; text-style: dim; }
        .note { width: 1fr; margin: 0 2; text-style: dim; }
        .number { width: 14; }
        #result { width: 1fr; }
        #status { max-height: 40%; }
        #buttons { height: 1; align-horizontal: right; padding-right: 1; }
        #buttons Button { margin-left: 2; }
    }
    """
    AUTO_FOCUS = "#start"
    back_to = "New batch"

    def __init__(self, submission: Submission, may_cost: Callable[[], Awaitable[bool]]) -> None:
        super().__init__()
        self._submission = submission
        self._may_cost = may_cost
        self._is_at_work = False

    def compose_body(self) -> Iterable[Widget]:
        rows = [
            _row(label, Field(id=name, classes="number"), note=note)
            for name, label, note in NUMBERS
        ]
        cap = _row(
            "Cap", Field(id="cap", classes="number"), note="on spend, in dollars; empty: no cap"
        )
        result = _row("Result", Field(placeholder="nowhere; E exports it later", id="result"))
        yield VerticalScroll(*rows, cap, result, id="fields", can_focus=False)

    def compose_bottom(self) -> Iterable[Widget]:
        yield Paragraph(id="status")
        yield Horizontal(
            Button("Back", id="back", compact=True),
            Button("Start", id="start", compact=True),
            id="buttons",
        )

    def on_mount(self) -> None:
        self.show_title([("New job", "strong"), (f"  {self._submission.path.name}", "muted")])
        self.show_status("One input, any number of batches, one result in input order")

    # what is typed

    def _typed(self, name: str) -> str:
        return self.query_one(f"#{name}", Input).value.strip()

    def _number(self, name: str, label: str) -> int | None:
        typed = self._typed(name).replace(",", "").replace("_", "")
        if not typed:
            return None
        if not typed.isdecimal() or (int(typed) < 1 and name != "retries"):
            raise FormError(f"{label.lower()}: {typed} is no number from 1 on")
        return int(typed)

    def _cap(self) -> float | None:
        typed = self._typed("cap").removeprefix("$")
        if not typed:
            return None
        try:
            cap = float(typed)
        except ValueError:
            cap = 0.0
        if not 0 < cap < float("inf"):
            raise FormError(f"cap: {typed} is no amount in dollars")
        return cap

    def _options(self) -> JobOptions:
        """Raises FormError."""
        from batchtui.workflows.jobs.records import JobOptions

        lines, tokens, batches, canary, retries = (
            self._number(name, label) for name, label, _ in NUMBERS
        )
        given = self._submission
        return JobOptions(
            endpoint=given.endpoint,
            completion_window=given.completion_window,
            metadata=given.metadata,
            output_expires_after_s=given.output_expires_after_s,
            max_lines=lines,
            max_enqueued_tokens=tokens,
            max_open_batches=batches,
            canary_lines=canary,
            max_attempts=1 + (retries or 0),
            max_spend_usd=self._cap(),
        )

    def _result(self) -> str:
        """Where the result goes. Raises FormError for a file that is there."""
        typed = self._typed("result")
        if not typed:
            return ""
        try:
            place = place_for(typed)
        except UsageError as error:
            raise FormError(f"result: {error.message}") from None
        if place.size_bytes is not None:
            raise FormError(f"result: {place.path} exists already")
        return str(place.path)

    # the start

    @on(Button.Pressed, "#back")
    def _back_pressed(self) -> None:
        self.action_back()

    @on(Input.Submitted)
    def _go_on(self, event: Input.Submitted) -> None:
        if event.input.id == "result":
            self.query_one("#start").focus()
        else:
            self.focus_next(Input)

    @on(Button.Pressed, "#start")
    def action_start(self) -> None:
        session = self.app.session
        if self._is_at_work:
            return
        if why := needs.why_not(self.app, "job.start"):
            self._say_trouble(why)
            return
        if session is None:
            self._say_trouble("not connected yet")
            return
        from batchtui.workflows.jobs.making import NewJob

        try:
            new = NewJob(self._submission.path, self._options(), self._result())
        except FormError as error:
            self._say_trouble(str(error))
            return
        self._make_it(session, new)

    def _make_it(self, session: Session, new: NewJob, *, asked: bool = False) -> None:
        self._is_at_work = True
        self._make(session, new, asked)

    @work(group="new job", exclusive=True, exit_on_error=False, description="make a job")
    async def _make(self, session: Session, new: NewJob, asked: bool) -> None:
        from batchtui.workflows.check import RefusedError
        from batchtui.workflows.jobs import actions
        from batchtui.workflows.jobs.events import Checking, JobMade

        desk = self.app.desk
        try:
            if not asked and not await self._may_cost():
                return
            async with aclosing(actions.make(session, await desk.store(), new)) as events:
                async for event in events:
                    if isinstance(event, Checking):
                        self._show_progress(event.progress)
                    elif isinstance(event, JobMade):
                        self._made(session, new, event.job, taken_up=event.taken_up)
        except RefusedError as error:
            count = sum(error.validation.counts.values())
            question = f"The check finds {plural(count, 'problem')}. Send the file all the same?"
            anyway = replace(new, options=replace(new.options, anyway=True))
            self.app.push_screen(ConfirmScreen(question), partial(self._make_if, session, anyway))
            self._say_trouble(error.message)
        except BatchtuiError as error:
            self._say_trouble(error.sentences)
        finally:
            self._is_at_work = False

    def _made(self, session: Session, new: NewJob, job: Job, *, taken_up: bool) -> None:
        from batchtui.workflows.jobs.states import FINAL_JOBS

        if taken_up and job.state in FINAL_JOBS:
            question = (
                f"This content is a job already: {job.name} of {moment(job.created_at)} is "
                f"{job.state.word}. Make another? It costs again. No shows the one that is there."
            )
            again = replace(new, again=True)
            self.app.push_screen(
                ConfirmScreen(question), partial(self._again_if, session, again, job)
            )
            return
        if taken_up:
            self.app.tell(f"{job.name} is a job already: it goes on with p")
        else:
            self.app.desk.drive(job)
        self.app.call_later(self.app.show_job, job.id)

    def _make_if(self, session: Session, new: NewJob, confirmed: bool | None) -> None:
        if confirmed:
            self._make_it(session, new, asked=True)

    def _again_if(self, session: Session, new: NewJob, job: Job, confirmed: bool | None) -> None:
        if confirmed:
            self._make_it(session, new, asked=True)
        else:
            self.app.call_later(self.app.show_job, job.id)

    def _show_progress(self, progress: Progress) -> None:
        if self.is_attached:
            self.show_status([(f"{glyphs().moving} checking, {progress.fraction:.0%}", "accent")])

    def _say_trouble(self, text: str) -> None:
        if self.is_attached:
            self.show_status([(f"{glyphs().failed} {text}", "trouble")])

    def action_back(self) -> None:
        """Leaving stops the check; nothing was sent."""
        if self._is_at_work:
            self.workers.cancel_group(self, "new job")
        super().action_back()


def _row(label: str, field: Field, *, note: str = "") -> Horizontal:
    parts: list[Widget] = [Static(Content(label), classes="label"), field]
    if note:
        parts.append(Static(Content(note), classes="note"))
    return Horizontal(*parts, classes="field")
