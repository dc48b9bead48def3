"""The app's connections: sessions, feeds of batches, and what is known of each account.

Owns which accounts are followed, and which of them is meant: that of the screen on top, and there
of the row under the cursor. It draws nothing and knows no screen.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Final

from textual import work
from textual.signal import Signal

from batchtui.config import AppSettings, Profile, profiles
from batchtui.errors import BatchtuiError
from batchtui.tui import account as accounts
from batchtui.tui import batch_facts
from batchtui.tui.account import Account
from batchtui.tui.connection import Connection
from batchtui.tui.figures import count
from batchtui.tui.telling import TellingApp

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.feed import BatchFeed, Trouble
    from batchtui.workflows.session import Session

FACTS_PAUSE_S: Final = 0.2
"""A cursor on its way over many batches asks for none of them."""


class ConnectedApp(TellingApp, inherit_bindings=False):
    """`clock` gives epoch seconds; `downloads` is where contents of the server's files are kept."""

    def __init__(
        self,
        profile: Profile | None,
        *,
        settings: AppSettings | None = None,
        downloads: Path | None = None,
        clock: Callable[[], float] = time.time,
    ) -> None:
        super().__init__(settings, clock)
        self.downloads = downloads
        self.connection = Connection(profile)
        self.connections = [self.connection]
        self.account_changed: Signal[None] = Signal(self, "account_changed")
        self.is_paused = False
        self.known_profiles: list[Profile] = []
        self._is_watched = True
        self._asking: tuple[str, str] | None = None

    # which account is meant

    @property
    def profile(self) -> Profile | None:
        return self.connection.profile

    @property
    def session(self) -> Session | None:
        return self.connection.session

    @property
    def account(self) -> Account:
        return self.connection.account

    def turn_to(self, connection: Connection) -> None:
        """Whatever is asked or sent from now on goes to that account."""
        if connection is not self.connection:
            self.connection = connection
            self.screen.refresh_bindings()

    def of_session(self, session: Session) -> Connection | None:
        """The account reached by `session`, while it is followed."""
        return next((each for each in self.connections if each.session is session), None)

    # following

    def connect(self, *followed: Profile) -> None:
        """Follow the accounts of these profiles from now on, and no others."""
        from batchtui.workflows.session import Session

        self.workers.cancel_group(self, "feed")
        alone = len(followed) == 1
        self.connections = [
            Connection(
                profile,
                Session(profile, downloads=self.downloads),
                None if alone else number,
            )
            for number, profile in enumerate(followed)
        ]
        self.connection = self.connections[0]
        for each in self.connections:
            self._follow(each)
        self._read_profiles()

    @work(group="profiles", exclusive=True, exit_on_error=False, description="read the profiles")
    async def _read_profiles(self) -> None:
        with suppress(BatchtuiError):
            self.known_profiles = await asyncio.to_thread(profiles)

    @property
    def other_profiles(self) -> list[Profile]:
        """Those of the configuration that are not the one alone followed."""
        alone = len(self.connections) == 1
        here = self.profile.account if self.profile and alone else None
        return [each for each in self.known_profiles if each.account != here]

    def trouble_began(self) -> None:
        """The list of an account cannot be read."""

    def trouble_is_over(self) -> None:
        """All can again."""

    @work(group="feed", exit_on_error=False, description="keep the list of batches fresh")
    async def _follow(self, connection: Connection) -> None:
        session, profile = connection.session, connection.profile
        if session is None or profile is None:
            return
        feed = await asyncio.to_thread(_feed_of, session, profile.refresh_s)
        feed.paused, feed.hidden = self.is_paused, not self._is_watched
        connection.feed = feed
        from batchtui.workflows.feed import Named, Refreshed

        account = connection.account
        async for event in feed.updates():
            if isinstance(event, Refreshed):
                if not account.is_loaded:
                    self._ask_capabilities(session)
                fresh = await asyncio.to_thread(accounts.counted, event)
                self.announce(account.take(fresh), account)
                if not any(each.account.trouble for each in self.connections):
                    self.trouble_is_over()
            elif isinstance(event, Named):
                account.learn_names(event.names)
            else:
                self._note_trouble(connection, event)
                account.trouble = event
                account.trouble_at_s = self.now()
                self.trouble_began()
            self.show_title(sum(each.account.running for each in self.connections))
            self.account_changed.publish(None)

    def _note_trouble(self, connection: Connection, trouble: Trouble) -> None:
        """Once for each kind of trouble in a row: it is asked for again and again."""
        before = connection.account.trouble
        if before is None or before.error.message != trouble.error.message:
            whose = f"{connection.name}: " if len(self.connections) > 1 else ""
            self.journal.add(self.now(), f"{whose}{trouble.error.sentences}", is_trouble=True)

    def announce(self, finished: Iterable[Batch], account: Account) -> None:
        """Ring once for all of `account` that have just become final, and say which."""
        told = list(finished)
        if not told:
            return
        self.call_back([_ending(batch, account) for batch in told])
        for batch in told[:3]:
            self.tell(_ending(batch, account))
        if len(told) > 3:
            self.tell(f"and {len(told) - 3} more are final")

    # what is asked of the feeds

    @property
    def feeds(self) -> Sequence[BatchFeed]:
        return [each.feed for each in self.connections if each.feed is not None]

    def refresh_now(self) -> None:
        for feed in self.feeds:
            feed.refresh_now()

    def hurry(self) -> None:
        """Something was just sent that will move."""
        if self.connection.feed is not None:
            self.connection.feed.hurry()

    def load_more(self, least: int = 0) -> None:
        """A further page of every account that has one, or `least` batches if that is more."""
        from batchtui.workflows.feed import PAGE

        for each in self.connections:
            if each.feed is not None and each.account.has_more:
                each.feed.load_more(max(least, PAGE))

    def load_no_more(self) -> None:
        for feed in self.feeds:
            feed.load_no_more()

    def note_watched(self, *, watched: bool) -> None:
        """Whether anybody sees the batches: nobody's list is asked for less often."""
        self._is_watched = watched
        for feed in self.feeds:
            feed.hidden = not watched
        self.account_changed.publish(None)

    def action_toggle_auto(self) -> None:
        self.is_paused = not self.is_paused
        for feed in self.feeds:
            feed.paused = self.is_paused
            if not self.is_paused:
                feed.refresh_now()
        self.account_changed.publish(None)

    # what is learned beside

    @work(group="capabilities", exit_on_error=False, description="find out what the server can do")
    async def _ask_capabilities(self, session: Session) -> None:
        await self.learn_capabilities(session)

    async def learn_capabilities(self, session: Session) -> None:
        """What the server can do, from what is kept or by asking it; our own can do all."""
        if session.profile.kind == "local":
            return
        capabilities = await asyncio.to_thread(_capabilities)
        with suppress(BatchtuiError):
            found = await capabilities.known(session) or await capabilities.probe(session)
            connection = self.of_session(session)
            if connection is not None:
                connection.account.capabilities = found
                self.account_changed.publish(None)
                self.screen.refresh_bindings()

    def learn_facts(self, batch: Batch) -> None:
        """What a look elsewhere tells of `batch`: once, and again when that may have changed."""
        account = self.connection.account
        asked = (self.connection.mark + batch.id, f"{batch.usage} {len(account.batches)}")
        if self.session is None or asked in self.account.asked_facts or asked == self._asking:
            return
        self._asking = asked
        self._find_facts(self.session, self.account, batch, asked)

    @work(group="facts", exclusive=True, exit_on_error=False, description="cost and origin")
    async def _find_facts(
        self, session: Session, account: Account, batch: Batch, asked: tuple[str, str]
    ) -> None:
        await asyncio.sleep(FACTS_PAUSE_S)
        others = account.batches
        account.facts[batch.id] = await asyncio.to_thread(batch_facts.find, session, batch, others)
        account.asked_facts.add(asked)
        self.account_changed.publish(None)


def _ending(batch: Batch, account: Account) -> str:
    counts = batch.request_counts
    failed = f", {count(counts.failed)} failed" if counts and counts.failed else ""
    return f"{account.name(batch)}: {batch.word}{failed}"


def _feed_of(session: Session, interval_s: float) -> BatchFeed:
    """Called in a thread: the first import of the wire types takes a quarter of a second."""
    from batchtui.workflows.feed import BatchFeed

    return BatchFeed(session, interval_s=interval_s)


def _capabilities() -> ModuleType:
    from batchtui.workflows import capabilities

    return capabilities
