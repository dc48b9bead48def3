"""Local files and what is known of them: the rows of the file browser. Reads disks, no widgets.

Everything here may block and belongs into a thread.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchtui.errors import InputError

if TYPE_CHECKING:
    from batchtui.jsonl.facts import Kind
    from batchtui.jsonl.shape import Shape

FIRST_PORTION: Final = 500
COUNTED_BYTES: Final = 512 * 1024 * 1024
"""Lines of a larger file are not counted just to list it."""
VALIDATED_BYTES: Final = 4 * 1024 * 1024
"""A larger file is not validated just to list it."""
PREVIEW_BYTES: Final = 400


@dataclass(frozen=True, slots=True)
class Entry:
    """`size_bytes` None: a directory, or not readable. `trouble` says why something is not known.

    `lines`, `endpoint`, `model`, `problems` are None until they are looked into, and where it
    would cost too much; `problems` counts what a server would refuse. `shape`: what it is where it
    is neither requests nor results.
    """

    name: str
    path: Path
    is_dir: bool
    size_bytes: int | None = None
    trouble: str | None = None
    modified_ns: int | None = None
    kind: Kind | None = None
    shape: Shape | None = None
    lines: int | None = None
    endpoint: str | None = None
    model: str | None = None
    problems: int | None = None
    preview: str = ""
    looked: bool = False

    @property
    def is_hidden(self) -> bool:
        return self.name.startswith(".") and self.name != ".."


def scan(directory: Path) -> Iterator[list[Entry]]:
    """The entries of `directory` in portions that grow, unsorted.

    Raises InputError when it is unreadable.
    """
    portion: list[Entry] = []
    enough = FIRST_PORTION
    try:
        with os.scandir(directory) as found:
            for each in found:
                portion.append(_entry(each))
                if len(portion) >= enough:
                    yield portion
                    portion = []
                    enough *= 2
    except OSError as error:
        raise InputError(f"{error.strerror or error}: {directory}") from None
    yield portion


def in_order(entries: Iterator[Entry] | list[Entry], directory: Path) -> list[Entry]:
    """The way up first, then directories, then files, each by name."""
    listed = sorted(
        entries, key=lambda entry: (not entry.is_dir, entry.name.casefold(), entry.name)
    )
    if directory.parent != directory:
        listed.insert(0, Entry("..", directory.parent, is_dir=True))
    return listed


def look_into(entry: Entry) -> Entry:
    """`entry` with what its content tells: kind, endpoint, model, lines, problems, a preview."""
    if entry.is_dir or entry.trouble:
        return replace(entry, looked=True)
    try:
        return _looked_into(entry)
    except InputError as error:
        reason = error.message.removeprefix(f"cannot read {entry.path}: ")
        return replace(entry, trouble=reason.removeprefix(f"{entry.path} is "), looked=True)
    except OSError as error:
        return replace(entry, trouble=error.strerror or str(error), looked=True)


def _looked_into(entry: Entry) -> Entry:
    from batchtui.jsonl.facts import peek
    from batchtui.jsonl.index import build
    from batchtui.jsonl.progress import run
    from batchtui.jsonl.source import Source
    from batchtui.jsonl.validate import validate

    if not entry.path.is_file():
        return replace(entry, trouble="not a regular file", looked=True)
    facts = peek(entry.path)
    lines = problems = None
    with Source.open(entry.path) as source:
        preview = source.read(0, min(PREVIEW_BYTES, source.size_bytes)).split(b"\n", 1)[0]
        if facts.kind != "other" and source.size_bytes <= COUNTED_BYTES:
            lines = run(build(source)).line_count
    if facts.is_batch_input and facts.size_bytes <= VALIDATED_BYTES:
        problems = run(validate(entry.path)).error_count
    return replace(
        entry,
        size_bytes=facts.size_bytes,
        kind=facts.kind,
        shape=facts.look.shape if facts.kind == "other" else None,
        lines=lines,
        endpoint=facts.endpoint,
        model=facts.model,
        problems=problems,
        preview=preview.removesuffix(b"\r").decode(errors="replace"),
        looked=True,
    )


def _entry(found: os.DirEntry[str]) -> Entry:
    path = Path(found.path)
    try:
        if found.is_dir():
            return Entry(found.name, path, is_dir=True)
        status = found.stat()
        return Entry(found.name, path, False, status.st_size, modified_ns=status.st_mtime_ns)
    except OSError as error:
        reason = error.strerror or str(error)
        if isinstance(error, FileNotFoundError) and found.is_symlink():
            reason = "a link to nothing"
        return Entry(found.name, path, is_dir=False, trouble=reason)
