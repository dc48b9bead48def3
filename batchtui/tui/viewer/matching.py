"""Which records a filter or a search wants: one pass over a file, or over a batch's joined files.

Everything is a generator that hands over every few milliseconds; numbers are told as they are
found. Lines are tested as bytes first, and parsed only where a term asks for what is inside.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Final

from batchtui.jsonl.glance import custom_id_of, glance
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import read_result
from batchtui.tui.viewer.joined_records import JoinedRecords
from batchtui.tui.viewer.patterns import pattern_of
from batchtui.tui.viewer.records import FileRecords, Records
from batchtui.tui.viewer.summary import summary
from batchtui.workflows.where import Where

LINES_A_STEP: Final = 32
LINE_BYTES: Final = 64 * 1024 * 1024

Found = Callable[[int], object]


def matching(records: Records, where: Where, found: Found, start: int = 0) -> Steps[None]:
    """Tell `found` the number of each record that `where` wants, from `start` on and then from 0.

    Raises UsageError for a regular expression that is none.
    """
    test = _Test(where)
    if isinstance(records, FileRecords):
        yield from _in_file(records, test, found, start)
    elif isinstance(records, JoinedRecords):
        yield from _in_joined(records, test, found, start)


def find_id(records: Records, custom_id: str) -> Steps[int | None]:
    """The first record with that very id, else the first whose id contains it."""
    found: list[int] = []
    containing: int | None = None
    steps = matching(records, Where(custom_id=custom_id), found.append)
    while True:
        progress = next(steps, None)
        for number in found:
            if summary(records, number).custom_id == custom_id:
                steps.close()
                return number
            containing = number if containing is None else containing
        found.clear()
        if progress is None:
            return containing
        yield progress


class _Test:
    def __init__(self, where: Where) -> None:
        self.where = where
        self.pattern = pattern_of(where)
        self.custom_id = where.custom_id.encode("utf-8", "surrogatepass")

    def __call__(self, lines: list[bytes], outcome: Outcome | None) -> bool:
        """`lines`: of the record, the result last. `outcome`: where it is known already."""
        where = self.where
        if self.pattern is not None and not any(map(self.pattern.search, lines)):
            return False
        if where.outcomes is not None and outcome is None:
            outcome = glance(lines[-1])[1]
        if where.outcomes is not None and outcome not in where.outcomes:
            return False
        if where.codes is not None and read_result(lines[-1]).code not in where.codes:
            return False
        if where.custom_id:
            return self.custom_id in (custom_id_of(lines[-1]) or b"")
        return True


def _in_file(records: FileRecords, test: _Test, found: Found, start: int) -> Steps[None]:
    source = records.source
    total = source.size_bytes
    begin = records.span(start).offset if start else 0
    for first, offset, stop, base in ((start, begin, total, 0), (0, 0, begin, total - begin)):
        number = first
        for block in blocks(source, offset):
            if block.offset >= stop:
                break
            at = block.offset
            for count, line in enumerate(block.lines, 1):
                if at >= stop:
                    break
                if test([line], records.outcome(number)):
                    found(number)
                number += 1
                at += len(line)
                if count % LINES_A_STEP == 0:
                    yield Progress(base + at - offset, total)
            yield Progress(base + at - offset, total)


def _in_joined(records: JoinedRecords, test: _Test, found: Found, start: int) -> Steps[None]:
    total = records.count
    for done, number in enumerate(_around(start, total)):
        outcome = records.outcome(number)
        wanted = test.where.outcomes
        if wanted is None or outcome in wanted:
            lines = [
                source.read(offset, min(length, LINE_BYTES))
                for source, offset, length in filter(None, records.places(number))
            ]
            if test(lines, outcome):
                found(number)
        if done % LINES_A_STEP == 0:
            yield Progress(done, total)


def _around(start: int, total: int) -> Iterator[int]:
    yield from range(start, total)
    yield from range(min(start, total))
