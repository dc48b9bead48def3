"""Requests and their results side by side: what `join` found, as offsets, read again on demand.

Costs 26 bytes a record. The files stay open and are read in place; nothing is kept of their lines.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self

from batchtui.jsonl.glance import custom_id_of
from batchtui.jsonl.outcomes import ANSWERED, Outcome
from batchtui.jsonl.source import Source

OUTCOMES = tuple(Outcome)
"""The outcome behind each code in `Joined.codes`."""

CODE = {outcome: code for code, outcome in enumerate(OUTCOMES)}
NO_FILE = 0xFFFF
_NO_RESULT = bytes((CODE[Outcome.MISSING],))


class Place(NamedTuple):
    """Where a line is: `offset` and `length` in bytes, without its `\\n`.

    Of a gzip file they count unpacked bytes: read it through the Joined.
    """

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

    `missing` counts requests without a result line, whatever the reason.

    `ok` counts requests that the server answered, however useful the answer. The rest are result
    lines that stand for no request: `duplicate` (one more result for an answered request),
    `unknown` (a custom_id that nobody submitted), `unreadable` (no custom_id to be found), and
    `superseded` (one of an attempt for which another has a better).
    result_lines = answered + duplicate + unknown + unreadable + superseded.
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
    superseded: int = 0

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
        self.codes = bytearray()  # of each record: the code of its outcome
        self.without_line = Outcome.MISSING  # the outcome of a record without a result
        self.unknown = self.duplicate = self.unreadable = self.result_lines = 0
        self.superseded = 0
        self.blanks = array("Q")  # of each blank input line: how many records precede it
        self.request_offsets = array("Q")
        self.request_lengths = array("I")
        self.result_files = array("H")  # of each record: the number of the file, or NO_FILE
        self.result_offsets = array("Q")
        self.result_lengths = array("I")
        self._extra_files = array("H")
        self._extra_offsets = array("Q")
        self._extra_lengths = array("I")

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
        missing = self.result_files.count(NO_FILE)
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
            superseded=self.superseded,
        )

    def answered(self) -> array[int]:
        """The indices of the records that have a result line, ascending; 4 bytes each."""
        files = enumerate(self.result_files)
        return array("I", (index for index, file in files if file != NO_FILE))

    def outcome(self, index: int) -> Outcome:
        return OUTCOMES[self.codes[index]]

    def record(self, index: int) -> JoinedRecord:
        """Record `index` (from 0). Reads one line to tell its custom_id. Raises IndexError."""
        if not 0 <= index < len(self):
            raise IndexError(index)
        line = self.read_request(index)
        custom_id = custom_id_of(self.read_result(index) or b"" if line is None else line)
        return JoinedRecord(
            index,
            None if custom_id is None else custom_id.decode("utf-8", "surrogatepass"),
            self.outcome(index),
            None if line is None else index + 1 + bisect_right(self.blanks, index),
            self.request_place(index),
            self.result_place(index),
        )

    def records(self, outcomes: Collection[Outcome] | None = None) -> Iterator[JoinedRecord]:
        """The records with one of `outcomes`, or all."""
        for index in range(len(self)) if outcomes is None else self.indices(outcomes):
            yield self.record(index)

    def indices(self, outcomes: Collection[Outcome]) -> array[int]:
        """The indices of the records with one of `outcomes`, ascending; 4 bytes each."""
        wanted = [outcome in outcomes for outcome in OUTCOMES]
        return array("I", (index for index, code in enumerate(self.codes) if wanted[code]))

    def request_place(self, index: int) -> Place | None:
        """Where the request is; None without an input file."""
        source = self.request_source
        if source is None:
            return None
        return Place(source.path, self.request_offsets[index], self.request_lengths[index])

    def result_place(self, index: int) -> Place | None:
        """Where the result is; None for a missing one."""
        file, offset, length = self.result_of(index)
        return None if file == NO_FILE else Place(self.result_sources[file].path, offset, length)

    def read_request(self, index: int) -> bytes | None:
        """The input line of record `index`, without its `\n`."""
        if self.request_source is None:
            return None
        return self.request_source.read(self.request_offsets[index], self.request_lengths[index])

    def read_result(self, index: int) -> bytes | None:
        """The result line of record `index`, without its `\n`."""
        file, offset, length = self.result_of(index)
        return None if file == NO_FILE else self.result_sources[file].read(offset, length)

    def extras(self) -> Iterator[Place]:
        """The result lines that stand for no record: duplicate, unknown, superseded and so on."""
        places = zip(self._extra_files, self._extra_offsets, self._extra_lengths, strict=True)
        for file, offset, length in places:
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

    # What `join` writes.

    def call_without_line(self, outcome: Outcome) -> None:
        """What became of the records without a result line; at the end of a join."""
        if outcome is not Outcome.MISSING:
            self.without_line = outcome
            self.codes = self.codes.replace(_NO_RESULT, bytes((CODE[outcome],)))

    def add_records(self, count: int) -> None:
        """Add records without results."""
        self.codes.extend(_NO_RESULT * count)
        self.result_files.extend((NO_FILE,) * count)
        self.result_offsets.extend((0,) * count)
        self.result_lengths.extend((0,) * count)

    def are_missing(self, records: Sequence[int]) -> bool:
        """Whether none of `records` has a result."""
        codes = self.codes
        return bytes([codes[record] for record in records]) == _NO_RESULT * len(records)

    def set_results(
        self,
        file: int,
        records: Sequence[int],
        codes: Sequence[int],
        offsets: Sequence[int],
        lengths: Sequence[int],
    ) -> None:
        """Give lines of result file `file` to records that have none yet."""
        self.result_lines += len(records)
        to_code, to_file = self.codes, self.result_files
        to_offset, to_length = self.result_offsets, self.result_lengths
        for record, code, offset, length in zip(records, codes, offsets, lengths, strict=True):
            to_code[record] = code
            to_file[record] = file
            to_offset[record] = offset
            to_length[record] = length

    def set_result(self, index: int, code: int, place: tuple[int, int, int]) -> None:
        """`place`: (number of the result file, offset, length)."""
        self.codes[index] = code
        self.result_files[index], self.result_offsets[index], self.result_lengths[index] = place

    def result_of(self, index: int) -> tuple[int, int, int]:
        """(number of the result file, offset, length); the first is NO_FILE without result."""
        return self.result_files[index], self.result_offsets[index], self.result_lengths[index]

    def set_aside(self, place: tuple[int, int, int]) -> None:
        """Keep a result line that stands for no record among the extras."""
        file, offset, length = place
        self._extra_files.append(file)
        self._extra_offsets.append(offset)
        self._extra_lengths.append(length)
