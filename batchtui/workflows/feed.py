"""The account's list of batches, kept fresh: what came, what changed, what went, what is wrong.

Owns the rhythm of polling and what differs between two answers. It never ends by itself: a server
that does not answer is an event, and is asked again.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchtui.errors import BatchtuiError
from batchtui.models.batch import Batch
from batchtui.workflows.listed import Corrections
from batchtui.workflows.names import FileNames
from batchtui.workflows.session import Session
from batchtui.workflows.waiting import jittered, retry_in_s, wait

if TYPE_CHECKING:
    from batchtui.client import BatchClient

PAGE: Final = 100
HURRIED_S: Final = 0.5
SLOWER: Final = 1.5
IDLE: Final = 3.0
"""How many intervals a list is left alone in which no batch can move."""
HIDDEN: Final = 6.0
"""The same while nobody sees it."""


@dataclass(frozen=True, slots=True)
class Refreshed:
    """One answer. `batches`: all that are loaded, in the server's order (newest first).

    `added`, `changed`, `gone`: ids that differ from the answer before. `at_s`: epoch seconds.
    """

    batches: tuple[Batch, ...]
    added: frozenset[str]
    changed: frozenset[str]
    gone: frozenset[str]
    has_more: bool
    at_s: float


@dataclass(frozen=True, slots=True)
class Named:
    """Names of input files, by file id: those learned since the last event of this kind."""

    names: dict[str, str]


@dataclass(frozen=True, slots=True)
class Trouble:
    """The list could not be read. `since_s`: epoch seconds of the last good answer, or None."""

    error: BatchtuiError
    retry_in_s: float
    since_s: float | None


FeedEvent = Refreshed | Named | Trouble


class BatchFeed:
    """Polls while `updates` is iterated, never twice at once.

    `interval_s`: the pace while a batch moves; where all are final, and while `hidden`, it is
    slower. `wanted`: how many of the newest batches to keep loaded. `paused`: only when asked.
    """

    def __init__(self, session: Session, *, interval_s: float = 10.0, wanted: int = PAGE) -> None:
        self.session = session
        self.interval_s = interval_s
        self.wanted = wanted
        self.paused = False
        self._hidden = False
        self._asking = asyncio.Lock()
        self._wake = asyncio.Event()
        self._hurried_s = interval_s
        self._known: dict[str, Batch] = {}
        self._answered_at_s: float | None = None
        self._moves = True
        self._names = FileNames(session)
        self._corrections = Corrections()

    def refresh_now(self) -> None:
        self._wake.set()

    def hurry(self) -> None:
        """Something was just sent that will move: ask now, and soon again, then ever later."""
        self._hurried_s = HURRIED_S
        self.refresh_now()

    def load_more(self, count: int = PAGE) -> None:
        """Load `count` more than there are, and keep them: asked for now."""
        self.wanted = max(self.wanted, len(self._known) + count)
        self.refresh_now()

    def load_no_more(self) -> None:
        """Be content with what is loaded, in the middle of an answer too."""
        self.wanted = max(PAGE, min(self.wanted, len(self._known)))

    @property
    def hidden(self) -> bool:
        """Nobody looks."""
        return self._hidden

    @hidden.setter
    def hidden(self, hidden: bool) -> None:
        was, self._hidden = self._hidden, hidden
        if was and not hidden and not self.paused and self._is_old():
            self.refresh_now()

    @property
    def rhythm_s(self) -> float:
        """How long the list is left alone, as things are."""
        if self._hidden:
            return self.interval_s * HIDDEN
        return self.interval_s * (1 if self._moves else IDLE)

    def _is_old(self) -> bool:
        return self._answered_at_s is None or time.time() - self._answered_at_s > self.interval_s

    async def updates(self) -> AsyncIterator[FeedEvent]:
        failures = 0
        while True:
            self._wake.clear()
            try:
                refreshed = await self._ask()
            except BatchtuiError as error:
                failures += 1
                wait_s = retry_in_s(error, failures, self.interval_s)
                yield Trouble(error, wait_s, self._answered_at_s)
            else:
                failures = 0
                wait_s = self._pause_s()
                yield refreshed
                async for names in self._names.learn(
                    each.input_file_id for each in refreshed.batches
                ):
                    yield Named(names)
            await self._sleep(wait_s)

    def _pause_s(self) -> float:
        """Quick after a change of the user's, then by what there is to see."""
        if self._hurried_s < self.interval_s:
            pause_s, self._hurried_s = self._hurried_s, self._hurried_s * SLOWER
            return pause_s
        return jittered(self.rhythm_s)

    async def _sleep(self, wait_s: float) -> None:
        """Until it is time, or somebody wants an answer now; while paused only the latter."""
        await wait(wait_s, self._wake)
        while self.paused and not self._wake.is_set():
            await wait(self.interval_s, self._wake)

    async def _ask(self) -> Refreshed:
        async with self._asking:
            return await self._asked()

    async def _asked(self) -> Refreshed:
        client = await self.session.client()
        found: dict[str, Batch] = {}
        has_more = False
        async for page in client.batches.list(limit=PAGE).pages():
            found.update((batch.id, batch) for batch in page.data)
            has_more = bool(page.has_more)
            if len(found) >= self.wanted:
                break
        await self._correct(client, found)
        before, self._known = self._known, found
        self._answered_at_s = time.time()
        # Very many rows take a while to compare: nothing else waits for it.
        answer = await asyncio.to_thread(compared, before, found, has_more, self._answered_at_s)
        self._moves = await asyncio.to_thread(_moves, found)
        return answer

    async def _correct(self, client: BatchClient, found: dict[str, Batch]) -> None:
        """Hold the list to what single batches say: it may lag for ever (LiteLLM issue 22982)."""
        self._corrections.apply(found)
        suspect = await asyncio.to_thread(self._corrections.suspect, self._known, found)
        if suspect is None:
            return
        with suppress(BatchtuiError):
            batch = await client.batches.retrieve(suspect)
            if batch.id == suspect:
                self._corrections.learn(batch, found)


def compared(
    before: dict[str, Batch], found: dict[str, Batch], has_more: bool, at_s: float
) -> Refreshed:
    """What differs between two answers. Takes long for very many batches."""
    # Loops, not sets against sets: those would hold the interpreter until they are through.
    return Refreshed(
        batches=tuple(found.values()),
        added=frozenset(key for key in found if key not in before) if before else frozenset(found),
        changed=frozenset(
            key
            for key, batch in (found if before else {}).items()
            if (known := before.get(key)) is not None and known is not batch and known != batch
        ),
        gone=frozenset(key for key in before if key not in found),
        has_more=has_more,
        at_s=at_s,
    )


def _moves(found: dict[str, Batch]) -> bool:
    return any(not batch.is_terminal for batch in found.values())
