"""What is typed where a file is to be written: a path that can be one, or a reason."""

from __future__ import annotations

from pathlib import Path

from batchtui.errors import UsageError


def new_path(typed: str) -> Path:
    """Raises UsageError for what no file can be called, a folder, or one that is not there."""
    if not typed.isprintable():
        raise UsageError("a path has no control characters")
    try:
        path = Path(typed).expanduser().absolute()
        is_folder, has_folder = path.is_dir(), path.parent.is_dir()
    except (OSError, RuntimeError, ValueError) as error:
        raise UsageError(f"{typed}: {error}") from None
    if is_folder:
        raise UsageError(f"{path} is a folder")
    if not has_folder:
        raise UsageError(f"there is no folder {path.parent}")
    return path
