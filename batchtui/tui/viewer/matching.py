"""Which records a filter or a search wants: one pass over a file, or over a batch's joined files.

Everything is a generator that hands over every few milliseconds; numbers are told as they are
found. Text is looked for in whole files at once; a line is parsed only where a term asks for it.
"""

from __future__ import annotations

import time
from array import array
from bisect import bisect_left
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Final

from batchtui.jsonl.glance import custom_id_of, glance
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.matchers import Matcher, matcher
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import read_result
from batchtui.jsonl.search import Hits, find_all
from batchtui.jsonl.source import Source
from batchtui.jsonl.told import is_blank
from batchtui.tui.viewer.joined_records import JoinedRecords
from batchtui.tui.viewer.records import FileRecords, Place, Records
from batchtui.workflows.where import Where

RECORDS_A_STEP: Final = 64
CODES_A_STEP: Final = 4096
LINE_BYTES: Final = 64 * 1024 * 1024
WAIT_S: Final = 0.01

Found = Callable[[int], object]


def check(where: Where) -> None:
    """Raises InputError for a regular expression that is none."""
    if where.text:
        matcher(where.text, is_regex=where.is_regex).close()


def matching(
    records: Records, where: Where, found: Found, wanted: Matcher | None = None
) -> Steps[None]:
    """Tell `found` the number of each record that `where` wants, ascending.

    `wanted`: what looks for its text, where there is such a matcher already. Raises InputError for
    a regular expression that is none.
    """
    test = _Test(records, where, found)
    with _matcher_of(where, wanted) as wanted:
        if isinstance(records, JoinedRecords):
            yield from _in_joined(records, wanted, test)
        elif isinstance(records, FileRecords):
            if wanted is not None:
                yield from _lines_with(records, wanted, test)
            elif where.is_outcome_only and records.survey is not None:
                yield from _by_outcome(records, test)
            else:
                yield from _all_lines(records, test)


def matching_new(records: FileRecords, where: Where, first: int, found: Found) -> Steps[None]:
    """The same for the lines from number `first` on: those that a file has grown by."""
    test = _Test(records, where, found)
    with _matcher_of(where) as wanted:
        for number in range(first, records.count):
            line, progress = _line(records, number), Progress(number - first, records.count - first)
            if wanted is None or (yield from wanted.hits(line, progress))[0]:
                test(number, line)
            if number % RECORDS_A_STEP == 0:
                yield progress


def find_id(records: Records, custom_id: str) -> Steps[int | None]:
    """The first record with that very id, else the first whose id contains it."""
    found: list[int] = []
    containing: int | None = None
    steps = matching(records, Where(custom_id=custom_id), found.append)
    wanted = custom_id.encode("utf-8", "surrogatepass")
    while True:
        progress = next(steps, None)
        for number in found:
            if custom_id_of(_line(records, number)) == wanted:
                steps.close()
                return number
            containing = number if containing is None else containing
        found.clear()
        if progress is None:
            return containing
        yield progress


class _Test:
    """Everything a filter asks of one record but its text."""

    def __init__(self, records: Records, where: Where, found: Found) -> None:
        self.records = records
        self.where = where
        self.found = found
        self.custom_id = where.custom_id.encode("utf-8", "surrogatepass")
        self.is_trivial = Where(text=where.text, is_regex=where.is_regex) == where

    def __call__(self, number: int, line: bytes | None = None) -> None:
        if self.is_trivial or self._holds(number, line):
            self.found(number)

    def _holds(self, number: int, line: bytes | None) -> bool:
        where = self.where
        if where.outcomes is not None or where.asks_result:
            outcome = self.records.outcome(number)
            if outcome is None:
                line = _line(self.records, number) if line is None else line
                if is_blank(line):
                    return False
                outcome = glance(line)[1]
            if where.outcomes is not None and outcome not in where.outcomes:
                return False
            if where.codes is not None and outcome is Outcome.OK:
                return False
        if not where.asks_result and not self.custom_id:
            return True
        line = _line(self.records, number) if line is None else line
        if where.asks_result and not where.fits(read_result(line)):
            return False
        return self.custom_id in (custom_id_of(line) or b"")


@contextmanager
def _matcher_of(where: Where, given: Matcher | None = None) -> Iterator[Matcher | None]:
    """What finds that which must be in a record's bytes; `given` is closed by who gave it."""
    if given is not None:
        yield given
    elif where.text:
        with closing(matcher(where.text, is_regex=where.is_regex)) as wanted:
            yield wanted
    elif where.custom_id:
        yield matcher(where.custom_id, case="sensitive")
    else:
        yield None


def _lines_with(records: FileRecords, wanted: Matcher, test: _Test) -> Steps[None]:
    hits, index = Hits(), records.index
    tested_to = 0  # the end of the last line that was tested
    for progress in find_all(records.source, wanted, hits):
        offsets = hits.offsets
        while offsets and index.scanned_bytes <= offsets[-1] and not index.complete:
            time.sleep(WAIT_S)  # the index comes along in another thread
            yield progress
        at = bisect_left(offsets, tested_to)
        while at < len(offsets):
            number = index.line_of(offsets[at])
            test(number)
            tested_to = sum(index.span(number)[:2]) + 1
            at = bisect_left(offsets, tested_to, at + 1)
        del hits.offsets[:], hits.lengths[:]
        yield progress


def _by_outcome(records: FileRecords, test: _Test) -> Steps[None]:
    survey = records.survey
    assert survey is not None
    number = 0
    while number < len(survey.codes) or not survey.is_complete:
        if number >= len(survey.codes):
            time.sleep(WAIT_S)  # the survey comes along in another thread
        for each in range(number, min(number + CODES_A_STEP, len(survey.codes))):
            test(each)
            number = each + 1
        yield Progress(number, max(records.count, number))


def _all_lines(records: FileRecords, test: _Test) -> Steps[None]:
    source = records.source
    number = 0
    for block in blocks(source):
        for line in block.lines:
            test(number, line)
            number += 1
            if number % RECORDS_A_STEP == 0:
                yield Progress(block.offset, source.size_bytes)
        yield Progress(block.end, source.size_bytes)


def _in_joined(records: JoinedRecords, wanted: Matcher | None, test: _Test) -> Steps[None]:
    total = records.count
    hits: dict[Source, array[int]] | None = {}
    if wanted is not None:
        hits = yield from _hits_of(records, wanted)
    for number in range(total):
        progress = Progress(number, total)
        places = records.places(number)
        if wanted is None or (yield from _has_hit(places, hits, wanted, progress)):
            test(number)
        if number % RECORDS_A_STEP == 0:
            yield progress


def _hits_of(records: JoinedRecords, wanted: Matcher) -> Steps[dict[Source, array[int]] | None]:
    """Where each file matches; None when that is too often to be kept."""
    found: dict[Source, array[int]] = {}
    for source in records.sources():
        hits = yield from find_all(source, wanted)
        if hits.count != len(hits):
            return None
        found[source] = hits.offsets
    return found


def _has_hit(
    places: tuple[Place | None, Place | None],
    hits: dict[Source, array[int]] | None,
    wanted: Matcher,
    progress: Progress,
) -> Steps[bool]:
    for place in places:
        if place is None:
            continue
        source, offset, length = place
        if hits is None:
            line = source.read(offset, min(length, LINE_BYTES))
            if (yield from wanted.hits(line, progress))[0]:
                return True
            continue
        at = bisect_left(hits[source], offset)
        if at < len(hits[source]) and hits[source][at] < offset + length:
            return True
    return False


def _line(records: Records, number: int) -> bytes:
    return records.line(number, LINE_BYTES).data
