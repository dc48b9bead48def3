"""The open batches of a job: few questions, each answer recorded, trouble told and waited out."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any, Final

from batchtui.errors import ApiError, NotFoundError, ProtocolError
from batchtui.models.batch import Batch
from batchtui.workflows.jobs.course import Course
from batchtui.workflows.jobs.events import JobTrouble
from batchtui.workflows.waiting import clock, jittered, retry_in_s
from batchtui.workflows.watch import FIRST_INTERVAL_S, GROWTH, MOST_GARBLED, Watched

GONE: Final = "the server no longer knows the batch"


class OpenBatches:
    """`look_at`: when to ask next, by `waiting.clock`."""

    def __init__(self, course: Course) -> None:
        self.look_at = 0.0
        self.trouble: ApiError | None = None
        self._course = course
        self._watched = Watched(())
        self._last: dict[str, Batch] = {}
        self._pause_s = 0.0
        self._failures = self._garbled = 0
        self.hurry()

    def add(self, batch_id: str) -> None:
        self._watched.waiting.append(batch_id)
        self.hurry()

    def hurry(self) -> None:
        """Something is about to move: ask soon, and then ever later."""
        self._pause_s = min(FIRST_INTERVAL_S, self._course.interval_s)
        self.look_at = min(self.look_at or clock(), clock() + self._pause_s)

    async def look(self) -> AsyncIterator[tuple[str, Batch | None, bool]]:
        """(id, batch, is final) of each that moved; None: the server does not know it any more.

        Sets when to ask next. Raises what is no passing trouble, as a refused key.
        """
        client = await self._course.session.client()
        self.trouble = None
        before = list(self._watched.waiting)
        moved: set[str] = set()
        gone: set[str] = set()
        try:
            async for seen in self._watched.look(client):
                if isinstance(seen, Batch):
                    self._last[seen.id] = seen
                    moved.add(seen.id)
                else:
                    self.trouble = self.trouble or seen
        except NotFoundError:
            async for batch_id in self._gone():
                self._watched.waiting.remove(batch_id)
                gone.add(batch_id)
                yield batch_id, None, True
        waiting = set(self._watched.waiting)
        for batch_id in before:
            is_final = batch_id not in waiting
            batch = self._last.get(batch_id)
            if batch is not None and batch_id not in gone and (is_final or batch_id in moved):
                yield batch_id, batch, is_final
        self._set_pace()

    async def _gone(self) -> AsyncIterator[str]:
        client = await self._course.session.client()
        for batch_id in tuple(self._watched.waiting):
            try:
                await client.batches.retrieve(batch_id)
            except NotFoundError:
                yield batch_id
            except ApiError as error:
                self.trouble = self.trouble or error

    def _set_pace(self) -> None:
        if self.trouble is None:
            self._failures = self._garbled = 0
            self.look_at = clock() + jittered(self._pause_s)
        else:
            self._failures += 1
            is_garbled = isinstance(self.trouble, ProtocolError)
            self._garbled = self._garbled + 1 if is_garbled else 0
            if self._garbled > MOST_GARBLED:
                raise self.trouble
            wait_s = retry_in_s(self.trouble, self._failures, self._course.interval_s)
            wait_s = max(wait_s, self._pause_s)
            self._course.emit(JobTrouble(self.trouble, wait_s))
            self.look_at = clock() + wait_s
        self._pause_s = min(self._pause_s * GROWTH, self._course.interval_s)


def facts_of(batch: Batch) -> dict[str, Any]:
    """What the row of a shard keeps of its batch."""
    counts, usage = batch.request_counts, batch.usage
    facts: dict[str, Any] = {"batch_status": batch.status}
    if counts is not None:
        facts |= {
            "total": counts.total,
            "completed": counts.completed,
            "failed": counts.failed,
        }
    if usage is not None:
        facts |= {
            "input_tokens": usage.input_tokens,
            "output_tokens": usage.output_tokens,
            "cached_tokens": usage.cached_tokens,
        }
    return facts | {
        "output_file_id": batch.output_file_id or "",
        "error_file_id": batch.error_file_id or "",
    }
