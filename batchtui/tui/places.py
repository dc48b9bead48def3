"""The directories in which something was done lately, kept between runs. Reads and writes a file.

Everything here may block and belongs into a thread. A record that cannot be read or written is no
trouble: it is a convenience.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from batchtui import paths

MOST: Final = 30


def recent(last_shown: str | None = None) -> list[Path]:
    """The latest first, then where the last run was; those that are gone are left out."""
    found = _read()
    if last_shown and "\0" not in last_shown and Path(last_shown) not in found:
        found.append(Path(last_shown))
    return [path for path in found if os.path.isdir(path)]  # noqa: PTH112 - it never raises


def note(directory: Path) -> None:
    """`directory` was used just now."""
    here = directory.absolute()
    _write([here, *(path for path in _read() if path != here)][:MOST])


def forget(directory: Path) -> None:
    _write([path for path in _read() if path != directory])


def _file() -> Path:
    return paths.state_dir() / "directories.json"


def _read() -> list[Path]:
    try:
        found = json.loads(_file().read_text(encoding="utf-8", errors="surrogateescape"))
    except (OSError, ValueError, RecursionError):
        return []
    if not isinstance(found, list):
        return []
    return [Path(each) for each in found if isinstance(each, str) and "\0" not in each]


def _write(directories: list[Path]) -> None:
    path = _file()
    fresh = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        paths.private(path.parent)
        text = json.dumps([str(each) for each in directories])
        fresh.write_text(text, encoding="utf-8")
        fresh.replace(path)
    except OSError:
        fresh.unlink(missing_ok=True)
