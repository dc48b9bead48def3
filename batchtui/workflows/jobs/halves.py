"""A shard in two, between two lines. Reads the lines to find where; for a thread."""

from __future__ import annotations

from pathlib import Path
from typing import Final

from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.shards import Lane, Shard, Spans
from batchtui.jsonl.source import CHUNK_BYTES, opened
from batchtui.workflows.jobs.records import ShardRow

_NEWLINE: Final = b"\n"


def halves(path: Path, shard: ShardRow, spans: Spans) -> Steps[list[Shard]]:
    """Two shards of about as many lines; tokens are shared by bytes. Raises InputError."""
    wanted = shard.lines // 2
    first, second = Spans(), Spans()
    counted = 0
    with (yield from opened(path)) as source:
        for offset, length in spans:
            end = offset + length
            at = offset
            while at < end and counted < wanted:
                chunk = source.read_exactly(at, min(CHUNK_BYTES, end - at))
                lines = chunk.count(_NEWLINE)
                if counted + lines >= wanted:
                    cut = -1
                    for _ in range(wanted - counted):
                        cut = chunk.index(_NEWLINE, cut + 1)
                    counted, at = wanted, at + cut + 1
                    break
                counted, at = counted + lines, at + len(chunk)
                yield Progress(at, source.size_bytes)
            if at > offset:
                first.add(offset, at - offset)
            if at < end:
                second.add(at, end - at)
    size = sum(length for _, length in first)
    share = size / max(shard.size_bytes, 1)
    tokens = min(round(shard.tokens * share), shard.tokens)
    lane = Lane(shard.lane.endpoint or None, shard.lane.model or None)
    return [
        Shard(lane, first, wanted, size, tokens),
        Shard(lane, second, shard.lines - wanted, shard.size_bytes - size, shard.tokens - tokens),
    ]
