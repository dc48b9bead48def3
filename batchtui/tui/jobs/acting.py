"""What one does with jobs, in the list and in the detail of one: keys, questions, and the doing.

A screen says which jobs are meant. What changes one is asked of the record, never of a server.
"""

from __future__ import annotations

import asyncio
from abc import abstractmethod
from collections.abc import Sequence
from functools import partial
from typing import TYPE_CHECKING, Final

from textual import events, work
from textual.binding import Binding, BindingType

from batchtui.errors import BatchtuiError
from batchtui.tui.batch_actions import copy_text
from batchtui.tui.figures import plural
from batchtui.tui.jobs.board import is_final
from batchtui.tui.jobs.offers import is_left, offered
from batchtui.tui.screens.confirm import ConfirmScreen
from batchtui.tui.screens.frame import Frame
from batchtui.tui.screens.prompt import PromptScreen

if TYPE_CHECKING:
    from batchtui.workflows.jobs.records import Job
    from batchtui.workflows.jobs.view import JobView

RESULTS: Final = Binding("enter", "open", "results", id="job.open", tooltip="Read all its results")
JOB_KEYS: Final[list[BindingType]] = [
    Binding("t", "retry", "retry", id="job.retry", tooltip="A new attempt for what has no answer"),
    Binding("p", "pause", "pause", id="job.pause", tooltip="Pause it, or let it go on"),
    Binding("x", "cancel", "cancel", id="job.cancel", tooltip="Cancel the marked jobs, or this"),
    Binding("E", "export", "export", id="job.export", tooltip="Write its results to a file"),
    Binding(
        "equals_sign",
        "diff",
        "compare",
        show=False,
        id="job.diff",
        tooltip="Compare the last attempt with the one before it",
    ),
    Binding(
        "D",
        "forget",
        "delete",
        show=False,
        id="job.forget",
        tooltip="Take the marked jobs, or this, off the list, once they have ended",
    ),
    Binding("y", "copy", "copy id", show=False, id="job.copy", tooltip="Copy the id of the job"),
]


class JobActing(Frame[None]):
    @property
    @abstractmethod
    def chosen_jobs(self) -> Sequence[JobView]:
        """Those that an action works on."""

    @property
    def chosen_job(self) -> JobView | None:
        return next(iter(self.chosen_jobs), None)

    @abstractmethod
    def jobs_changed(self) -> None:
        """Show what the desk knows now."""

    def on_screen_resume(self, event: events.ScreenResume) -> None:
        super().on_screen_resume(event)
        desk = self.app.desk
        desk.changed.subscribe(self, lambda _: self.jobs_changed())
        desk.shows(jobs=True)
        self.jobs_changed()

    def on_screen_suspend(self, event: events.ScreenSuspend) -> None:
        super().on_screen_suspend(event)
        self.app.desk.changed.unsubscribe(self)
        self.app.desk.shows(jobs=False)

    def may_change(self, job: Job) -> bool:
        """False, and why is told, where its profile is only for looking, or there is none."""
        try:
            profile = self.app.desk.profile_for(job)
        except BatchtuiError as error:
            self.app.tell_error(error)
            return False
        if profile.read_only:
            self.app.tell(f"profile {profile.name} is read-only", trouble=True)
        return not profile.read_only

    def offered(self, binding: Binding) -> str | None:
        if not (binding.id or "").startswith("job.") or binding.id == "job.create":
            return binding.description
        return offered(self.chosen_jobs, self.app.desk.driven, binding)

    # looking

    def action_open(self) -> None:
        view = self.chosen_job
        if view is None:
            return
        if not view.shards_done:
            self.app.tell("No results yet: none of its shards is done")
            self.app.open_job(view.job.id)
            return
        from batchtui.tui.viewer.screen import ViewerScreen
        from batchtui.tui.viewer.target import JobResults

        self.app.push_screen(ViewerScreen(JobResults(view.job.id, view.job.name)))

    def action_copy(self) -> None:
        views = self.chosen_jobs
        if views:
            ids = "\n".join(each.job.id for each in views)
            copy_text(self.app, ids, plural(len(views), "id"))

    def action_diff(self) -> None:
        view = self.chosen_job
        if view is None:
            return
        if view.job.attempt < 2:
            self.app.tell("There is one attempt only: t makes another, to compare with")
            return
        from batchtui.tui.diff.sides import JobAttempt
        from batchtui.tui.screens.diff import DiffScreen

        job, last = view.job, view.job.attempt
        before = JobAttempt(job.id, f"{job.name} up to attempt {last - 1}", last - 1)
        self.app.push_screen(DiffScreen(before, JobAttempt(job.id, f"attempt {last}", last)))

    def action_export(self) -> None:
        view = self.chosen_job
        if view is None:
            return
        if not view.shards_done:
            self.app.tell("Nothing to export yet: none of its shards is done")
            return
        from batchtui.tui.screens.job_export import JobExportScreen

        self.app.push_screen(JobExportScreen(view))

    # pausing and going on

    def action_pause(self) -> None:
        for view in self.chosen_jobs:
            if not self.may_change(view.job):
                continue
            if is_final(view):
                self.app.tell(f"{view.job.name} has ended: t retries what has no answer")
            elif str(view.state) in ("paused", "stopped") or is_left(view, self.app.desk.driven):
                self._ask_to_resume(view)
            elif str(view.state) == "cancelling":
                self.app.tell(f"{view.job.name} is being cancelled")
            else:
                self._pause(view)

    def _ask_to_resume(self, view: JobView) -> None:
        """A job that its cap has stopped needs another cap."""
        cap = view.job.options.max_spend_usd
        if str(view.state) != "stopped" or cap is None:
            self._resume(view, None)
            return
        why = view.job.why.rstrip(".")
        question = f"{view.job.name} was stopped: {why}. Its cap on spend, in dollars:"
        self.app.push_screen(PromptScreen(question, f"{cap:g}"), partial(self._resume_with, view))

    def _resume_with(self, view: JobView, typed: str | None) -> None:
        if typed is None:
            return
        try:
            cap = float(typed.strip().removeprefix("$"))
        except ValueError:
            cap = 0.0
        if not 0 < cap < float("inf"):
            self.app.tell(f"{typed.strip()!r} is no amount in dollars", trouble=True)
            return
        self._resume(view, cap)

    @work(group="job", exclusive=False, exit_on_error=False, description="resume a job")
    async def _resume(self, view: JobView, cap_usd: float | None) -> None:
        desk = self.app.desk
        await asyncio.to_thread(_import_actions)
        from batchtui.workflows.jobs import actions

        job = view.job
        if str(view.state) == "cancelling":
            desk.drive(job)
            return
        resumed = await desk.change(
            lambda store: actions.resume(store, job.id, max_spend_usd=cap_usd)
        )
        if resumed is not None:
            desk.drive(resumed)

    @work(group="job", exclusive=False, exit_on_error=False, description="pause a job")
    async def _pause(self, view: JobView) -> None:
        await asyncio.to_thread(_import_actions)
        from batchtui.workflows.jobs import actions

        job_id = view.job.id
        if await self.app.desk.change(lambda store: actions.pause(store, job_id)) is not None:
            self.app.tell(f"{view.job.name} pauses: its open batches go on at the server")

    # ending

    def action_cancel(self) -> None:
        views = [each for each in self.chosen_jobs if not is_final(each)]
        if not views:
            self.app.tell("Nothing to cancel: what is chosen has ended already")
            return
        if not all(self.may_change(each.job) for each in views):
            return
        open_requests = sum(each.pending for each in views)
        have = "has" if open_requests == 1 else "have"
        what = _named(views)
        question = (
            f"Cancel {what}? {plural(open_requests, 'request')} {have} not finished. "
            "Open batches are cancelled; what is done is kept, with the results."
        )
        self.app.push_screen(ConfirmScreen(question), partial(self._cancel_if, views))

    def _cancel_if(self, views: Sequence[JobView], confirmed: bool | None) -> None:
        for view in views if confirmed else ():
            self._cancel(view.job.id)

    @work(group="job", exclusive=False, exit_on_error=False, description="cancel a job")
    async def _cancel(self, job_id: str) -> None:
        """Who drives it cancels it; where nobody does, this app."""
        await asyncio.to_thread(_import_actions)
        from batchtui.workflows.jobs import actions

        job = await self.app.desk.change(lambda store: actions.cancel(store, job_id))
        if job is not None and not job.wanted:
            self.app.desk.drive(job)

    def action_forget(self) -> None:
        views = self.chosen_jobs
        running = [each for each in views if not is_final(each)]
        if not views:
            return
        if running:
            self.app.tell(f"{running[0].job.name} has not ended: x cancels it")
            return
        question = (
            f"Take {_named(views)} off the list? Batches and files at the server stay, "
            "and so does every exported result."
        )
        self.app.push_screen(ConfirmScreen(question), partial(self._forget_if, views))

    def _forget_if(self, views: Sequence[JobView], confirmed: bool | None) -> None:
        for view in views if confirmed else ():
            self._forget(view.job.id)

    @work(group="job", exclusive=False, exit_on_error=False, description="forget a job")
    async def _forget(self, job_id: str) -> None:
        await asyncio.to_thread(_import_actions)
        from batchtui.workflows.jobs import actions

        try:
            await asyncio.to_thread(actions.forget, await self.app.desk.store(), job_id)
        except BatchtuiError as error:
            self.app.tell_error(error)
            return
        self.app.desk.forget(job_id)

    # again

    def action_retry(self) -> None:
        view = self.chosen_job
        if view is None or not self.may_change(view.job):
            return
        from batchtui.tui.jobs.retrying import retry_job

        retry_job(self.app, view)


def _named(views: Sequence[JobView]) -> str:
    return views[0].job.name if len(views) == 1 else plural(len(views), "job")


def _import_actions() -> None:
    from batchtui.workflows.jobs import actions  # noqa: F401
