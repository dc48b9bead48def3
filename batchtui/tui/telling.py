"""What the app tells: notes on the screen, the journal, the bell, the terminal's title.

Owns how something is told, not what or when.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Sequence
from typing import Any, Final

from textual import work
from textual.app import App
from textual.screen import Screen
from textual.widgets._toast import ToastRack

from batchtui.config import AppSettings
from batchtui.errors import BatchtuiError
from batchtui.tui import attention
from batchtui.tui.journal import Journal
from batchtui.tui.widgets.line import Rule
from batchtui.visible import visible

USUAL_LINES_BELOW: Final = 3
MOST_LINES_BELOW: Final = 8
"""A rule further up has more below it than status and keys."""


class TellingApp(App[None], inherit_bindings=False):
    """`clock` gives epoch seconds."""

    def __init__(
        self, settings: AppSettings | None, clock: Callable[[], float] = time.time
    ) -> None:
        # Without colours the terminal's palette must be chosen before the filters are.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.settings = settings or AppSettings()
        self.clock = clock
        self.journal = Journal()
        self._title_shown = ""
        self._acted_at_s = 0.0
        self._noted_on: Screen[Any] | None = None
        self._noted_s: dict[str, float] = {}

    def now(self) -> float:
        """Epoch seconds."""
        return self.clock()

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """A short note that goes away by itself; `text` may be anybody's.

        While it is on the screen it is not shown a second time.
        """
        self.journal.add(self.now(), text, is_trouble=trouble)
        now_s, shown = time.time(), visible(text)
        if now_s - self._noted_s.get(shown, 0.0) < self.NOTIFICATION_TIMEOUT:
            return
        self._noted_s = {
            each: at_s
            for each, at_s in self._noted_s.items()
            if now_s - at_s < self.NOTIFICATION_TIMEOUT
        }
        self._noted_s[shown] = now_s
        self.notify(shown, severity="error" if trouble else "information", markup=False)

    def keep_newest_notes(self, count: int) -> None:
        """Of the notes on the screen, for what is under them is read."""
        for each in list(self._notifications)[:-count] if count else list(self._notifications):
            self._unnotify(each, refresh=False)
            self._noted_s.pop(each.message, None)
        self._refresh_notifications()

    def note_action(self) -> None:
        """Somebody does something: what was told before belongs to the screen it was told on."""
        self._acted_at_s = time.time()

    def drop_earlier_notes(self, screen: Screen[Any]) -> None:
        """`screen` is there now: where it is another, only what was told on the way to it stays.

        A question over a screen is none of its own.
        """
        if screen is self._noted_on:
            return
        self._noted_on = screen
        self._noted_s = {
            each: at_s for each, at_s in self._noted_s.items() if at_s >= self._acted_at_s
        }
        for each in list(self._notifications):
            if each.raised_at < self._acted_at_s:
                self._unnotify(each, refresh=False)
        self._refresh_notifications()

    def action_drop_notes(self) -> None:
        """Esc: what lies over the screen goes before anything else does."""
        self._noted_s.clear()
        self.clear_notifications()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        if action == "drop_notes":
            return len(self._notifications) > 0 and bool(self.screen.query(ToastRack))
        return super().check_action(action, parameters)

    def _refresh_notifications(self) -> None:
        """Notes lie above the last rule of the screen: what is below it is never covered."""
        self._place_notes()
        super()._refresh_notifications()
        # A screen that is new is laid out a moment later.
        self.call_after_refresh(self._place_notes)

    def _place_notes(self) -> None:
        if self.screen_stack:
            for rack in self.screen.query(ToastRack):
                rack.styles.margin = (0, 0, _lines_below_last_rule(self.screen), 0)

    def tell_error(self, error: BatchtuiError) -> None:
        self.tell(error.sentences, trouble=True)

    def call_back(self, endings: Sequence[str]) -> None:
        """Bell or notification, never both, and the user's command: once for all of them."""
        more = f", and {len(endings) - 1} more" if len(endings) > 1 else ""
        text = f"{endings[0]}{more}"
        if self.settings.notify == "bell":
            self.bell()
        else:
            self.write_terminal(attention.notification(self.settings.notify, text))
        if self.settings.notify_command:
            self._run_command(self.settings.notify_command, text)

    @work(group="notify", exit_on_error=False, description="run the notify command")
    async def _run_command(self, command: str, text: str) -> None:
        trouble = await asyncio.to_thread(attention.run_command, command, text)
        if trouble is not None:
            self.tell(trouble, trouble=True)

    def write_terminal(self, sequence: str) -> None:
        """Send a sequence that draws nothing."""
        if sequence and self._driver is not None and not self.is_headless:
            self._driver.write(sequence)

    def show_title(self, running: int) -> None:
        """How many run, in the terminal's title; written only when it changes."""
        title = f"batchtui: {running} running" if running else "batchtui"
        if title != self._title_shown:
            self.write_terminal(attention.title(title))
            self._title_shown = title


def _lines_below_last_rule(screen: Screen[Any]) -> int:
    """With the rule itself; those of most screens where it is not laid out yet."""
    lowest = max((each.region.y for each in screen.query(Rule)), default=0)
    lines = screen.size.height - lowest
    return lines if lowest and lines <= MOST_LINES_BELOW else USUAL_LINES_BELOW
