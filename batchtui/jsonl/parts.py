"""One file into several, several into one, and a sample of one: whole lines, byte for byte."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path

from batchtui.errors import InputError
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.shards import Shard, SpanFile
from batchtui.jsonl.source import CHUNK_BYTES, Source, opened
from batchtui.jsonl.write import copy_lines, new_file


def split(
    path: Path, folder: Path, *, max_lines: int | None = None, max_bytes: int | None = None
) -> Steps[list[Path]]:
    """Write `path` as parts `NAME-001.jsonl`, ... into `folder`, none above the bounds.

    Joined end to end the parts are the file again. Raises InputError, and leaves no part behind,
    when a part exists already or when a single line has more than `max_bytes`.
    """
    parts: list[Path] = []
    try:
        with (yield from opened(path)) as source:
            begin = 0
            for end in _cuts(source, max_lines, max_bytes):
                if isinstance(end, Progress):
                    yield end
                elif end > begin:
                    part = _part(path, folder, len(parts) + 1)
                    yield from _copy(source, begin, end, part)
                    parts.append(part)
                    begin = end
        return parts
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise


def write_shards(path: Path, shards: Sequence[Shard], folder: Path) -> Steps[list[Path]]:
    """Write the shards of `path` as parts, named and guarded as those of `split` are."""
    parts: list[Path] = []
    total = sum(shard.size_bytes for shard in shards)
    done = 0
    try:
        with (yield from opened(path)) as source:
            for shard in shards:
                part = _part(path, folder, len(parts) + 1)
                with new_file(part) as file, SpanFile(source, shard.spans) as content:
                    while data := content.read(CHUNK_BYTES):
                        file.write(data)
                        done += len(data)
                        yield Progress(done, total)
                parts.append(part)
        return parts
    except BaseException:
        for part in parts:
            part.unlink(missing_ok=True)
        raise


def merge(paths: Sequence[Path], out: Path) -> Steps[int]:
    """Write the files one after the other to `out`; returns the bytes written.

    A `\\n` is added between two files where the first has none at its end.
    """
    with ExitStack() as stack:
        sources = []
        for path in paths:
            sources.append(stack.enter_context((yield from opened(path))))
        total = sum(source.size_bytes for source in sources)
        written = 0
        with new_file(out) as file:
            last = b"\n"
            for source in sources:
                if source.size_bytes and last != b"\n":
                    written += file.write(b"\n")
                for at in range(0, source.size_bytes, CHUNK_BYTES):
                    data = source.read_exactly(at, min(CHUNK_BYTES, source.size_bytes - at))
                    written += file.write(data)
                    last = data[-1:] or last
                    yield Progress(written, total)
        return written


def sample(path: Path, out: Path, count: int, *, seed: int = 0) -> Steps[int]:
    """Write `count` lines of `path`, chosen evenly at random, in file order; returns how many.

    Blank lines are not chosen. The same seed chooses the same lines of the same file.
    """
    chance = random.Random(seed)  # noqa: S311 - nothing here is secret
    kept: list[tuple[int, int]] = []
    seen = 0
    with (yield from opened(path)) as source:
        for block in blocks(source):
            offset = block.offset
            for line in block.lines:
                size = len(line) + (block.left_out if line is block.lines[-1] else 0)
                if not line.isspace():
                    seen += 1
                    place = offset, size - line.endswith(b"\n")
                    if len(kept) < count:
                        kept.append(place)
                    elif (at := chance.randrange(seen)) < count:
                        kept[at] = place
                offset += size
            yield Progress(block.end, source.size_bytes)
        kept.sort()
        total = sum(length for _, length in kept)
        return (yield from copy_lines(((source, *place) for place in kept), total, out))


def _cuts(source: Source, max_lines: int | None, max_bytes: int | None) -> Iterator[int | Progress]:
    """Where each part ends, and how far the file is read."""
    begin = end = lines = number = 0
    for block in blocks(source):
        for line in block.lines:
            size = len(line) + (block.left_out if line is block.lines[-1] else 0)
            number += 1
            if max_bytes is not None and size > max_bytes:
                raise InputError(
                    f"{source.path}: line {number} has {size:,} bytes, more than {max_bytes:,}"
                )
            full = max_bytes is not None and end - begin + size > max_bytes
            if full or (max_lines is not None and lines >= max_lines):
                yield end
                begin, lines = end, 0
            end += size
            lines += 1
        yield Progress(block.end, source.size_bytes)
    yield end


def _copy(source: Source, begin: int, end: int, out: Path) -> Steps[None]:
    with new_file(out) as file:
        for at in range(begin, end, CHUNK_BYTES):
            file.write(source.read_exactly(at, min(CHUNK_BYTES, end - at)))
            yield Progress(at, source.size_bytes)


def _part(path: Path, folder: Path, number: int) -> Path:
    """The place of part `number`. Raises InputError when something is there."""
    part = folder / f"{_stem(path)}-{number:03d}.jsonl"
    if part.exists():
        raise InputError(f"{part} exists already", hint="move it away first")
    return part


def _stem(path: Path) -> str:
    name = path.name.removesuffix(".gz")
    return name.removesuffix(".jsonl")
