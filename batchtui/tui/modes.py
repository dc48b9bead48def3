"""The screens at the bottom: one for each tab, one for when nothing is connected, and the file
that the app was opened with.

Each is imported and made when it is first shown: the first frame waits for one screen only.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Final

from textual.screen import Screen

from batchtui.config import Profile
from batchtui.tui.start import AtBatches, AtDirectory, AtFile, AtJob, AtPipe, StartAt

OPENED: Final = "opened"
"""The mode of a file that the app was opened with, until it is left."""


OF_AN_ACCOUNT: Final = ("files",)
"""The modes whose screens hold what is one account's: made anew for another."""


def first_mode(start: StartAt, profile: Profile | None, last_tab: str) -> str:
    if isinstance(start, AtFile | AtPipe):
        return OPENED
    if isinstance(start, AtDirectory):
        return "local"
    if profile is None:
        return "welcome"
    if isinstance(start, AtJob):
        return "jobs"
    return last_tab if isinstance(start, AtBatches) else "batches"


def opened(start: AtFile | AtPipe) -> Screen[None]:
    from batchtui.tui.viewer.screen import ViewerScreen
    from batchtui.tui.viewer.target import LocalFile, StandardInput

    if isinstance(start, AtPipe):
        return ViewerScreen(StandardInput(start.path, start.ended))
    return ViewerScreen(LocalFile(start.path, start.line))


def _batches() -> Screen[None]:
    from batchtui.tui.screens.batches import BatchesScreen

    return BatchesScreen()


def _files() -> Screen[None]:
    from batchtui.tui.screens.files import FilesScreen

    return FilesScreen()


def _local() -> Screen[None]:
    from batchtui.tui.screens.local import LocalScreen

    return LocalScreen()


def _jobs() -> Screen[None]:
    from batchtui.tui.screens.jobs import JobsScreen

    return JobsScreen()


def _welcome() -> Screen[None]:
    from batchtui.tui.screens.welcome import WelcomeScreen

    return WelcomeScreen()


MODES: Final[dict[str, str | Callable[[], Screen[Any]]]] = {
    "batches": _batches,
    "files": _files,
    "local": _local,
    "jobs": _jobs,
    "welcome": _welcome,
}
