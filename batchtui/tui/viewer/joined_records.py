"""The records of a batch: its requests in input order, each with its result."""

from __future__ import annotations

from pathlib import Path

from batchtui.jsonl.facts import Kind
from batchtui.jsonl.joined import NO_FILE, Joined
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.source import Source
from batchtui.tui.viewer.records import HEAD_BYTES, Piece, Place


class JoinedRecords:
    is_complete = True
    tail_count = 0
    kind: Kind = "results"

    def __init__(self, joined: Joined) -> None:
        self.joined = joined
        self.counts = joined.counts

    @property
    def count(self) -> int:
        return len(self.joined)

    def grow_tail(self, wanted: int) -> None:
        """All records are known."""

    def line(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece:
        piece = self.result(number, limit_bytes) or self.request(number, limit_bytes)
        return piece or Piece(b"", 0)

    def request(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None:
        return _read(self._request_place(number), limit_bytes)

    def result(self, number: int, limit_bytes: int = HEAD_BYTES) -> Piece | None:
        return _read(self._result_place(number), limit_bytes)

    def places(self, number: int) -> tuple[Place | None, Place | None]:
        return self._request_place(number), self._result_place(number)

    def outcome(self, number: int) -> Outcome | None:
        return self.joined.outcome(number)

    def sources(self) -> list[Source]:
        both = [self.joined.request_source, *self.joined.result_sources]
        return [each for each in both if each is not None]

    def paths(self) -> list[Path]:
        return [each.path for each in self.sources()]

    def close(self) -> None:
        self.joined.close()

    def _request_place(self, number: int) -> Place | None:
        joined = self.joined
        if joined.request_source is None:
            return None
        return joined.request_source, joined.request_offsets[number], joined.request_lengths[number]

    def _result_place(self, number: int) -> Place | None:
        joined = self.joined
        file = joined.result_files[number]
        if file == NO_FILE:
            return None
        return (
            joined.result_sources[file],
            joined.result_offsets[number],
            joined.result_lengths[number],
        )


def _read(place: Place | None, limit_bytes: int) -> Piece | None:
    if place is None:
        return None
    source, offset, length = place
    return Piece(source.read(offset, min(length, limit_bytes)), length)
