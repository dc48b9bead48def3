"""Long work of one viewer, in threads: reported at a bounded rate, ended when nobody waits for it.

Owns when a file may be closed: not before the last thread that reads it has ended.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, TypeVar

from batchtui.jsonl.progress import Cancelled, Progress, Steps

T = TypeVar("T")

REPORT_INTERVAL_S: Final = 0.1


class Running:
    """Counts the threads at work."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._count = 0
        self._closing: list[Callable[[], None]] = []

    @contextmanager
    def job(self) -> Iterator[None]:
        with self._lock:
            self._count += 1
        try:
            yield
        finally:
            with self._lock:
                self._count -= 1
                closing = self._closing if not self._count else []
                if closing:
                    self._closing = []
            for close in closing:
                close()

    def when_idle(self, close: Callable[[], None]) -> None:
        """Call `close` when no thread is at work: now, or at the end of the last one."""
        with self._lock:
            if self._count:
                self._closing.append(close)
                return
        close()


def run_reporting(
    steps: Steps[T], report: Callable[[Progress], None], is_cancelled: Callable[[], bool]
) -> T:
    """The result of `steps`. Reports the first step, then every REPORT_INTERVAL_S.

    Raises Cancelled when `is_cancelled()` is true between two steps.
    """
    reported_at_s = 0.0
    try:
        while True:
            if is_cancelled():
                raise Cancelled
            progress = next(steps)
            now_s = time.monotonic()
            if now_s - reported_at_s >= REPORT_INTERVAL_S:
                reported_at_s = now_s
                report(progress)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        steps.close()
