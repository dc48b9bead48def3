"""Long work of one viewer, in threads: reported at a bounded rate, ended when nobody waits for it.

Owns which work runs, in words for the status line, and when a file may be closed: not before the
last thread that reads it has ended. A job is a function of its `Job`; it touches no widget.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from typing import Final, TypeVar

from textual.message import Message
from textual.screen import Screen

from batchtui.errors import BatchtuiError
from batchtui.jsonl.progress import Cancelled, Progress, Steps
from batchtui.tui.viewer.messages import JobEnded, JobFailed, JobProgress

T = TypeVar("T")

REPORT_INTERVAL_S: Final = 0.25

OPEN: Final = "open"
FETCH: Final = "fetch"


class Job:
    """One piece of work. `words` say what it does; `group` holds one job at a time."""

    def __init__(self, group: str, words: str, post: Callable[[Message], object]) -> None:
        self.group = group
        self.words = words
        self.fraction = 0.0
        self.post = post
        self._stop = threading.Event()

    @property
    def is_cancelled(self) -> bool:
        return self._stop.is_set()

    def cancel(self) -> None:
        self._stop.set()

    def wait(self, seconds: float) -> None:
        """Do nothing for `seconds`. Raises Cancelled as soon as the job is."""
        if self._stop.wait(seconds):
            raise Cancelled

    def run(self, steps: Steps[T], report: Callable[[], object] | None = None) -> T:
        """The result of `steps`. `report` is called after the first step, then now and then.

        Raises Cancelled when the job is, between two steps.
        """
        reported_at_s = 0.0
        try:
            while True:
                if self.is_cancelled:
                    raise Cancelled
                progress: Progress = next(steps)
                now_s = time.monotonic()
                if now_s - reported_at_s >= REPORT_INTERVAL_S:
                    reported_at_s = now_s
                    self.fraction = progress.fraction
                    self.post(JobProgress(self))
                    if report is not None:
                        report()
        except StopIteration as stop:
            result: T = stop.value
            return result
        finally:
            steps.close()


class Jobs:
    """The jobs of `screen`. All but `start`'s function is called on the loop."""

    def __init__(self, screen: Screen[None]) -> None:
        self._screen = screen
        self._lock = threading.Lock()
        self._at_work = 0
        self._closing: list[Callable[[], None]] = []
        self.active: dict[str, Job] = {}

    def start(self, group: str, words: str, work: Callable[[Job], object]) -> Job:
        """Run `work` in a thread; a job of the same group is cancelled first."""
        self.cancel(group)
        job = Job(group, words, self._screen.post_message)
        self.active[group] = job
        with self._lock:
            self._at_work += 1

        def run() -> None:
            try:
                work(job)
            except Cancelled:
                pass
            except BatchtuiError as error:
                job.post(JobFailed(job, error))
            finally:
                self._left()
                job.post(JobEnded(job))

        self._screen.run_worker(
            run, name=group, group=group, description=words, exit_on_error=False, thread=True
        )
        return job

    def ended(self, job: Job) -> None:
        if self.active.get(job.group) is job:
            del self.active[job.group]

    def cancel(self, group: str) -> bool:
        """False when no such job runs."""
        job = self.active.pop(group, None)
        if job is not None:
            job.cancel()
        return job is not None

    def cancel_all(self) -> None:
        for group in list(self.active):
            self.cancel(group)

    def when_idle(self, close: Callable[[], None]) -> None:
        """Call `close` when no thread is at work: now, or at the end of the last one."""
        with self._lock:
            if self._at_work:
                self._closing.append(close)
                return
        close()

    def _left(self) -> None:
        with self._lock:
            self._at_work -= 1
            closing, self._closing = (
                (self._closing, []) if not self._at_work else ([], self._closing)
            )
        for close in closing:
            close()
