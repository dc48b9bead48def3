"""The screens at the bottom: one for each tab, and one for when nothing is connected.

Each is imported when it is first shown, but for the one that the app begins with.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from textual.screen import Screen

from batchtui.tui.screens.batches import BatchesScreen


def _files() -> Screen[None]:
    from batchtui.tui.screens.files import FilesScreen

    return FilesScreen()


def _local() -> Screen[None]:
    from batchtui.tui.screens.local import LocalScreen

    return LocalScreen()


def _welcome() -> Screen[None]:
    from batchtui.tui.screens.welcome import WelcomeScreen

    return WelcomeScreen()


MODES: Final[dict[str, str | Callable[[], Screen[Any]]]] = {
    "batches": BatchesScreen,
    "files": _files,
    "local": _local,
    "welcome": _welcome,
}
