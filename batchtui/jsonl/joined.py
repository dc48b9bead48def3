"""Requests and their results side by side: what `join` found, as offsets, read again on demand.

Costs 26 bytes a record. The files stay open and are read in place; nothing is kept of their lines.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from batchtui.jsonl.heads import custom_id_of
from batchtui.jsonl.outcomes import ANSWERED, Outcome
from batchtui.jsonl.source import Source

OUTCOMES = tuple(Outcome)
"""The outcome behind each code in `Joined.codes`."""

CODE = {outcome: code for code, outcome in enumerate(OUTCOMES)}
NO_FILE = 0xFFFF


class Place(NamedTuple):
    """Where a line is: `offset` and `length` in bytes, without its `\\n`."""

    path: Path
    offset: int
    length: int


@dataclass(frozen=True, slots=True)
class JoinedRecord:
    """One request with its result. `index` counts from 0; `line`, in the input file, from 1.

    `request` is None when there is no input file; `result` is None when nothing answers.
    """

    index: int
    custom_id: str | None
    outcome: Outcome
    line: int | None
    request: Place | None
    result: Place | None


@dataclass(frozen=True, slots=True)
class Audit:
    """The sums: submitted = answered + missing, and answered = ok + failed.

    `ok` counts requests that the server answered, however useful the answer. The rest are result
    lines that stand for no request: `duplicate` (one more result for an answered request),
    `unknown` (a custom_id that nobody submitted), `unreadable` (no custom_id to be found).
    result_lines = answered + duplicate + unknown + unreadable.
    """

    submitted: int
    answered: int
    ok: int
    failed: int
    missing: int
    duplicate: int
    unknown: int
    unreadable: int
    result_lines: int

    @property
    def is_complete(self) -> bool:
        """Every request was answered, and by exactly one line."""
        extra = self.duplicate or self.unknown or self.unreadable
        return not (self.missing or self.failed or extra)


class Joined:
    """The records in input order, or in the order of the results when there is no input.

    Use as a context manager, or `close()`.
    """

    def __init__(self, request_source: Source | None, result_sources: list[Source]) -> None:
        self.request_source = request_source
        self.result_sources = result_sources
        self.request_offsets = array("Q")
        self.request_lengths = array("I")
        self.blanks = array("Q")  # for each blank input line, how many records precede it
        self.result_files = array("H")
        self.result_offsets = array("Q")
        self.result_lengths = array("I")
        self.codes = bytearray()
        self.extra_files = array("H")
        self.extra_offsets = array("Q")
        self.extra_lengths = array("I")
        self.unknown = self.duplicate = self.unreadable = self.result_lines = 0

    def __len__(self) -> int:
        return len(self.codes)

    @property
    def counts(self) -> dict[Outcome, int]:
        """How many records have each outcome; outcomes that no record has are left out."""
        found = ((outcome, self.codes.count(code)) for code, outcome in enumerate(OUTCOMES))
        return {outcome: n for outcome, n in found if n}

    @property
    def audit(self) -> Audit:
        counts = self.counts
        submitted = len(self)
        missing = counts.get(Outcome.MISSING, 0)
        ok = sum(n for outcome, n in counts.items() if outcome in ANSWERED)
        return Audit(
            submitted=submitted,
            answered=submitted - missing,
            ok=ok,
            failed=submitted - missing - ok,
            missing=missing,
            duplicate=self.duplicate,
            unknown=self.unknown,
            unreadable=self.unreadable,
            result_lines=self.result_lines,
        )

    def outcome(self, index: int) -> Outcome:
        return OUTCOMES[self.codes[index]]

    def record(self, index: int) -> JoinedRecord:
        """Record `index` (from 0). Reads one line to tell its custom_id. Raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        request, result = self.request_place(index), self.result_place(index)
        line = self.read_request(index) if request else self.read_result(index)
        custom_id = custom_id_of(line or b"")
        return JoinedRecord(
            index,
            None if custom_id is None else custom_id.decode("utf-8", "surrogatepass"),
            self.outcome(index),
            None if request is None else index + 1 + bisect_right(self.blanks, index),
            request,
            result,
        )

    def records(self, outcomes: Collection[Outcome] | None = None) -> Iterator[JoinedRecord]:
        """The records with one of `outcomes`, or all."""
        for index in range(len(self)) if outcomes is None else self.indices(outcomes):
            yield self.record(index)

    def indices(self, outcomes: Collection[Outcome]) -> array[int]:
        """The indices of the records with one of `outcomes`, ascending; 4 bytes each."""
        wanted = bytes(code for code, outcome in enumerate(OUTCOMES) if outcome in outcomes)
        return array("I", (i for i, code in enumerate(self.codes) if code in wanted))

    def request_place(self, index: int) -> Place | None:
        if self.request_source is None:
            return None
        return Place(
            self.request_source.path, self.request_offsets[index], self.request_lengths[index]
        )

    def result_place(self, index: int) -> Place | None:
        file = self.result_files[index]
        if file == NO_FILE:
            return None
        return Place(
            self.result_sources[file].path, self.result_offsets[index], self.result_lengths[index]
        )

    def read_request(self, index: int) -> bytes | None:
        """The input line of record `index`, without its `\\n`."""
        if self.request_source is None:
            return None
        return self.request_source.read(self.request_offsets[index], self.request_lengths[index])

    def read_result(self, index: int) -> bytes | None:
        """The result line of record `index`, without its `\\n`."""
        file = self.result_files[index]
        if file == NO_FILE:
            return None
        source = self.result_sources[file]
        return source.read(self.result_offsets[index], self.result_lengths[index])

    def extras(self) -> Iterator[Place]:
        """The result lines that stand for no record: duplicate, unknown and unreadable ones."""
        for file, offset, length in zip(
            self.extra_files, self.extra_offsets, self.extra_lengths, strict=True
        ):
            yield Place(self.result_sources[file].path, offset, length)

    def close(self) -> None:
        for source in (self.request_source, *self.result_sources):
            if source is not None:
                source.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()
