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


class Paces:
    """Samples of (epoch seconds, requests answered) of the batches that are in progress."""

    def __init__(self) -> None:
        self._samples: dict[str, deque[tuple[float, int]]] = {}

    def observe(self, batches: Iterable[Batch], at_s: float) -> None:
        moving = {batch.id: batch for batch in batches if batch.status == IN_PROGRESS}
        for gone in self._samples.keys() - moving.keys():
            del self._samples[gone]
        for key, batch in moving.items():
            samples = self._samples.setdefault(key, deque(maxlen=KEPT))
            answered = answered_of(batch)
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
