"""How long trouble is waited out, and when there is no more use in that."""

from __future__ import annotations

from typing import Final

from batchtui.errors import BatchtuiError, NotKnownError, ProtocolError
from batchtui.workflows.jobs import refusal
from batchtui.workflows.jobs.course import Course
from batchtui.workflows.jobs.events import JobTrouble
from batchtui.workflows.waiting import retry_in_s

MOST_UNCLEAR: Final = 5
"""Answers in a row that leave a create unclear, or are none of a Batch API: then it stops."""


class Patience:
    """`is_new`: the server has not answered this job yet; then it may be a wrong address."""

    def __init__(self, course: Course, *, is_new: bool) -> None:
        self.is_new = is_new
        self._course = course
        self._failures = 0
        self._unclear = 0

    def answered(self) -> None:
        """All is well again."""
        self.is_new = False
        self._failures = self._unclear = 0

    def wait_s(self, error: BatchtuiError) -> float:
        """Seconds until the next try, told; raises `error` when there is no use in one."""
        if not refusal.is_passing(error):
            raise error
        is_unclear = isinstance(error, NotKnownError | ProtocolError)
        self._unclear = self._unclear + 1 if is_unclear else 0
        if self._unclear > MOST_UNCLEAR:
            raise error
        if self.is_new and isinstance(error, refusal.UNREACHED):
            raise error
        self._failures += 1
        seconds = retry_in_s(error, self._failures, self._course.interval_s)
        self._course.emit(JobTrouble(error, seconds))
        return seconds
