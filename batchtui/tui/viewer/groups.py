"""Errors that say the same, counted: what went wrong in a batch, at a glance."""

from __future__ import annotations

import re
from array import array
from dataclasses import dataclass, field
from typing import Final

from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import read_result
from batchtui.tui.viewer.records import Records

READ_BYTES: Final = 1024 * 1024
MOST_GROUPS: Final = 1_000
RECORDS_A_STEP: Final = 32
SAME_CHARS: Final = 200
_VARYING: Final = re.compile(r"[0-9a-f]{8,}|[0-9][0-9,._]*|(['\"`])[^'\"`]{0,200}\1")


@dataclass(slots=True)
class Group:
    """Records with one outcome whose messages differ in numbers and names only.

    `message` is the first one. `numbers` are the records, ascending.
    """

    outcome: Outcome
    code: str
    message: str
    numbers: array[int] = field(default_factory=lambda: array("Q"))

    @property
    def name(self) -> str:
        return f"errors:{self.code}" if self.code else f"outcome:{self.outcome}"


def grouped(records: Records) -> Steps[list[Group]]:
    """The groups of all records that are not ok, the largest first; reads those from disk."""
    groups: dict[tuple[Outcome, str, str], Group] = {}
    total = records.count
    for number in range(total):
        outcome = records.outcome(number)
        if outcome is not None and outcome is not Outcome.OK:
            _add(groups, records, number, outcome)
        if number % RECORDS_A_STEP == 0:
            yield Progress(number, total)
    return sorted(groups.values(), key=lambda group: -len(group.numbers))


def _add(
    groups: dict[tuple[Outcome, str, str], Group], records: Records, number: int, outcome: Outcome
) -> None:
    piece = records.result(number, READ_BYTES)
    code = message = ""
    if piece is not None and not piece.is_cut:
        result = read_result(piece.data)
        code, message = result.code or "", result.message or ""
        if not code and result.finish_reason and outcome is Outcome.TRUNCATED:
            code = result.finish_reason
    key = outcome, code, _VARYING.sub("*", message[:SAME_CHARS])
    if key not in groups and len(groups) >= MOST_GROUPS:
        key, message = (outcome, code, ""), "other messages"
    groups.setdefault(key, Group(outcome, code, message)).numbers.append(number)
