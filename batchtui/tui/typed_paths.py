"""What is typed where a path is wanted: the path and what is there, or why it can be none.

Nothing that a disk says about a typed path is an error of the app: it is told as a UsageError.
"""

from __future__ import annotations

import stat
from dataclasses import dataclass
from pathlib import Path

from batchtui.errors import UsageError
from batchtui.tui.figures import size


@dataclass(frozen=True, slots=True)
class Place:
    """Where a file is to be written. `size_bytes`: of the file that is there; None: there is none.

    `path` is absolute.
    """

    path: Path
    size_bytes: int | None = None

    @property
    def question(self) -> str:
        """To be asked before what is there is replaced; "" where nothing is."""
        if self.size_bytes is None:
            return ""
        return f"{self.path} exists ({size(self.size_bytes)}). Overwrite it?"


def here() -> Path:
    """The directory that the app was started in; the user's own where that is gone."""
    try:
        return Path.cwd()
    except OSError:
        return Path("~").expanduser()


def typed_path(typed: str) -> Path:
    """The absolute path that is meant. Raises UsageError for what can be none."""
    if not typed.isprintable():
        raise UsageError("a path has no control characters")
    try:
        return Path(typed.strip()).expanduser().absolute()
    except (OSError, RuntimeError, ValueError) as error:
        raise _refused(typed, error) from None


def place_for(typed: str, *, name: str = "") -> Place:
    """Where to write what is typed. `name`: that of the file where a folder is typed.

    Raises UsageError for what no file can be called, a folder (without `name`), one that is not
    there, and what the disk does not tell about.
    """
    path = typed_path(typed)
    mode = _mode(path)
    if mode is not None and stat.S_ISDIR(mode):
        if not name:
            raise UsageError(f"{path} is a folder")
        path = path / name
        mode = _mode(path)
        if mode is not None and stat.S_ISDIR(mode):
            raise UsageError(f"{path} is a folder")
    if mode is None and not is_folder(path.parent):
        raise UsageError(f"there is no folder {path.parent}")
    try:
        return Place(path, None if mode is None else path.stat().st_size)
    except OSError as error:
        raise _refused(str(path), error) from None


def file_at(typed: str) -> Path:
    """The file that is typed. Raises UsageError where there is none."""
    path = typed_path(typed)
    mode = _mode(path)
    if mode is None or not stat.S_ISREG(mode):
        raise UsageError(f"{path} is no file")
    return path


def is_folder(path: Path) -> bool:
    """Raises UsageError where the disk does not tell."""
    mode = _mode(path)
    return mode is not None and stat.S_ISDIR(mode)


def exists(path: Path) -> bool:
    """Raises UsageError where the disk does not tell."""
    return _mode(path) is not None


def is_same(one: Path, other: Path) -> bool:
    """Whether both are one file that is there; what the disk does not tell about is not."""
    try:
        return one.samefile(other)
    except (OSError, ValueError):
        return False


def _mode(path: Path) -> int | None:
    """What is at `path`; None for nothing. Raises UsageError where the disk does not tell."""
    try:
        return path.stat().st_mode
    except (FileNotFoundError, NotADirectoryError):
        return None
    except (OSError, ValueError) as error:
        raise _refused(str(path), error) from None


def _refused(typed: str, error: Exception) -> UsageError:
    reason = (error.strerror if isinstance(error, OSError) else None) or str(error)
    return UsageError(f"{typed}: {reason}")
