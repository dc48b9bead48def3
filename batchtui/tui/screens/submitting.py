"""The way of a checked file to the server: its price, each step, and what may go wrong.

Nothing is sent before Submit is pressed, and much money is asked about first. A create whose
answer was lost is never offered again.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Literal

from textual import on, work
from textual.widgets import Button
from textual.worker import Worker

from batchtui.errors import BatchtuiError, NotKnownError
from batchtui.tui import cost_text, needs
from batchtui.tui.estimates import estimate_of
from batchtui.tui.figures import moment
from batchtui.tui.form_values import FormError
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.checking import CheckingScreen, stamp
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.submit_steps import Steps
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Span

if TYPE_CHECKING:
    from batchtui.jsonl.validation import Validation
    from batchtui.models.batch import Batch
    from batchtui.models.file import FileObject
    from batchtui.workflows.cost import Cost
    from batchtui.workflows.session import Session
    from batchtui.workflows.submit import AlreadySubmittedError, Submission, SubmitEvent


class SubmittingScreen(CheckingScreen):
    """`server_file`: the file is at the server already, and `path` is a copy to look at."""

    def __init__(self, path: Path, server_file: FileObject | None = None) -> None:
        super().__init__(path)
        self.server_file = server_file
        self.submitting: Worker[None] | None = None
        self.is_lost = False
        self._steps = Steps()
        self._cost: tuple[Validation, Cost | None] | None = None

    @property
    def file_name(self) -> str:
        """What the file is called."""
        return self.path.name

    @abstractmethod
    def submission(self) -> Submission:
        """What is typed. Raises FormError."""

    @abstractmethod
    def lock_form(self, locked: bool) -> None:
        """Nothing can be typed while what is typed is on its way."""

    @property
    def may_submit(self) -> bool:
        """There is something to send that a server may take."""
        is_known = self.validation is not None or self.server_file is not None
        is_free = self.submitting is None and not self.is_lost
        return is_known and is_free and self.has_lines

    def show_submit_button(self) -> None:
        is_judged = self.is_up_to_date and self.has_lines
        is_bad = is_judged and self.validation is not None and not self.validation.ok
        button = self.query_one("#submit", Button)
        button.label = "Submit anyway" if is_bad else "Submit"
        button.disabled = not self.may_submit
        button.refresh(layout=True)

    @abstractmethod
    def keep_draft(self, *, keep: bool) -> None:
        """Keep what is typed for the next time, or forget it."""

    async def created(self, session: Session, batch: Batch) -> None:
        """What else is to be done when there is a batch."""

    # the price

    @work(group="cost", exclusive=True, exit_on_error=False, description="estimate the cost")
    async def tell_cost(self, validation: Validation) -> None:
        tokens = cost_text.tokens(validation.statistics)
        figures = self.query_one("#figures", Line)
        if not self.has_lines:
            figures.show()
            return
        figures.show(tokens)
        cost = await self._cost_of(validation)
        gap: list[Span] = [("   ", "")] if tokens else []
        figures.show([*tokens, *gap, *cost_text.price(cost)])

    async def _cost_of(self, validation: Validation) -> Cost | None:
        if self._cost is None or self._cost[0] is not validation:
            profile = self.app.profile
            provider = profile.provider if profile else None
            if profile is not None and profile.kind == "azure":
                provider = "azure"
            endpoint = self.endpoint or validation.endpoint
            cost = await estimate_of(self.app.session, validation, endpoint, provider)
            self._cost = validation, cost
        return self._cost[1]

    async def may_cost_that(self, requests: int) -> bool:
        """False when it is estimated above the user's bound, and they said no."""
        profile = self.app.profile
        if self.validation is None or profile is None:
            return True
        cost = await self._cost_of(self.validation)
        limit_usd = profile.confirm_above_usd
        if cost is None or cost.most_usd <= limit_usd:
            return True
        question = cost_text.question(self.file_name, cost, requests, limit_usd)
        return await self.app.push_screen_wait(ConfirmScreen(question))

    # the steps

    @on(Button.Pressed, "#submit")
    def action_submit(self) -> None:
        if self.submitting is not None or self.is_lost:
            return
        if why := needs.why_not(self.app, "create.submit"):
            self.say_trouble(why)
            return
        if self.validation is None and self.server_file is None:
            self.app.tell("The file is not checked yet; v checks it")
            return
        try:
            submission = self.submission()
        except FormError as error:
            self.say_trouble(str(error))
            return
        self._start(submission)

    def _start(self, submission: Submission) -> None:
        if self.app.session is None:
            self.say_trouble("not connected yet")
        else:
            self.submitting = self._submit(self.app.session, submission)

    @work(group="submit", exclusive=True, exit_on_error=False, description="submit a batch")
    async def _submit(self, session: Session, submission: Submission) -> None:
        from batchtui.workflows.check import RefusedError
        from batchtui.workflows.submit import AlreadySubmittedError, Checked, Created

        self._steps = Steps()
        typed = self.endpoint
        self.lock_form(True)
        self.workers.cancel_group(self, "check")
        try:
            requests = self.validation.statistics.requests if self.validation else 0
            if not submission.again and not await self.may_cost_that(requests):
                return
            submission = await self._of_now(submission)
            self._show_steps(True)
            async with aclosing(self._events(session, submission)) as events:
                async for event in events:
                    self._take(event)
                    if isinstance(event, Checked):
                        self.validation, self.checked_endpoint = event.validation, typed
                    elif isinstance(event, Created):
                        self.keep_draft(keep=False)
                        await self.created(session, event.batch)
                        self.app.call_later(self.app.show_created, event.batch, session)
                        return
        except NotKnownError as error:
            self._show_lost(error)
        except RefusedError as error:
            self.checked_endpoint = typed
            self._show_steps(False)
            self.show_validation(error.validation)
        except AlreadySubmittedError as error:
            self._ask_again(submission, error)
        except BatchtuiError as error:
            self.say_trouble(error.sentences)
            self._end_steps("failed")
        finally:
            self.submitting = None
            self.lock_form(False)
            self.show_submit_button()
            if self.table.display:
                self.table.focus()  # Enter again must not send what was just refused
            elif self.may_submit:
                self.query_one("#submit", Button).focus()
            self.refresh_bindings()

    def _take(self, event: SubmitEvent) -> None:
        self._steps.take(event, self.app.now())
        self.query_one("#steps", Lines).show(self._steps.lines)

    def _end_steps(self, how: Literal["failed", "stopped"]) -> None:
        self._steps.end(how)
        self.query_one("#steps", Lines).show(self._steps.lines)

    async def _of_now(self, submission: Submission) -> Submission:
        """A check counts for the file that it read: one written since is checked again."""
        if submission.validation is None:
            return submission
        if await asyncio.to_thread(stamp, submission.path) == self._stamp:
            return submission
        return replace(submission, validation=None, anyway=False)

    def _events(
        self, session: Session, submission: Submission
    ) -> AsyncGenerator[SubmitEvent, None]:
        from batchtui.workflows import submit

        file = self.server_file
        if file is None:
            return submit.submit(session, submission)
        known = self.validation
        self._steps.skip_to_create(known.statistics.requests if known else None, file.id)
        self.query_one("#steps", Lines).show(self._steps.lines)
        return submit.submit_file(
            session,
            file.id,
            endpoint=submission.endpoint or "",
            completion_window=submission.completion_window,
            metadata=submission.metadata,
            output_expires_after_s=submission.output_expires_after_s,
            again=submission.again,
        )

    def _ask_again(self, submission: Submission, error: AlreadySubmittedError) -> None:
        self._end_steps("stopped")
        self.say_trouble(error.message)
        question = (
            f"This content was submitted on {moment(error.sent_at_s)} already: "
            f"{error.batch.id} is {error.batch.word}. Submit it again? It costs again."
        )
        then = partial(self._submit_again_if, submission, error.batch)
        self.app.push_screen(ConfirmScreen(question), then)

    def _submit_again_if(
        self, submission: Submission, earlier: Batch, confirmed: bool | None
    ) -> None:
        if confirmed:
            self._start(replace(submission, again=True))
            return
        self._show_steps(False)
        said = f"not submitted again: {earlier.id} has this content, and is {earlier.status}"
        self.say([(f"{glyphs().cancelled} {said}", "strong")])

    def _show_steps(self, shown: bool) -> None:
        """The steps, or else the problems; where there are none, the steps to come."""
        if not shown:
            self._steps = Steps()
        has_problems = bool(self.table.rows.total())
        self.table.display = not shown and has_problems
        steps = self.query_one("#steps", Lines)
        steps.display = shown or not has_problems
        steps.show(self._steps.lines if shown or self.has_lines else [])
        self.query_one("#submit", Button).disabled = shown
        if shown:
            self.say("")
            self.show_status()
            steps.focus()
        else:
            self._explain()

    def _show_lost(self, error: NotKnownError) -> None:
        """The batch may exist and cost money: another try from here could pay twice."""
        self.is_lost = True
        self._steps.end("unknown")
        self.say_trouble(error.message)
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

    # leaving

    @on(Button.Pressed, "#back")
    def action_back(self) -> None:
        if self.submitting is None:
            self.keep_draft(keep=True)
            super().action_back()
        elif self._steps.is_creating:
            self.app.tell("The batch is being created; that can not be stopped")
        else:
            self.submitting.cancel()
            self.submitting = None
            self.lock_form(False)
            self._end_steps("stopped")
            self.say([("stopped; no batch was created", "trouble")])
            self.show_submit_button()
