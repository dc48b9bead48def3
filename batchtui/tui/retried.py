"""What became of the requests that other batches sent again, as far as those are loaded.

Pure functions. The metadata of a retry names the batch that it retries.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from batchtui.models import status
from batchtui.tui.pace import answered_of
from batchtui.tui.widgets.spans import Tone

if TYPE_CHECKING:
    from batchtui.models.batch import Batch

Origins = Mapping[str, tuple[str, ...]]
"""The ids of the retries of each batch that has some."""


class Retried(NamedTuple):
    """The retries of a batch, and theirs, taken together."""

    batches: tuple[Batch, ...]
    total: int
    ok: int
    is_running: bool

    @property
    def said(self) -> str:
        """`retried: 2 of 2 ok`."""
        running = ", running" if self.is_running else ""
        return f"retried: {self.ok:,} of {self.total:,} ok{running}"

    def answers(self, batch: Batch) -> bool:
        """They have an answer to as many requests as `batch` has none to."""
        counts = batch.request_counts
        return counts is not None and self.ok == self.total >= counts.total - counts.completed

    def tone_for(self, batch: Batch) -> Tone:
        if self.is_running:
            return "accent"
        return "muted" if self.answers(batch) else "trouble"


def origins(batches: Iterable[Batch]) -> dict[str, tuple[str, ...]]:
    """Who retries whom, of all that are loaded."""
    from batchtui.workflows.lineage import RETRY_KEY

    found: dict[str, tuple[str, ...]] = {}
    for batch in batches:
        metadata = batch.metadata
        of = metadata.get(RETRY_KEY) if metadata else None
        if of and of != batch.id:
            found[of] = (*found.get(of, ()), batch.id)
    return found


def retried(batch_id: str, known: Origins, batches: Mapping[str, Batch]) -> Retried | None:
    """What `batch_id` was retried by; None where nothing is known to have done so."""
    if batch_id not in known:
        return None
    found: dict[str, Batch] = {}
    waiting = [batch_id]
    while waiting:
        for each in known.get(waiting.pop(), ()):
            if each in batches and each not in found and each != batch_id:
                found[each] = batches[each]
                waiting.append(each)
    if not found:
        return None
    direct = [found[each] for each in known[batch_id] if each in found]
    counts = [each.request_counts for each in found.values() if each.request_counts is not None]
    return Retried(
        tuple(found.values()),
        total=sum(each.request_counts.total for each in direct if each.request_counts is not None),
        ok=sum(each.completed for each in counts),
        is_running=any(not each.is_terminal for each in found.values()),
    )


def came_to(batch: Batch) -> str:
    """What a retry came to: `2 of 2 ok`, `running, 1 of 2`, `failed`."""
    counts = batch.request_counts
    if counts is None or not counts.total or batch.status == status.FAILED:
        return batch.word
    if batch.is_terminal:
        return f"{counts.completed:,} of {counts.total:,} ok"
    return f"{batch.word}, {answered_of(batch):,} of {counts.total:,}"
