"""What the app knows of the account right now: the batches, their names, and how fresh that is.

Owns the state that several screens show. It asks nobody: the app's feed tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from batchtui.models.status import ACTIVE, is_terminal
from batchtui.tui.batch_facts import BatchFacts
from batchtui.tui.pace import Paces

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.capabilities import Capabilities
    from batchtui.workflows.feed import Refreshed, Trouble


class Account:
    def __init__(self) -> None:
        self.batches: dict[str, Batch] = {}
        self.statuses: Counter[str] = Counter()
        self.names: dict[str, str] = {}
        self.paces = Paces()
        self.facts: dict[str, BatchFacts] = {}
        self.asked_facts: set[tuple[str, str]] = set()
        self.has_more = False
        self.answered_at_s: float | None = None
        self.capabilities: Capabilities | None = None
        self.trouble: Trouble | None = None
        self.trouble_at_s = 0.0

    @property
    def is_loaded(self) -> bool:
        return self.answered_at_s is not None

    def refresh(self, answer: Refreshed) -> list[Batch]:
        """Take a new list; returns the batches that have become final since the one before."""
        before = self.batches
        self.batches = {batch.id: batch for batch in answer.batches}
        self._count()
        finished = [
            self.batches[each]
            for each in sorted(answer.changed)
            if each in before
            and each in self.batches
            and self.batches[each].is_terminal
            and not is_terminal(before[each].status)
        ]
        self.has_more = answer.has_more
        self.answered_at_s = answer.at_s
        self.trouble = None
        self.paces.observe(answer.batches, answer.at_s)
        return finished

    def _count(self) -> None:
        self.statuses = Counter(batch.status for batch in self.batches.values())

    @property
    def running(self) -> int:
        return sum(self.statuses[status] for status in ACTIVE)

    def put(self, batch: Batch) -> None:
        """A batch that an action answered with: newer than the list's, or not in it yet."""
        if batch.id in self.batches:
            self.batches[batch.id] = batch
        else:
            self.batches = {batch.id: batch, **self.batches}
        self._count()

    def name(self, batch: Batch) -> str:
        """The input file's name where it is known, else its id."""
        return self.names.get(batch.input_file_id) or batch.input_file_id or batch.id

    def using(self, file_id: str) -> Sequence[Batch]:
        """The loaded batches that have `file_id` as input, output or errors."""
        return [
            batch
            for batch in self.batches.values()
            if file_id in (batch.input_file_id, batch.output_file_id, batch.error_file_id)
        ]
