"""Two results compared, request by request: the same, changed, or in one of them only.

Owns what counts as a change: another outcome, another answer, or another error. What differs each
time that a model is asked, as ids and times and tokens, does not. Costs about 40 bytes a request.
"""

from __future__ import annotations

import enum
from array import array
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Final

from batchtui.jsonl.export_columns import Record, bytes_of, custom_ids, key_of
from batchtui.jsonl.ids import NO_ID
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.outcomes import ANSWERED, Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import CHUNK_BYTES


class Change(enum.StrEnum):
    """What became of a request from the first result, A, to the second, B."""

    SAME = "same"
    CHANGED = "changed"
    ONLY_A = "only_a"
    ONLY_B = "only_b"


CHANGES: Final = tuple(Change)
_CODE: Final = {change: code for code, change in enumerate(CHANGES)}
_NOWHERE: Final = 0xFFFFFFFF


@dataclass(frozen=True, slots=True)
class Pair:
    """One request; `a` and `b` are None where it is not."""

    change: Change
    a: Record | None
    b: Record | None

    @property
    def custom_id(self) -> str | None:
        record = self.a or self.b
        return None if record is None else record.custom_id


class Diff:
    """The requests of A in their order, then those of B alone. Both results stay open for it."""

    def __init__(self, a: Joined, b: Joined) -> None:
        self.a = a
        self.b = b
        self.outcome_changes: dict[tuple[Outcome, Outcome], int] = {}
        self.codes = bytearray()
        self.partners = array("I")  # of each record of A: that of B, or _NOWHERE
        self.alone = array("I")  # the records of B that A has not

    def __len__(self) -> int:
        return len(self.codes) + len(self.alone)

    @property
    def counts(self) -> dict[Change, int]:
        counts = {change: self.codes.count(code) for code, change in enumerate(CHANGES)}
        return counts | {Change.ONLY_B: len(self.alone)}

    def pair(self, index: int) -> Pair:
        """Raises IndexError."""
        if index >= len(self.codes):
            return Pair(Change.ONLY_B, None, Record(self.b, self.alone[index - len(self.codes)]))
        partner = self.partners[index]
        b = None if partner == _NOWHERE else Record(self.b, partner)
        return Pair(CHANGES[self.codes[index]], Record(self.a, index), b)

    def pairs(self, changes: Collection[Change] = CHANGES) -> Iterator[Pair]:
        """Those with one of `changes`."""
        for index in range(len(self)):
            is_alone = index >= len(self.codes)
            change = Change.ONLY_B if is_alone else CHANGES[self.codes[index]]
            if change in changes:
                yield self.pair(index)


def diff(a: Joined, b: Joined) -> Steps[Diff]:
    """Compare two results by custom_id. Of several with one custom_id the first is compared."""
    total = sum(source.size_bytes for joined in (a, b) for source in joined.result_sources)
    found = Diff(a, b)
    ids = yield from custom_ids(b)
    taken = bytearray(len(b))
    done = since = 0
    for index in range(len(a)):
        record = Record(a, index)
        custom_id = record.custom_id
        (partner,) = ids.find([None if custom_id is None else key_of(custom_id)])
        if partner == NO_ID or taken[partner]:
            found.codes.append(_CODE[Change.ONLY_A])
            found.partners.append(_NOWHERE)
        else:
            taken[partner] = 1
            other = Record(b, partner)
            is_same = same(record, other)
            found.codes.append(_CODE[Change.SAME if is_same else Change.CHANGED])
            found.partners.append(partner)
            if record.outcome is not other.outcome:
                key = record.outcome, other.outcome
                found.outcome_changes[key] = found.outcome_changes.get(key, 0) + 1
            since += bytes_of(b, other)
        since += bytes_of(a, record) + 256
        if since >= CHUNK_BYTES:
            done, since = done + since, 0
            yield Progress(min(done, total), total)
    found.alone.extend(index for index in range(len(b)) if not taken[index])
    return found


def same(a: Record, b: Record) -> bool:
    """Whether two records say the same: outcome, and answer or error."""
    if a.outcome is not b.outcome:
        return False
    if a.line == b.line:
        return True
    if a.outcome in ANSWERED:
        return bool(a.answer == b.answer)
    first, second = a.result, b.result
    return (first.code, first.message, first.status_code) == (
        second.code,
        second.message,
        second.status_code,
    )
