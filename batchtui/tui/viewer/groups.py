"""Errors that say the same, counted: what went wrong in a batch, at a glance."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import chain
from typing import Final, TypeAlias

from batchtui.jsonl.messages import alike
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import read_result
from batchtui.tui.outcome_words import EXPLAINED
from batchtui.tui.viewer.records import Records

READ_BYTES: Final = 1024 * 1024
MOST_GROUPS: Final = 1_000
RECORDS_A_STEP: Final = 32
SAME_CHARS: Final = 200
HTTP_OK: Final = 200
NOT_OK: Final = f"outcome:!{Outcome.OK}"
"""The filter that lists all groups together."""

_Key: TypeAlias = tuple[Outcome, int, str, str]
"""Outcome, status, code, and the message without what varies."""


@dataclass(slots=True)
class Group:
    """Records with one outcome, status and code whose messages differ in numbers and names only.

    `status`: 0 where there was no HTTP. `message` is the first one. `numbers` are the records,
    ascending. `outcome` None: several groups together, of which `code` says which.
    """

    outcome: Outcome | None
    code: str
    message: str
    status: int = 0
    numbers: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def name(self) -> str:
        """What the screen says is listed."""
        if self.outcome is None:
            return self.code
        told = " ".join(each for each in (self.shown_status, self.shown_code) if each)
        return f"errors:{told}" if told else f"outcome:{self.outcome}"

    @property
    def shown_code(self) -> str:
        """Blank where it is the status once more."""
        return "" if self.code == self.shown_status else self.code

    @property
    def explained(self) -> str:
        """What was told of it, else what its outcome means and what to do."""
        if self.outcome is None:
            return "Every record that is not ok, whatever became of it."
        return self.message or EXPLAINED[self.outcome]

    @property
    def shown_status(self) -> str:
        """Blank where it says no more than the outcome."""
        return str(self.status) if self.status and self.status != HTTP_OK else ""


def together(groups: Sequence[Group], name: str) -> Group:
    """All records of these groups as one, called `name`."""
    numbers = array("Q", sorted(chain.from_iterable(group.numbers for group in groups)))
    return Group(None, name, "", numbers=numbers)


def grouped(records: Records) -> Steps[list[Group]]:
    """The groups of all records that are not ok, the largest first; reads those from disk.

    Where there are several, all of them together come before them.
    """
    groups: dict[_Key, Group] = {}
    total = records.count
    for number in range(total):
        outcome = records.outcome(number)
        if outcome is not None and outcome is not Outcome.OK:
            _add(groups, records, number, outcome)
        if number % RECORDS_A_STEP == 0:
            yield Progress(number, total)
    found = sorted(groups.values(), key=lambda group: -len(group.numbers))
    return [together(found, NOT_OK), *found] if len(found) > 1 else found


def _add(groups: dict[_Key, Group], records: Records, number: int, outcome: Outcome) -> None:
    piece = records.result(number, READ_BYTES)
    status, code, message = 0, "", ""
    if piece is not None and not piece.is_cut:
        result = read_result(piece.data)
        status, code, message = result.status_code or 0, result.code or "", result.message or ""
        if not code and result.finish_reason and outcome is Outcome.TRUNCATED:
            code = result.finish_reason
    key = outcome, status, code, alike(message[:SAME_CHARS])
    if key not in groups and len(groups) >= MOST_GROUPS:
        key, message = (outcome, status, code, ""), "other messages"
    groups.setdefault(key, Group(outcome, code, message, status)).numbers.append(number)
