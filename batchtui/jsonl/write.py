"""New files made of the lines of others: streaming, and whole or not at all.

Each file is written beside its place under a temporary name, flushed to disk and renamed; a
failure or a cancel leaves what was there before. A line is copied byte for byte.
"""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import BinaryIO

from batchtui.errors import InputError
from batchtui.jsonl.index import LineIndex
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import CHUNK_BYTES, Source


@contextlib.contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """A file that takes the place of `path` when the block ends well. Raises InputError.

    Links are followed. What is no regular file, as a pipe or /dev/null, is written to as it is.
    """
    target = Path(os.path.realpath(path))
    try:
        if target.exists() and not target.is_file():
            with target.open("wb") as device:
                yield device
            return
        temporary = target.parent / f".{target.name[:100]}.{secrets.token_hex(4)}"
        try:
            with temporary.open("xb", buffering=CHUNK_BYTES) as file:
                yield file
                file.flush()
                with contextlib.suppress(FileNotFoundError):
                    os.fchmod(file.fileno(), target.stat().st_mode & 0o777)
                os.fsync(file.fileno())
            temporary.replace(target)
        except BaseException:
            temporary.unlink(missing_ok=True)
            raise
        _sync_directory(target.parent)
    except OSError as error:
        raise InputError(f"cannot write {path}: {error.strerror or error}") from None


def merge_in_input_order(joined: Joined, out: Path) -> Steps[int]:
    """Write the result lines, output and errors together, in input order; returns how many.

    Missing requests have no line; duplicates and unknown ones are left out (`joined.audit`).
    """
    places = (joined.result_of(index) for index in joined.answered())
    lines = ((joined.result_sources[file], offset, length) for file, offset, length in places)
    total = sum(source.size_bytes for source in joined.result_sources)
    return (yield from copy_lines(lines, total, out))


def extract(joined: Joined, indices: Iterable[int], out: Path) -> Steps[int]:
    """Write the input lines of these records to `out`, as a new input; returns how many.

    `joined.indices(NOT_ANSWERED)` are those worth a retry. Raises InputError without input file.
    """
    source = joined.request_source
    if source is None:
        raise InputError("the requests are not known: there is no input file")
    chosen = list(indices)
    total = sum(joined.request_lengths[index] for index in chosen)
    lines = (
        (source, joined.request_offsets[index], joined.request_lengths[index]) for index in chosen
    )
    return (yield from copy_lines(lines, total, out))


def extract_lines(index: LineIndex, lines: Sequence[int], out: Path) -> Steps[int]:
    """Write these lines (from 0) of an indexed file to `out`; returns how many."""
    spans = (index.span(line) for line in lines)
    places = ((index.source, span.offset, span.length) for span in spans)
    return (yield from copy_lines(places, index.source.size_bytes, out))


def copy_lines(places: Iterable[tuple[Source, int, int]], total: int, out: Path) -> Steps[int]:
    """Write the lines at (source, offset, length) to `out`; returns how many. `total`: in bytes."""
    count = done = since = 0
    with new_file(out) as file:
        for source, offset, length in places:
            end = offset + length
            for at in range(offset, end, CHUNK_BYTES):
                piece = source.read_exactly(at, min(CHUNK_BYTES, end - at))
                file.write(piece)
                since += len(piece)
                if since >= CHUNK_BYTES:
                    done, since = done + since, 0
                    yield Progress(done, total)
            file.write(b"\n")
            count += 1
            since += 256
    return count


def _sync_directory(directory: Path) -> None:
    with contextlib.suppress(OSError):
        descriptor = os.open(directory, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
