"""Puts right what can be put right mechanically, in a new file beside the one that was checked.

Owns which repairs a check asks for and what the new file is called; the repairs are the engine's.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from batchtui.jsonl.progress import Progress
from batchtui.jsonl.repair import repair
from batchtui.jsonl.validation import Validation
from batchtui.workflows.background import in_thread

_PACKED: Final = ".gz"


@dataclass(frozen=True, slots=True)
class Fixed:
    """The new file, and how many lines each repair changed."""

    path: Path
    changed: dict[str, int]


def fixable(validation: Validation, endpoint: str | None) -> dict[str, int]:
    """By repair: how many of the listed problems it puts right. No url without an endpoint."""
    found: dict[str, int] = {}
    for problem in validation.problems:
        if problem.repair is not None and (problem.repair != "set_url" or endpoint):
            found[problem.repair] = found.get(problem.repair, 0) + 1
    return found


def fixed_path(path: Path, directory: Path | None = None) -> Path:
    """A name that no file has yet: `in.fixed.jsonl`, `in.fixed-2.jsonl`, ..."""
    name = path.name.removesuffix(_PACKED)
    stem, dot, suffix = name.rpartition(".")
    if not stem:
        stem, dot, suffix = name, "", ""
    place = directory or path.parent
    number = 1
    while True:
        word = "fixed" if number == 1 else f"fixed-{number}"
        fixed = place / f"{stem}.{word}{dot}{suffix}"
        if not fixed.exists() and not fixed.is_symlink():
            return fixed
        number += 1


async def fix(
    path: Path,
    out: Path,
    repairs: Collection[str],
    *,
    endpoint: str | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Fixed:
    """Write `path`, repaired, to `out`. Raises InputError when a file cannot be read or written."""
    changed = await in_thread(repair(path, out, repairs, endpoint=endpoint), on_progress)
    return Fixed(out, changed)
