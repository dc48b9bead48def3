"""One search: the first hit from the cursor on as soon as it is found, then all of them."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing

from batchtui.jsonl.matchers import matcher
from batchtui.jsonl.progress import Steps
from batchtui.jsonl.search import find_next
from batchtui.tui.viewer.hits import Hits
from batchtui.tui.viewer.matching import matching
from batchtui.tui.viewer.records import FileRecords, Records
from batchtui.workflows.where import Where

Keeps = Callable[[int], bool]
"""Whether a record is listed: hits in others do not count."""


def search(
    records: Records, where: Where, hits: Hits, keeps: Keeps, first: Callable[[int], object]
) -> Steps[None]:
    """Add each hit to `hits`. `first` is told the one to jump to, when there is one."""
    jumped = False

    def found(number: int) -> None:
        if keeps(number):
            hits.add(number)

    with closing(matcher(where.text, is_regex=where.is_regex)) as wanted:
        if isinstance(records, FileRecords) and hits.start < records.count:
            begin = records.span(hits.start).offset
            hit = yield from find_next(records.source, wanted, begin)
            if hit is not None and hit.offset < records.index.scanned_bytes:
                number = records.index.line_of(hit.offset)
                if keeps(number):
                    first(number)
                    jumped = True
        for progress in matching(records, where, found, wanted):
            if not jumped and hits.after:
                first(hits.after[0])
                jumped = True
            yield progress
    hits.is_complete = True
    if not jumped and len(hits):
        first((hits.after or hits.before)[0])
