"""The watcher under a network that never stops failing: what the soak and its short twin share."""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from batchtui.client import BatchClient
from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.models.batch import Batch
from batchtui.workflows.feed import BatchFeed, Named, Refreshed, Trouble
from batchtui.workflows.session import Session
from batchtui.workflows.watch import watch
from tests import relay as faults
from tests.relay import Call, Fault, relay

CHAT = "/v1/chat/completions"
TIMEOUT_S = 0.5
GROUP = 4

FAULTS: dict[str, Fault] = {
    "drop": faults.drop_before,
    "drop after": faults.drop_after,
    "reset": faults.reset_before,
    "reset after": faults.reset_after,
    "502": faults.bad_gateway_before,
    "502 after": faults.bad_gateway_after,
    "500": faults.refuses(500, b'{"error": {"message": "oops"}}'),
    "503": faults.refuses(503, b"<html>down</html>", "text/html"),
    "429": faults.refuses(429, b"{}"),
    "429 and when": faults.refuses(429, b"{}", retry_after="0"),
    "reset inside": faults.cut(30, reset=True),
    "short": faults.cut(30, reset=False),
    "slow": faults.drips(4096, 0.005),
    "silence": faults.slow(TIMEOUT_S * 1.5),
    "bad JSON": faults.says(b'{"data": [{"id": "batch_'),
    "HTML": faults.says(b"<html><title>Sign in</title></html>", "text/html"),
    "closed": faults.closed_keep_alive,
}


@dataclass
class Figures:
    """What happened. `lost`: updates that the events left out."""

    batches: int = 0
    requests: int = 0
    faults: Counter[str] = field(default_factory=Counter)
    refreshes: int = 0
    troubles: int = 0
    watched: int = 0
    lost: list[str] = field(default_factory=list)
    is_list_right: bool = False
    tasks_left: int = 0


class Storm:
    """Chooses a fault for `share` of the requests, until it is over."""

    def __init__(self, figures: Figures, share: float, seed: int) -> None:
        self.figures = figures
        self.share = share
        self._chance = random.Random(seed)

    def fault_of(self, call: Call) -> Fault | None:
        self.figures.requests += 1
        if self._chance.random() >= self.share:
            return None
        name = self._chance.choice(sorted(FAULTS))
        self.figures.faults[name] += 1
        return FAULTS[name]


class Mirror:
    """The list as somebody has it who only follows what events say has changed."""

    def __init__(self, figures: Figures) -> None:
        self.batches: dict[str, Batch] = {}
        self.latest: tuple[Batch, ...] = ()
        self._figures = figures

    def take(self, event: Refreshed | Named | Trouble) -> None:
        if isinstance(event, Trouble):
            self._figures.troubles += 1
        if not isinstance(event, Refreshed):
            return
        self._figures.refreshes += 1
        now = {batch.id: batch for batch in event.batches}
        for gone in event.gone:
            del self.batches[gone]
        self.batches.update((key, now[key]) for key in event.added | event.changed)
        if self.batches != now:
            self._figures.lost.append(f"refresh {self._figures.refreshes}")
        self.latest = event.batches


async def soak(
    gateway: Gateway, path: Path, *, goes_on: Callable[[Figures], bool], share: float, seed: int = 1
) -> Figures:
    """Creates, cancels and watches groups of batches while `goes_on`; see `Figures`.

    `path`: a batch input. `share`: of requests that go wrong. Nothing goes wrong on the way of
    those that create and cancel, so that it is known what the list must show.
    """
    figures = Figures()
    storm = Storm(figures, share, seed)
    before = len(asyncio.all_tasks())
    async with (
        relay(gateway.base_url, storm.fault_of) as url,
        BatchClient(base_url=gateway.base_url) as direct,
        Session(
            Profile("soak", url, "local"),
            client=BatchClient(base_url=url, timeout_s=TIMEOUT_S, sleep=_hasty),
        ) as session,
    ):
        feed = BatchFeed(session, interval_s=0.05)
        mirror = Mirror(figures)
        following = asyncio.create_task(_follow(feed, mirror))
        file = await direct.files.create(file=path)
        while goes_on(figures):
            await _one_group(direct, session, feed, file.id, figures)
            if following.done():
                break
        storm.share = 0.0
        figures.is_list_right = await _comes_right(direct, feed, mirror, following)
        following.cancel()
        with suppress(asyncio.CancelledError):
            await following
    figures.tasks_left = len(asyncio.all_tasks()) - before
    return figures


async def _hasty(seconds: float) -> None:
    await asyncio.sleep(min(seconds, 0.01))


async def _follow(feed: BatchFeed, mirror: Mirror) -> None:
    async with aclosing(feed.updates()) as events:  # type: ignore[type-var]  # it is a generator
        async for event in events:
            mirror.take(event)


async def _one_group(
    direct: BatchClient, session: Session, feed: BatchFeed, file_id: str, figures: Figures
) -> None:
    """Some batches, one of them cancelled, watched to their end by the list and one by one."""
    made = [await direct.batches.create(input_file_id=file_id, endpoint=CHAT) for _ in range(GROUP)]
    figures.batches += GROUP
    feed.hurry()
    with suppress(Exception):  # it may be final already
        await direct.batches.cancel(made[0].id)
    ids = [batch.id for batch in made]
    await asyncio.gather(
        _watch(direct, session, ids, figures), _watch(direct, session, ids[-1:], figures)
    )


async def _watch(direct: BatchClient, session: Session, ids: list[str], figures: Figures) -> None:
    last: dict[str, Batch] = {}
    async for event in watch(session, ids, interval_s=0.05):
        if isinstance(event, Batch):
            last[event.id] = event
            figures.watched += 1
        else:
            figures.troubles += 1
    for batch_id in ids:
        truth = await direct.batches.retrieve(batch_id)
        if last.get(batch_id) != truth:
            figures.lost.append(f"{batch_id}: {last.get(batch_id)} is not {truth}")


async def _comes_right(
    direct: BatchClient, feed: BatchFeed, mirror: Mirror, following: asyncio.Task[None]
) -> bool:
    """The list that is shown becomes the list that is there."""
    truth = (await direct.batches.list(limit=100).first_page()).data
    with suppress(TimeoutError):
        async with asyncio.timeout(60):
            while not following.done():
                feed.refresh_now()
                if list(mirror.latest[: len(truth)]) == truth:
                    return True
                await asyncio.sleep(0.05)
    return False
