"""The app's jobs: those it drives in the background, and what it reads of all of them.

Owns when the record of jobs is read, which jobs this app drives, and that a job's end is told once.
Knows no screen. A job is driven over a connection of its own, so switching accounts stops none.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, Callable, Coroutine
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any, Final

from textual.signal import Signal
from textual.worker import Worker

from batchtui.errors import BatchtuiError, UsageError
from batchtui.tui.jobs.board import Board, Stamp, is_final, read, stamp
from batchtui.tui.jobs.doing import words_of

if TYPE_CHECKING:
    from pathlib import Path

    from batchtui.config import Profile
    from batchtui.tui.connected import ConnectedApp
    from batchtui.workflows.jobs.events import JobEvent
    from batchtui.workflows.jobs.records import Job
    from batchtui.workflows.jobs.store import JobStore
    from batchtui.workflows.jobs.view import JobView
    from batchtui.workflows.session import Session

SHOWN_S: Final = 1.0
HIDDEN_S: Final = 5.0
"""Seconds between two looks at the record, while jobs are on the screen, and while they are not."""
LEAST_S: Final = 0.1
"""However much happens."""
ASLEEP_S: Final = 3_600.0


class JobDesk:
    """`changed` is published when something new is known. All is called on the loop.

    `jobs_file`: where the record of jobs is; None: the user's.
    """

    def __init__(self, app: ConnectedApp, jobs_file: Path | None = None) -> None:
        self.app = app
        self._jobs_file = jobs_file
        self.board = Board()
        self.is_loaded = False
        self.trouble = ""
        self.wanted: set[str] = set()
        """The jobs whose shards are read too."""
        self.doing: dict[str, str] = {}
        """What is done for a job right now, in words; by id."""
        self.changed: Signal[None] = Signal(app, "jobs_changed")
        self._driven: dict[str, Worker[None]] = {}
        self._reader: Worker[None] | None = None
        self._store: JobStore | None = None
        self._states: dict[str, str] | None = None
        self._is_shown = False
        self._wake = asyncio.Event()

    @property
    def driven(self) -> set[str]:
        """The ids of the jobs that this app drives."""
        return {job_id for job_id, worker in self._driven.items() if worker.is_running}

    # reading

    def shows(self, *, jobs: bool) -> None:
        """Jobs are on the screen, or not: they are read more often while they are."""
        self._is_shown = jobs
        if jobs:
            self.look_now()

    def look_now(self) -> None:
        """Read the record, whatever the rhythm."""
        self._wake.set()
        if self._reader is None or not self._reader.is_running:
            self._reader = self._start(self._read_on(), "read the jobs", group="jobs")

    def want(self, *job_ids: str) -> None:
        """Shards of these jobs are wanted from now on, besides those of unfolded ones."""
        if not set(job_ids) <= self.wanted:
            self.wanted.update(job_ids)
            self.look_now()

    async def store(self) -> JobStore:
        if self._store is None:
            self._store = await asyncio.to_thread(_open_store, self._jobs_file)
        return self._store

    async def _read_on(self) -> None:
        store = await self.store()
        seen: tuple[Stamp, frozenset[str]] | None = None
        while True:
            self._wake.clear()
            before = await asyncio.to_thread(stamp, store.path), frozenset(self.wanted)
            # Whether a process still drives a job is not in the record, and time goes on.
            if before != seen or self.board.active or not self.is_loaded:
                await self._read(store)
                # What was written meanwhile is read the next time.
                seen = before
            await asyncio.sleep(LEAST_S)
            with suppress(TimeoutError):
                await asyncio.wait_for(self._wake.wait(), self._pause_s)

    @property
    def _pause_s(self) -> float:
        if self._is_shown:
            return SHOWN_S
        return HIDDEN_S if self.board.active else ASLEEP_S

    async def _read(self, store: JobStore) -> None:
        try:
            board = await asyncio.to_thread(read, store, frozenset(self.wanted))
        except BatchtuiError as error:
            self.trouble = error.message
        else:
            self.trouble = ""
            self.is_loaded = True
            self._announce(board)
            self.board = board
        self.changed.publish(None)

    def _announce(self, board: Board) -> None:
        """Each end once: of the jobs that were known not to have ended."""
        before, self._states = self._states, {each.job.id: str(each.state) for each in board.views}
        if before is None:
            self._tell_of_left(board)
            return
        told = [each for each in board.views if _has_ended(before.get(each.job.id), each)]
        if told:
            self.app.call_back([_ending(each) for each in told])
        for view in told[:3]:
            self.app.tell(_ending(view), trouble=str(view.state) == "stopped")
        if len(told) > 3:
            self.app.tell(f"and {len(told) - 3} more jobs have ended")

    def _tell_of_left(self, board: Board) -> None:
        """Of jobs that should go on and that nobody drives, where one does not see them."""
        left = [
            each for each in board.views if each.is_interrupted and each.job.id not in self.driven
        ]
        if left and not self._is_shown:
            more = f" and {len(left) - 1} more jobs are" if len(left) > 1 else " is"
            self.app.tell(f"{left[0].job.name}{more} not driven: press 4, then p goes on")

    # driving

    def drive(self, job: Job) -> None:
        """Take the job to its end in the background, unless that is being done here already."""
        if job.id in self.driven:
            return
        if self._states is not None:
            self._states[job.id] = str(job.state)
        self._driven[job.id] = self._start(self._drive(job), f"drive {job.id}", group="driven jobs")
        self.look_now()

    async def _drive(self, job: Job) -> None:
        store = await self.store()
        try:
            async with await self.session_for(job) as session:
                events = await asyncio.to_thread(_driving, session, store, job.id)
                async with aclosing(events):
                    async for event in events:
                        self._note(job.id, event)
        except BatchtuiError as error:
            # What stops a job is in its record, and told when that is read.
            if str((await asyncio.to_thread(store.job, job.id)).state) != "stopped":
                self.app.tell_error(error)
        finally:
            self.doing.pop(job.id, None)
            self._driven.pop(job.id, None)
            self.look_now()

    def _note(self, job_id: str, event: JobEvent) -> None:
        """A word of what is being done, and a look at the record where it has moved."""
        words = words_of(event)
        if words is None:
            words = ""
            self._wake.set()
        if self.doing.get(job_id, "") != words:
            self.doing[job_id] = words
            self.changed.publish(None)

    async def session_for(self, job: Job) -> Session:
        """A connection of its own to the job's server. Raises UsageError when there is no way."""
        return await asyncio.to_thread(_session, self.profile_for(job), self.app.downloads)

    def profile_for(self, job: Job) -> Profile:
        """Raises UsageError when no profile of this user leads to the job's account."""
        profile = self._way_to(job)
        if profile is None:
            raise UsageError(
                f"{job.name} belongs to {job.account}, and no profile leads there",
                hint=f"{way_to(job)}; its profile was called {job.profile_name}",
            )
        return profile

    def missing_way_to(self, job: Job) -> str:
        """What to do where no profile leads to the job's account; "" where one does."""
        return "" if self._way_to(job) is not None else way_to(job)

    def _way_to(self, job: Job) -> Profile | None:
        followed = [each.profile for each in self.app.connections if each.profile is not None]
        known = [*followed, *self.app.known_profiles]
        return next((each for each in known if each.account == job.account), None)

    async def change(self, work: Callable[[JobStore], Job]) -> Job | None:
        """Have `work` done on the record in a thread; None when it was refused, which is told."""
        try:
            store = await self.store()
            return await asyncio.to_thread(work, store)
        except BatchtuiError as error:
            self.app.tell_error(error)
            return None
        finally:
            self.look_now()

    def forget(self, job_id: str) -> None:
        """It is not on the list any more."""
        views = [each for each in self.board.views if each.job.id != job_id]
        self.board = replace(self.board, views=views)
        self.changed.publish(None)

    def _start(
        self, work: Coroutine[Any, Any, None], description: str, *, group: str
    ) -> Worker[None]:
        return self.app.run_worker(
            work, group=group, description=description, exit_on_error=False, exclusive=False
        )


def way_to(job: Job) -> str:
    """What to start so that the job's account is reached."""
    url, _, behind = job.account.partition(" ")
    more = f", and {behind} behind it" if behind else ""
    return f"start batchtui with --base-url {url}{more}"


def _has_ended(before: str | None, view: JobView) -> bool:
    if before is None or before == str(view.state):
        return False
    return is_final(view) or str(view.state) == "stopped"


def _ending(view: JobView) -> str:
    job = view.job
    if str(view.state) == "stopped":
        return f"{job.name}: stopped. {job.why}"
    left = view.total - view.answered
    rest = f", {left:,} not answered" if left else ""
    word = "cancelled" if str(view.state) == "cancelled" else "done"
    return f"{job.name}: {word}, {view.answered:,} of {view.total:,} answered{rest}"


def _open_store(path: Path | None) -> JobStore:
    from batchtui.workflows.jobs import actions  # noqa: F401
    from batchtui.workflows.jobs.store import JobStore

    return JobStore(path)


def _session(profile: Profile, downloads: Any) -> Session:
    from batchtui.workflows.session import Session

    return Session(profile, downloads=downloads)


def _driving(session: Session, store: JobStore, job_id: str) -> AsyncGenerator[JobEvent, None]:
    from batchtui.workflows.jobs import actions

    return actions.drive(session, store, job_id, interval_s=session.profile.refresh_s)
