"""The app's connection: the session, the feed of batches, what is known of them, what is told.

Owns what every screen shares of the account. It draws nothing and knows no screen.
"""

from __future__ import annotations

import asyncio
import os
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from textual import work
from textual.app import App
from textual.signal import Signal

from batchtui.config import AppSettings, Profile, profiles
from batchtui.errors import BatchtuiError
from batchtui.tui import attention, batch_facts
from batchtui.tui.account import Account
from batchtui.tui.figures import count
from batchtui.tui.journal import Journal
from batchtui.visible import visible
from batchtui.workflows.session import Session

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.feed import BatchFeed, Trouble

FACTS_PAUSE_S: Final = 0.2
"""A cursor on its way over many batches asks for none of them."""


class ConnectedApp(App[None], inherit_bindings=False):
    """`clock` gives epoch seconds; `downloads` is where contents of the server's files are kept."""

    def __init__(
        self,
        profile: Profile | None,
        *,
        settings: AppSettings | None = None,
        downloads: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        # Without colours the terminal's palette must be chosen before the filters are.
        super().__init__(ansi_color=True if os.environ.get("NO_COLOR") else None)
        self.profile = profile
        self.settings = settings or AppSettings()
        self.downloads = downloads
        self.clock = clock
        self.session: Session | None = None
        self.account = Account()
        self.account_changed: Signal[None] = Signal(self, "account_changed")
        self.is_paused = False
        self.journal = Journal()
        self.other_profiles: list[Profile] = []
        self._feed: BatchFeed | None = None
        self._title_shown = ""
        self._asking: tuple[str, str] | None = None

    @property
    def interval_s(self) -> float:
        return self.profile.refresh_s if self.profile else 10.0

    def now(self) -> float:
        """Epoch seconds."""
        return self.clock()

    def connect(self, profile: Profile) -> None:
        """Follow the account of `profile` from now on."""
        self.profile = profile
        self.session = Session(profile, downloads=self.downloads)
        self.account = Account()
        self._follow(self.session)
        self._read_profiles()

    @work(group="profiles", exclusive=True, exit_on_error=False, description="read the profiles")
    async def _read_profiles(self) -> None:
        with suppress(BatchtuiError):
            found = await asyncio.to_thread(profiles)
            here = self.profile.account if self.profile else None
            self.other_profiles = [each for each in found if each.account != here]

    def trouble_began(self) -> None:
        """The account's list cannot be read."""

    def trouble_is_over(self) -> None:
        """It can again."""

    # the feed

    @work(
        group="feed",
        exclusive=True,
        exit_on_error=False,
        description="keep the list of batches fresh",
    )
    async def _follow(self, session: Session) -> None:
        feed = await asyncio.to_thread(_feed_of, session, self.interval_s)
        feed.paused = self.is_paused
        self._feed = feed
        from batchtui.workflows.feed import Named, Refreshed

        async for event in feed.updates():
            if isinstance(event, Refreshed):
                if not self.account.is_loaded:
                    self._ask_capabilities(session)
                self.announce(self.account.refresh(event))
                self.trouble_is_over()
            elif isinstance(event, Named):
                self.account.names.update(event.names)
            else:
                self._note_trouble(event)
                self.account.trouble = event
                self.account.trouble_at_s = self.now()
                self.trouble_began()
            self.show_running()
            self.account_changed.publish(None)

    def _note_trouble(self, trouble: Trouble) -> None:
        """Once for each kind of trouble in a row: it is asked for again and again."""
        before = self.account.trouble
        if before is None or before.error.message != trouble.error.message:
            self.journal.add(self.now(), trouble.error.message, is_trouble=True)

    @work(
        group="capabilities",
        exclusive=True,
        exit_on_error=False,
        description="find out what the server can do",
    )
    async def _ask_capabilities(self, session: Session) -> None:
        await self.learn_capabilities(session)

    async def learn_capabilities(self, session: Session) -> None:
        """What the server can do, from what is kept or by asking it; our own can do all."""
        if session.profile.kind == "local":
            return
        capabilities = await asyncio.to_thread(_capabilities)
        with suppress(BatchtuiError):
            found = await capabilities.known(session) or await capabilities.probe(session)
            if session is self.session:
                self.account.capabilities = found
                self.account_changed.publish(None)
                self.screen.refresh_bindings()

    def learn_facts(self, batch: Batch) -> None:
        """What a look elsewhere tells of `batch`: once, and again when its usage has changed."""
        asked = (batch.id, str(batch.usage))
        if self.session is None or asked in self.account.asked_facts or asked == self._asking:
            return
        self._asking = asked
        self._find_facts(self.session, self.account, batch, asked)

    @work(group="facts", exclusive=True, exit_on_error=False, description="cost and origin")
    async def _find_facts(
        self, session: Session, account: Account, batch: Batch, asked: tuple[str, str]
    ) -> None:
        await asyncio.sleep(FACTS_PAUSE_S)
        account.facts[batch.id] = await asyncio.to_thread(batch_facts.find, session, batch)
        account.asked_facts.add(asked)
        self.account_changed.publish(None)

    def announce(self, finished: Iterable[Batch]) -> None:
        """Ring once for all that have just become final, and say which."""
        told = list(finished)
        if not told:
            return
        self.call_back([self._ending(batch) for batch in told])
        for batch in told[:3]:
            self.tell(self._ending(batch))
        if len(told) > 3:
            self.tell(f"and {len(told) - 3} more are final")

    def _ending(self, batch: Batch) -> str:
        counts = batch.request_counts
        failed = f", {count(counts.failed)} failed" if counts and counts.failed else ""
        return f"{self.account.name(batch)}: {batch.status}{failed}"

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

    def show_running(self) -> None:
        """How many run, in the terminal's title; written only when it changes."""
        running = self.account.running
        title = f"batchtui: {running} running" if running else "batchtui"
        if title != self._title_shown:
            self.write_terminal(attention.title(title))
            self._title_shown = title

    def refresh_now(self) -> None:
        if self._feed is not None:
            self._feed.refresh_now()

    def hurry(self) -> None:
        """Something was just sent that will move."""
        if self._feed is not None:
            self._feed.hurry()

    def load_more(self) -> None:
        if self._feed is not None and self.account.has_more:
            self._feed.load_more()

    def action_toggle_auto(self) -> None:
        self.is_paused = not self.is_paused
        if self._feed is not None:
            self._feed.paused = self.is_paused
            if not self.is_paused:
                self._feed.refresh_now()
        self.account_changed.publish(None)

    # what is told

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """A short note that goes away by itself; `text` may be anybody's."""
        self.journal.add(self.now(), text, is_trouble=trouble)
        self.notify(visible(text), severity="error" if trouble else "information", markup=False)

    def tell_error(self, error: BatchtuiError) -> None:
        self.tell(f"{error.message}. {error.hint}" if error.hint else error.message, trouble=True)


def _feed_of(session: Session, interval_s: float) -> BatchFeed:
    """Called in a thread: the first import of the wire types takes a quarter of a second."""
    from batchtui.workflows.feed import BatchFeed

    return BatchFeed(session, interval_s=interval_s)


def _capabilities() -> ModuleType:
    from batchtui.workflows import capabilities

    return capabilities
