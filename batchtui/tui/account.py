"""What the app knows of the account right now: the batches, their names, and how fresh that is.

Owns the state that several screens show. It asks nobody: the app's feed tells it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import attrgetter
from typing import TYPE_CHECKING, Final, NamedTuple

from batchtui.models.status import ACTIVE, IN_PROGRESS, is_terminal
from batchtui.tui.batch_facts import BatchFacts
from batchtui.tui.pace import Paces
from batchtui.tui.plain_ids import plain_id
from batchtui.tui.retried import Retried, origins, retried

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.models.file import FileObject
    from batchtui.tui.summaries import Found
    from batchtui.workflows.capabilities import Capabilities
    from batchtui.workflows.feed import Refreshed, Trouble


PORTION: Final = 4_000
"""So many at once hold the interpreter for a millisecond."""
_ID: Final = attrgetter("id")
_STATUS: Final = attrgetter("status")


class Counted(NamedTuple):
    """An answer, looked through once. `moving`: the batches in progress.

    `retries`: the ids of the retries of each batch that has some.
    """

    answer: Refreshed
    batches: dict[str, Batch]
    statuses: Counter[str]
    moving: list[Batch]
    retries: dict[str, tuple[str, ...]]


def counted(answer: Refreshed) -> Counted:
    """Takes long for very many batches, and touches nothing: belongs into a thread then."""
    batches: dict[str, Batch] = {}
    statuses: Counter[str] = Counter()
    moving: list[Batch] = []
    for begin in range(0, len(answer.batches), PORTION):
        part = answer.batches[begin : begin + PORTION]
        batches.update(zip(map(_ID, part), part, strict=True))
        found = list(map(_STATUS, part))
        statuses.update(found)
        moving += [batch for batch, at in zip(part, found, strict=True) if at == IN_PROGRESS]
    return Counted(answer, batches, statuses, moving, origins(answer.batches))


class Account:
    """`version` goes up with everything that a list of the batches shows. `changed`: the ids of
    those that the last step changed, where it changed no others; None where it may have.
    """

    def __init__(self) -> None:
        self.version = 0
        self.changed: frozenset[str] | None = None
        self._users_version = -1
        self._users: dict[str, list[Batch]] = {}
        self.batches: dict[str, Batch] = {}
        self.statuses: Counter[str] = Counter()
        self._retries: dict[str, tuple[str, ...]] = {}
        self.names: dict[str, str] = {}
        self.paces = Paces()
        self.facts: dict[str, BatchFacts] = {}
        self.asked_facts: set[tuple[str, str]] = set()
        self.summaries: dict[str, Found] = {}
        self.files: dict[str, FileObject | None] = {}
        """Files that were asked for by id; None: the server has it no longer."""
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
        return self.take(counted(answer))

    def take(self, fresh: Counted) -> list[Batch]:
        """As `refresh`, of an answer that has been looked through."""
        before, answer = self.batches, fresh.answer
        self.batches, self.statuses = fresh.batches, fresh.statuses
        self._retries = fresh.retries
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
        self.paces.observe(fresh.moving, answer.at_s)
        is_same = before.keys() == self.batches.keys() and not answer.added and not answer.gone
        self._step(answer.changed if is_same else None)
        return finished

    def _step(self, changed: frozenset[str] | None) -> None:
        self.version += 1
        self.changed = changed

    def learn_names(self, names: Mapping[str, str]) -> None:
        self.names.update(names)
        self._step(None)

    def _count(self) -> None:
        self.statuses = Counter(batch.status for batch in self.batches.values())

    @property
    def running(self) -> int:
        return sum(self.statuses[status] for status in ACTIVE)

    def put(self, batch: Batch) -> None:
        """A batch that an action answered with: newer than the list's, or not in it yet."""
        is_known = batch.id in self.batches
        if is_known:
            self.batches[batch.id] = batch
        else:
            self.batches = {batch.id: batch, **self.batches}
            for of, ids in origins((batch,)).items():
                self._retries[of] = (*self._retries.get(of, ()), *ids)
        self._count()
        self._step(frozenset({batch.id}) if is_known else None)

    def retried(self, batch: Batch) -> Retried | None:
        """What retries of it, as far as they are loaded, came to."""
        return retried(batch.id, self._retries, self.batches)

    def name(self, batch: Batch) -> str:
        """The input file's name where it is known, else its id, as far as one can read it."""
        name = self.names.get(batch.input_file_id)
        return name or plain_id(batch.input_file_id or batch.id)

    def forget_trouble_with(self, batch_id: str) -> None:
        """What could not be read of a batch may be tried again."""
        found = self.summaries.get(batch_id)
        if found is not None and found.summary is None and not found.is_busy:
            del self.summaries[batch_id]

    def using(self, file_id: str) -> Sequence[Batch]:
        """The loaded batches that have `file_id` as input, output or errors.

        Where a model routes, a LiteLLM proxy packs the ids in batches, and in its list of files
        not (1.106): they are compared unpacked.
        """
        self.note_users()
        return self._users.get(plain_id(file_id), ())

    def note_users(self) -> None:
        """Look through the batches for `using`, once for each version; in a thread for many."""
        version = self.version
        if self._users_version != version:
            self._users, self._users_version = _users(tuple(self.batches.values())), version


def _users(batches: Iterable[Batch]) -> dict[str, list[Batch]]:
    """Batches by the ids of their files, unpacked."""
    users: dict[str, list[Batch]] = {}
    for batch in batches:
        ids = {batch.input_file_id, batch.output_file_id, batch.error_file_id}
        for file_id in ids - {None, ""}:
            users.setdefault(plain_id(str(file_id)), []).append(batch)
    return users
