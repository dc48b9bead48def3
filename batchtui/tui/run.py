"""Starts the app on a terminal, and leaves the terminal sane, whatever happens."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from typing import Final

from batchtui import paths
from batchtui.config import Profile, app_settings, side_by_side
from batchtui.errors import ExitCode, UsageError
from batchtui.tui import memory
from batchtui.tui.first_page import first_frame, first_page
from batchtui.tui.garbage import hold_while_loading
from batchtui.tui.glyphs import ASCII, glyphs
from batchtui.tui.start import AtBatches, AtFile, Demo, StartAt
from batchtui.tui.tabs import TABS

SWITCH_S: Final = 0.0001
"""A thread that works holds the interpreter so long each time the loop wants it. It must be shorter
than what such a thread does between two reads: after a read the wait for it begins anew, and the
loop would wait until the work is done."""


def run_app(
    profile: Profile | None,
    *,
    start: StartAt | None = None,
    browse_dir: Path | None = None,
    downloads: Path | None = None,
    jobs_file: Path | None = None,
    start_demo: Callable[[], Demo] | None = None,
    mouse: bool | None = None,
    remember: bool = True,
    may_follow_several: bool = False,
) -> int:
    """Run until the user leaves; returns the exit code.

    `jobs_file`: where the record of jobs is, the user's if not given.
    `mouse` None: on, except over SSH. `remember`: begin where the last run ended.
    `may_follow_several`: the accounts that the configuration wants side by side, where it does.

    Raises UsageError where there is no terminal.
    """
    refuse_without_terminal(os.environ)
    os.environ.setdefault("TEXTUAL_FPS", "30")
    settings = app_settings()
    beside = side_by_side(settings.profiles) if may_follow_several else []
    if beside and profile is None:
        profile = beside[0]
    sys.setswitchinterval(SWITCH_S)
    hold_while_loading()
    memory_file = paths.state_dir() / "state.json" if remember else None
    with _at_once(start, profile, memory.load(memory_file) if memory_file else memory.Memory()):
        from textual.app import InvalidThemeError

        from batchtui.tui.app import BatchtuiApp
        from batchtui.tui.theme import keep_to_ascii

        if glyphs() is ASCII:
            keep_to_ascii()
        try:
            app = BatchtuiApp(
                profile,
                start=start,
                browse_dir=browse_dir,
                downloads=downloads,
                start_demo=start_demo,
                settings=settings,
                beside=beside,
                memory_file=memory_file,
            )
        except InvalidThemeError:
            raise UsageError(
                f"{paths.config_file()}: there is no theme {settings.theme!r}",
                hint="leave theme out, and choose one with the command: theme",
            ) from None
    app.jobs_file = jobs_file
    app.run(mouse=wants_mouse(os.environ) if mouse is None else mouse)
    if app.crash_text is not None:
        print(app.crash_text, file=sys.stderr)  # noqa: T201 - the app has closed
        return ExitCode.UNEXPECTED
    return app.return_code or ExitCode.DONE


def _at_once(
    start: StartAt | None, profile: Profile | None, remembered: memory.Memory
) -> AbstractContextManager[None]:
    """What can be shown before the app is loaded: the file's first lines, or the tab, empty."""
    if isinstance(start, AtFile):
        return first_page(start.path if start.line is None else None)
    if profile is None or not isinstance(start, AtBatches | None):
        return nullcontext()
    via = f" via {profile.provider}" if profile.provider else ""
    tabs = "".join(
        f"[{number} {word}]" if name == remembered.tab else f" {number} {word} "
        for number, (name, word) in enumerate(TABS, start=1)
    )
    header = f" batchtui  {profile.name} @ {profile.host}{via}"
    return first_frame([header, f" {tabs}"], f" loading from {profile.host}")


def refuse_without_terminal(environ: Mapping[str, str]) -> None:
    streams = (sys.stdin, sys.stdout, sys.stderr)
    if not all(stream is not None and stream.isatty() for stream in streams):
        raise UsageError(
            "the app needs a terminal, and this is none",
            hint="use the commands instead, for example: batchtui batches ls",
        )
    if environ.get("TERM") == "dumb":
        raise UsageError(
            "the app cannot draw on a terminal of TERM=dumb",
            hint="set TERM to what it is, or use the commands: batchtui batches ls",
        )


def wants_mouse(environ: Mapping[str, str]) -> bool:
    """Over SSH every movement of the mouse would be sent, and the terminal could not select."""
    return not (environ.get("SSH_TTY") or environ.get("SSH_CONNECTION"))
