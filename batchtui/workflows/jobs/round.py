"""One attempt of a job, driven: its shards are sent, watched and collected until each is settled.

One shard is sent and one collected at a time, beside the looks at the open batches. Every step is
in the store before it is taken, so ending at any moment, as by `kill -9`, loses nothing.
"""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping
from contextlib import suppress
from typing import Any, Final

from batchtui.errors import (
    AuthenticationError,
    BatchtuiError,
    InputError,
    PermissionDeniedError,
    UsageError,
)
from batchtui.models import status
from batchtui.models.batch import Batch
from batchtui.workflows.jobs import refusal
from batchtui.workflows.jobs.collecting import collect
from batchtui.workflows.jobs.course import Course
from batchtui.workflows.jobs.events import ShardMoved
from batchtui.workflows.jobs.patience import Patience
from batchtui.workflows.jobs.records import Attempt, ShardRow
from batchtui.workflows.jobs.refusal import BatchFailedError, StoppedError
from batchtui.workflows.jobs.release import Queue, all_settled
from batchtui.workflows.jobs.room import Room
from batchtui.workflows.jobs.sending import Sender, usual_endpoint
from batchtui.workflows.jobs.spend import spent_of
from batchtui.workflows.jobs.states import JobState, ShardState
from batchtui.workflows.jobs.watching import GONE, OpenBatches, facts_of
from batchtui.workflows.waiting import clock

TICK_S: Final = 1.0
"""So often it is looked whether somebody asked for a pause or a cancel."""
MOST_LOST: Final = 3
SPENT_S: Final = 2.0

Work = Coroutine[Any, Any, ShardRow]


class PauseAskedError(Exception):
    """Somebody asked for a pause."""


class CancelAskedError(Exception):
    """Somebody asked for a cancel."""


class Round:
    def __init__(
        self,
        course: Course,
        attempt: Attempt,
        shards: list[ShardRow],
        *,
        limits: Mapping[str, int],
    ) -> None:
        self.course = course
        self.shards = {each.number: each for each in shards}
        self.queue = Queue(
            course, attempt, Room(course.session.profile, course.job.options, limits), self.shards
        )
        self.open = OpenBatches(course)
        self.sender = Sender(course, attempt, usual_endpoint(shards), is_sole=len(shards) == 1)
        self.sending: asyncio.Task[ShardRow] | None = None
        self.collecting: asyncio.Task[ShardRow] | None = None
        self.held: StoppedError | None = None
        self._numbers: dict[str, int] = {}
        self._sent_number = 0
        self._send_at = 0.0
        self._collect_at = 0.0
        self._counted_at = 0.0
        is_new = not any(each.file_id or each.batch_id for each in shards)
        self.patience = Patience(course, is_new=is_new)

    async def run(self) -> None:
        """Until every shard is settled. Raises what stops the job, or was asked for."""
        for shard in self.shards.values():
            if shard.state is ShardState.RUNNING:
                self._watch(shard)
        try:
            while True:
                await self._obey()
                await self._look()
                await self._begin()
                if self._is_over():
                    await self._count_spent()
                    return
                await self._reflect()
                await self._wait()
                await self._finish()
        except (PauseAskedError, CancelAskedError):
            await self._wind_down()
            raise
        finally:
            await _end(self.sending, self.collecting)

    def _is_over(self) -> bool:
        if self.sending or self.collecting:
            return False
        if self.held is not None and not self._has(ShardState.RUNNING, ShardState.FINISHED):
            raise self.held
        return all_settled(self.shards)

    async def _begin(self) -> None:
        """Start what may be started."""
        now = clock()
        if self.collecting is None and now >= self._collect_at:
            finished = self._first(ShardState.FINISHED)
            if finished is not None:
                course = self.course
                collected = collect(course.session, course.store, finished, course.emit)
                self.collecting = asyncio.create_task(collected)
        if self.sending is None and self.held is None and now >= self._send_at:
            try:
                work = await self.next_work()
            except StoppedError as error:
                self.held = error
                return
            if work is not None:
                self._sent_number = work[0].number
                self.sending = asyncio.create_task(work[1])

    async def next_work(self) -> tuple[ShardRow, Work] | None:
        """The shard whose turn it is, and what is to be done for it."""
        shard = await self.queue.next()
        return None if shard is None else (shard, self.sender.send(shard))

    async def _finish(self) -> None:
        """Take in what has ended."""
        if self.sending is not None and self.sending.done():
            task, self.sending = self.sending, None
            try:
                shard = task.result()
            except BatchtuiError as error:
                await self._not_sent(error)
            else:
                self.patience.answered()
                shard = await asyncio.to_thread(self.course.store.shard, shard)
                self.shards[shard.number] = shard
                if shard.state is ShardState.RUNNING:
                    self._watch(shard)
        if self.collecting is not None and self.collecting.done():
            task, self.collecting = self.collecting, None
            try:
                shard = task.result()
            except BatchtuiError as error:
                self._collect_at = clock() + self.patience.wait_s(error)
            else:
                self.shards[shard.number] = shard
                self.course.emit(ShardMoved(shard))
                await self._count_spent()

    async def _not_sent(self, error: BatchtuiError) -> None:
        course = self.course
        shard = await asyncio.to_thread(course.store.shard, self.shards[self._sent_number])
        self.shards[shard.number] = shard
        if refusal.is_no_room(error):
            await self.queue.refused(shard, refusal.told_limit(str(error)))
        elif refusal.is_passing(error):
            self._send_at = clock() + self.patience.wait_s(error)
        else:
            is_of_shard = not isinstance(
                error, AuthenticationError | PermissionDeniedError | UsageError | InputError
            )
            if is_of_shard and shard.state is not ShardState.RUNNING:
                await self.move(shard, ShardState.FAILED, why=str(error))
            raise error

    async def _look(self) -> None:
        if not self._numbers or clock() < self.open.look_at:
            return
        async for batch_id, batch, is_final in self.open.look():
            self.patience.is_new = False
            shard = self.shards[self._numbers[batch_id]]
            if batch is None:
                del self._numbers[batch_id]
                await self.move(shard, ShardState.FINISHED, why=GONE, batch_status="")
            elif is_final:
                del self._numbers[batch_id]
                await self._ended(shard, batch)
            else:
                await self.move(shard, ShardState.RUNNING, **facts_of(batch))

    async def _ended(self, shard: ShardRow, batch: Batch) -> None:
        """The batch is final."""
        if batch.status != status.FAILED:
            await self.move(shard, ShardState.FINISHED, **facts_of(batch))
            return
        await self.failed(shard, batch)

    async def failed(self, shard: ShardRow, batch: Batch) -> None:
        """The server ran no request of it: perhaps it will the next time, perhaps it never will."""
        words = refusal.words_of(batch)
        shard = await self.move(shard, ShardState.WAITING, batch_status=batch.status, why=words)
        if refusal.lacked_room(batch):
            await self.queue.refused(shard, refusal.told_limit(words))
        elif refusal.was_lost(batch) and shard.refusals < MOST_LOST:
            await self.move(shard, ShardState.WAITING, why=words, refusals=shard.refusals + 1)
        else:
            await self.move(shard, ShardState.FAILED, why=words)
            hint = f"batchtui jobs resume {self.course.job.id} sends shard {shard.number} again"
            raise BatchFailedError(batch, hint=hint)

    async def _obey(self) -> None:
        """What somebody asked of this process through the store."""
        job = await asyncio.to_thread(self.course.store.job, self.course.job.id)
        if not job.wanted:
            return
        await self.course.update_job(wanted="")
        if job.wanted == "cancel" and job.state is not JobState.CANCELLING:
            raise CancelAskedError
        if job.wanted == "pause" and job.state is not JobState.CANCELLING:
            raise PauseAskedError

    async def _reflect(self) -> None:
        """The job is `waiting` while nothing of it is under way."""
        course = self.course
        if course.job.state not in (JobState.RUNNING, JobState.WAITING):
            return
        is_moving = self._has(ShardState.RUNNING, ShardState.FINISHED)
        idle = not (self.sending or self.collecting or is_moving)
        state = JobState.WAITING if idle else JobState.RUNNING
        if state is course.job.state:
            return
        waiting = self._first(ShardState.WAITING)
        why = waiting.why if idle and waiting is not None else ""
        await course.move_job(state, why=why)

    async def _wait(self) -> None:
        now = clock()
        timeout_s = TICK_S
        if self._numbers:
            timeout_s = min(timeout_s, self.open.look_at - now)
        tasks = [each for each in (self.sending, self.collecting) if each is not None]
        if tasks:
            await asyncio.wait(
                tasks, timeout=max(timeout_s, 0.0), return_when=asyncio.FIRST_COMPLETED
            )
        elif timeout_s > 0:
            await asyncio.sleep(timeout_s)

    async def _wind_down(self) -> None:
        """A create that is under way is waited for: cut off, it would have to be looked for."""
        if self.sending is None:
            return
        shard = await asyncio.to_thread(self.course.store.shard, self.shards[self._sent_number])
        if shard.state is ShardState.CREATING:
            await asyncio.wait([self.sending])
            await self._finish()

    async def _count_spent(self) -> None:
        """Now and then, and at the end: it looks at every shard of the job."""
        is_last = all_settled(self.shards)
        if not is_last and clock() < self._counted_at + SPENT_S:
            return
        self._counted_at = clock()
        course = self.course
        shards = await asyncio.to_thread(course.store.shards, course.job.id)
        spent = await asyncio.to_thread(spent_of, course.session.profile, shards)
        await course.update_job(spent=spent)

    async def move(self, shard: ShardRow, to: ShardState, **changed: Any) -> ShardRow:
        moved = await self.course.move_shard(shard, to, **changed)
        self.shards[shard.number] = moved
        return moved

    def _watch(self, shard: ShardRow) -> None:
        if shard.batch_id in self._numbers:
            return
        self._numbers[shard.batch_id] = shard.number
        self.open.add(shard.batch_id)

    def _has(self, *states: ShardState) -> bool:
        return any(each.state in states for each in self.shards.values())

    def _first(self, state: ShardState) -> ShardRow | None:
        return next((each for each in self.shards.values() if each.state is state), None)


async def _end(*tasks: asyncio.Task[ShardRow] | None) -> None:
    for task in tasks:
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError, Exception):
                await task
