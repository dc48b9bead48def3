"""Input and result files brought together by custom_id, in one pass over each.

Owns the matching: which result line belongs to which request. What it finds is a `Joined`.
"""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from contextlib import ExitStack
from pathlib import Path

from batchtui.errors import InputError
from batchtui.jsonl.heads import custom_id_of
from batchtui.jsonl.joined import CODE, NO_FILE, OUTCOMES, Audit, Joined, JoinedRecord, Place
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.outcomes import ANSWERED, Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import read_result
from batchtui.jsonl.source import Source, opened

__all__ = ["Audit", "Joined", "JoinedRecord", "Place", "join"]

_MISSING = CODE[Outcome.MISSING]


def join(input: Path | None, outputs: Sequence[Path]) -> Steps[Joined]:  # noqa: A002
    """Join the batch input with its output and error files, in any order.

    `input` None: the records are the distinct custom_ids of the results, in their order. Of several
    results for one request, one that was answered is taken before one that was not, else the first.
    Raises InputError when a file cannot be read. The caller closes the Joined.
    """
    if len(outputs) >= NO_FILE:
        raise InputError(f"{len(outputs)} result files at once are too many")
    with ExitStack() as opened_files:
        request_source: Source | None = None
        if input is not None:
            request_source = opened_files.enter_context((yield from opened(input)))
        sources = []
        for path in outputs:
            sources.append(opened_files.enter_context((yield from opened(path))))
        joined = Joined(request_source, sources)
        matching = _Matching(joined)
        total = sum(s.size_bytes for s in (request_source, *sources) if s is not None)
        done = 0
        if request_source is not None:
            for block in blocks(request_source):
                matching.requests(block.offset, block.lines, block.left_out)
                yield Progress(block.end, total)
            done = request_source.size_bytes
        matching.begin_results()
        for number, source in enumerate(sources):
            for block in blocks(source):
                matching.results(number, block.offset, block.lines, block.left_out)
                yield Progress(done + block.end, total)
            done += source.size_bytes
        opened_files.pop_all()
        return joined


class _Matching:
    def __init__(self, joined: Joined) -> None:
        self.joined = joined
        self.first: dict[bytes, int] = {}  # custom_id -> its first record
        self.next: dict[int, int] = {}  # record -> the next one with its custom_id

    def requests(self, offset: int, lines: list[bytes], left_out: int) -> None:
        joined = self.joined
        for line in lines:
            size = len(line) + (left_out if line is lines[-1] else 0)
            if line.strip(b" \t\r\n"):
                record = len(joined.request_offsets)
                joined.request_offsets.append(offset)
                joined.request_lengths.append(min(size - (line[-1] == 10), 0xFFFFFFFF))
                custom_id = custom_id_of(line)
                if custom_id is not None:
                    self.add(custom_id, record)
            else:
                joined.blanks.append(len(joined.request_offsets))
            offset += size

    def add(self, custom_id: bytes, record: int) -> None:
        at = self.first.setdefault(custom_id, record)
        if at != record:
            while at in self.next:
                at = self.next[at]
            self.next[at] = record

    def begin_results(self) -> None:
        joined = self.joined
        count = len(joined.request_offsets)
        joined.result_files = array("H", [NO_FILE]) * count
        joined.result_offsets = array("Q", [0]) * count
        joined.result_lengths = array("I", [0]) * count
        joined.codes = bytearray([_MISSING]) * count

    def results(self, file: int, offset: int, lines: list[bytes], left_out: int) -> None:
        for line in lines:
            size = len(line) + (left_out if line is lines[-1] else 0)
            if line.strip(b" \t\r\n"):
                length = min(size - (line[-1] == 10), 0xFFFFFFFF)
                self.result(file, offset, length, line)
            offset += size

    def result(self, file: int, offset: int, length: int, line: bytes) -> None:
        joined = self.joined
        joined.result_lines += 1
        custom_id = custom_id_of(line)
        if custom_id is None:
            joined.unreadable += 1
            self.set_aside(file, offset, length)
            return
        record = self.first.get(custom_id)
        if record is None:
            if joined.request_source is not None:
                joined.unknown += 1
                self.set_aside(file, offset, length)
                return
            record = self.first[custom_id] = len(joined.codes)
            joined.codes.append(_MISSING)
            joined.result_files.append(NO_FILE)
            joined.result_offsets.append(0)
            joined.result_lengths.append(0)
        code = CODE[read_result(line.removeprefix(b"\xef\xbb\xbf")).outcome]
        while joined.codes[record] != _MISSING and record in self.next:
            record = self.next[record]
        before = joined.codes[record]
        if before != _MISSING:
            joined.duplicate += 1
            if OUTCOMES[before] in ANSWERED or OUTCOMES[code] not in ANSWERED:
                self.set_aside(file, offset, length)
                return
            self.set_aside(
                joined.result_files[record],
                joined.result_offsets[record],
                joined.result_lengths[record],
            )
        joined.codes[record] = code
        joined.result_files[record] = file
        joined.result_offsets[record] = offset
        joined.result_lengths[record] = length

    def set_aside(self, file: int, offset: int, length: int) -> None:
        joined = self.joined
        joined.extra_files.append(file)
        joined.extra_offsets.append(offset)
        joined.extra_lengths.append(length)
