"""How fast each batch moves, from the counts of successive answers. No I/O, no widgets."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from itertools import pairwise
from typing import TYPE_CHECKING, Final

from batchtui.models.status import IN_PROGRESS

if TYPE_CHECKING:
    from batchtui.models.batch import Batch

KEPT: Final = 60
STILL_S: Final = 20 * 60.0
"""A batch that has not moved for so long is flagged."""


class Paces:
    """Samples of (epoch seconds, requests answered) of the batches that are in progress."""

    def __init__(self) -> None:
        self._samples: dict[str, deque[tuple[float, int]]] = {}
        self._moved: dict[str, tuple[int, float]] = {}

    def observe(self, batches: Iterable[Batch], at_s: float) -> None:
        moving = {batch.id: batch for batch in batches if batch.status == IN_PROGRESS}
        for gone in self._samples.keys() - moving.keys():
            del self._samples[gone]
            self._moved.pop(gone, None)
        for key, batch in moving.items():
            samples = self._samples.setdefault(key, deque(maxlen=KEPT))
            answered = answered_of(batch)
            if self._moved.get(key, (None,))[0] != answered:
                self._moved[key] = (answered, at_s)
            if not samples and batch.in_progress_at is not None and batch.in_progress_at < at_s:
                samples.append((float(batch.in_progress_at), 0))
            if not samples or at_s > samples[-1][0]:
                samples.append((at_s, answered))

    def per_second(self, batch: Batch) -> float | None:
        """Requests answered a second over the samples kept; None while nothing is known."""
        samples = self._samples.get(batch.id)
        if not samples or len(samples) < 2:
            return None
        (first_s, first), (last_s, last) = samples[0], samples[-1]
        return max(last - first, 0) / (last_s - first_s)

    def still_s(self, batch: Batch, now_s: float) -> float | None:
        """How long no further request was answered, as far as was seen; None below STILL_S."""
        counts = batch.request_counts
        if batch.status != IN_PROGRESS or batch.id not in self._moved or counts is None:
            return None
        answered, since_s = self._moved[batch.id]
        if not answered and batch.in_progress_at is not None:
            since_s = min(since_s, float(batch.in_progress_at))
        still_s = now_s - since_s
        return still_s if still_s >= STILL_S and answered < counts.total else None

    def left_s(self, batch: Batch) -> float | None:
        """Seconds until all are answered at this pace; None when that can not be told."""
        rate = self.per_second(batch)
        counts = batch.request_counts
        if not rate or counts is None or batch.status != IN_PROGRESS:
            return None
        return max(counts.total - answered_of(batch), 0) / rate

    def steps(self, batch: Batch) -> list[float]:
        """The rate between each two samples, oldest first."""
        samples = list(self._samples.get(batch.id, ()))
        return [
            max(after - before, 0) / (after_s - before_s)
            for (before_s, before), (after_s, after) in pairwise(samples)
        ]


def answered_of(batch: Batch) -> int:
    """Requests that have an answer, good or bad."""
    counts = batch.request_counts
    return 0 if counts is None else counts.completed + counts.failed
