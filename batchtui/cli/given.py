"""What a bare word on the command line means: a path, a path with a line, or an id."""

from __future__ import annotations

import re
from pathlib import Path
from typing import TYPE_CHECKING

from batchtui.errors import UsageError
from batchtui.visible import shortened

if TYPE_CHECKING:
    from batchtui.tui.start import StartAt


def is_there(word: str) -> bool:
    """True when `word` is the path of something. An id of 300 characters is no path's name."""
    try:
        return Path(word).expanduser().exists()
    except (OSError, RuntimeError, ValueError):
        return False


def looks_like_path(word: str) -> bool:
    return "/" in word or word.endswith(".jsonl")


def start_at(target: str | None, *, may_be_command: bool = True) -> StartAt:
    """Where the app opens for `target`. Raises UsageError when it is neither path nor id.

    `may_be_command`: `target` stood where a command's name could have stood.
    """
    from batchtui.tui.start import AtBatch, AtBatches, AtDirectory, AtFile, AtJob

    if target is None:
        return AtBatches()
    if is_there(target):
        path = Path(target).expanduser()
        return AtDirectory(path) if path.is_dir() else AtFile(path)
    with_line = re.fullmatch(r"(.+):(\d{1,12})", target, re.DOTALL)
    if with_line and is_there(with_line[1]):
        return AtFile(Path(with_line[1]).expanduser(), line=max(int(with_line[2]), 1))
    if re.fullmatch(r"job_[0-9a-f]{1,8}", target):
        return AtJob(target)
    if re.fullmatch(r"[\w.=+-]{12,512}|batch[\w.=+-]*", target) and not looks_like_path(target):
        return AtBatch(target)
    if not may_be_command:
        raise UsageError(f"{shortened(target, 200)}: no such file")
    raise UsageError(
        f"{shortened(target, 200)}: no such file, and no command of that name",
        hint="batchtui --help lists the commands; options come after the command",
    )
