"""Which two results are to be compared: marked in a list, or named after `:diff`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchtui.tui.app import BatchtuiApp


def compare(app: BatchtuiApp, paths: Sequence[Path]) -> None:
    """Open two files beside each other; says how where they are not two files."""
    if len(paths) != 2:
        app.tell("Two results are compared: mark both in Local and press =, or :diff A B")
        return
    missing = [each for each in paths if not _is_file(each)]
    if missing:
        app.tell(f"{missing[0]}: no such file", trouble=True)
        return
    from batchtui.tui.diff.sides import ResultFile
    from batchtui.tui.screens.diff import DiffScreen

    a, b = paths
    app.push_screen(DiffScreen(ResultFile(a), ResultFile(b)))


def named(app: BatchtuiApp, names: Sequence[str]) -> list[Path]:
    """What is typed as paths, from the directory that Local shows."""
    here = Path(app.browse_dir)
    return [here / _at_home(each) for each in names]


def _at_home(name: str) -> Path:
    try:
        return Path(name).expanduser()
    except RuntimeError:
        return Path(name)  # `~name` of nobody here is a name as any other


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except (OSError, ValueError):
        return False
