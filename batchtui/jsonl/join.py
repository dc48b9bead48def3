"""Input and result files brought together by custom_id, in one pass over each.

Owns the matching: which result line belongs to which request. What it finds is a `Joined`. While it
runs it costs about 20 bytes a record more than the `Joined` does.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from itertools import accumulate
from pathlib import Path

from batchtui.errors import InputError
from batchtui.jsonl.glance import custom_id_of, match_head
from batchtui.jsonl.ids import NO_ID, IdTable
from batchtui.jsonl.joined import CODE, NO_FILE, OUTCOMES, Joined
from batchtui.jsonl.lines import Block, blocks
from batchtui.jsonl.outcomes import ANSWERED, Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import Source, opened
from batchtui.jsonl.telling import telling
from batchtui.jsonl.told import Told, is_blank, places

_MISSING = CODE[Outcome.MISSING]
_RANKS = tuple(2 if each is Outcome.OK else int(each in ANSWERED) for each in OUTCOMES)
"""How good each outcome is: as wished, answered, not answered."""


def join(
    input: Path | None,  # noqa: A002
    outputs: Sequence[Path],
    *,
    attempts: Sequence[int] | None = None,
    without_line: Outcome = Outcome.MISSING,
    aside: bool = True,
) -> Steps[Joined]:
    """Join the batch input with its output and error files, in any order.

    `input` None: the records are the distinct custom_ids of the results, in their order. Of several
    results for one request, one that was answered is taken before one that was not, else the first.
    `attempts`, one for each of `outputs`: of the results of several attempts the best is taken, of
    equally good ones the last; the others are superseded, and no duplicates. `without_line`: what
    became of requests without a result, see `outcomes.without_line`. `aside`: large results
    are told by a second process, which is quicker and takes more memory.
    Several requests with one custom_id take its results in turn. INVALID_JSON is not looked for:
    `answers.check_json_answers` does that. Raises InputError when a file cannot be read. The caller
    closes the Joined.
    """
    if len(outputs) >= NO_FILE:
        raise InputError(f"{len(outputs)} result files at once are too many")
    with ExitStack() as opened_files:
        request_source: Source | None = None
        if input is not None:
            request_source = opened_files.enter_context((yield from opened(input)))
        result_sources = []
        for path in outputs:
            result_sources.append(opened_files.enter_context((yield from opened(path))))
        begins = [request_source.size_bytes if request_source else 0]
        begins.extend(source.size_bytes for source in result_sources)
        *begins, total_bytes = accumulate(begins)
        matching = _Matching(Joined(request_source, result_sources), attempts)
        with telling(result_sources, aside=aside) as results:
            if request_source is not None:
                for block in blocks(request_source):
                    matching.requests(block)
                    yield Progress(block.end, total_bytes)
            for number, some in results:
                matching.results(number, some)
                yield Progress(begins[number] + some.end, total_bytes)
        opened_files.pop_all()
        matching.joined.call_without_line(without_line)
        return matching.joined


class _Matching:
    def __init__(self, joined: Joined, attempts: Sequence[int] | None) -> None:
        self.joined = joined
        self.attempts = attempts or (1,) * len(joined.result_sources)
        self.ids = IdTable()  # numbered as the records are
        self.next = array("I")  # of each record: the next with the same custom_id, or 0
        self.last: dict[int, int] = {}  # of the first record with a custom_id: the last
        self.unfilled: dict[int, int] = {}  # of it: which one gets the next result

    def requests(self, block: Block) -> None:
        joined = self.joined
        offsets, lengths = places(block)
        heads = map(match_head, block.lines)
        ids = [
            head[1] if head else custom_id_of(line)
            for head, line in zip(heads, block.lines, strict=True)
        ]
        if None in ids:
            kept: list[int] = []
            for at, line in enumerate(block.lines):
                if ids[at] is None and is_blank(line):
                    joined.blanks.append(len(self.ids) + len(kept))
                else:
                    kept.append(at)
            ids = [ids[at] for at in kept]
            offsets = [offsets[at] for at in kept]
            lengths = [lengths[at] for at in kept]
        joined.request_offsets.extend(offsets)
        joined.request_lengths.extend(lengths)
        self.add(ids)

    def add(self, ids: list[bytes | None]) -> None:
        """Number the next records."""
        base = len(self.ids)
        firsts = self.ids.extend(ids)
        self.joined.add_records(len(ids))
        self.next.extend((0,) * len(ids))
        if firsts != list(range(base, base + len(ids))):
            for record, first in enumerate(firsts, base):
                if first not in (record, NO_ID):
                    self.next[self.last.get(first, first)] = record
                    self.last[first] = record

    def results(self, file: int, told: Told) -> None:
        joined = self.joined
        ids, codes, offsets, lengths = told.custom_ids, told.codes, told.offsets, told.lengths
        records = self.ids.find(ids)
        are_distinct = NO_ID not in records and len(set(records)) == len(records)
        if are_distinct and joined.are_missing(records):
            joined.set_results(file, records, codes, offsets, lengths)
            return
        for at, record in enumerate(records):
            place = file, offsets[at], lengths[at]
            if record == NO_ID:
                if at in told.blanks:
                    continue
                record = self.without_request(ids[at], place)
            joined.result_lines += 1
            if record != NO_ID:
                self.fill(record, codes[at], place)

    def without_request(self, custom_id: bytes | None, place: tuple[int, int, int]) -> int:
        """A result that no request is known for: a new record if there is no input, else extra."""
        joined = self.joined
        if custom_id is None:
            joined.unreadable += 1
        elif joined.request_source is not None:
            joined.unknown += 1
        else:
            record = self.ids.find((custom_id,))[0]
            if record == NO_ID:
                record = len(self.ids)
                self.add([custom_id])
            return record
        joined.set_aside(place)
        return NO_ID

    def fill(self, first: int, code: int, place: tuple[int, int, int]) -> None:
        """Give a result to the request, or to the next one of those with the same custom_id."""
        joined = self.joined
        codes, record = joined.codes, first
        if codes[record] != _MISSING and self.next[first]:
            record = self.unfilled.get(first, first)
            while codes[record] != _MISSING and self.next[record]:
                record = self.next[record]
            self.unfilled[first] = record
        if codes[record] != _MISSING:
            before, after = _RANKS[codes[record]], _RANKS[code]
            file = joined.result_files[record]
            if self.attempts[file] == self.attempts[place[0]]:
                joined.duplicate += 1
                is_better = after > 0 and before == 0
            else:
                joined.superseded += 1
                is_better = (after, self.attempts[place[0]]) > (before, self.attempts[file])
            if not is_better:
                joined.set_aside(place)
                return
            joined.set_aside(joined.result_of(record))
        joined.set_result(record, code, place)
