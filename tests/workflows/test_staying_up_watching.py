"""Who is asked, how often, and when a list is not believed any more."""

from __future__ import annotations

import asyncio
import time
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, asynccontextmanager
from itertools import pairwise
from typing import Any

import httpx
import pytest

from batchtui.client import BatchClient
from batchtui.config import Profile
from batchtui.errors import NotFoundError, ProtocolError, RateLimitedError, ServerError
from batchtui.models.batch import Batch
from batchtui.workflows import feed as feeding
from batchtui.workflows import waiting
from batchtui.workflows.feed import BatchFeed, Refreshed, Trouble
from batchtui.workflows.listed import STILL
from batchtui.workflows.session import Session
from batchtui.workflows.waiting import jittered, retry_in_s, wait
from batchtui.workflows.watch import MOST_GARBLED, watch

IDS = ["batch_1", "batch_2", "batch_3", "batch_4"]
ENDED = {"status": "completed", "output_file_id": "file-o"}
MOVING = {"status": "in_progress"}


class Account:
    """A server whose list and whose batches may say different things.

    `steps`: for each batch, its states in order; each round of the list moves all to the next one.
    `listed`: what the list says in place of a batch; `answer`: in place of any answer.
    """

    def __init__(self, *steps: dict[str, Any]) -> None:
        self.steps = list(steps)
        self.round = 0
        self.asked: Counter[str] = Counter()
        self.listed: Callable[[list[dict[str, Any]]], Any] = lambda rows: rows
        self.answer: Callable[[str], httpx.Response | None] = lambda call: None
        self.at_once = 0
        self.most_at_once = 0

    def row(self, batch_id: str) -> dict[str, Any]:
        return {"id": batch_id, **self.steps[min(self.round, len(self.steps) - 1)]}

    async def __call__(self, request: httpx.Request) -> httpx.Response:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        await asyncio.sleep(0)
        try:
            return self._answered(request.url.path.removeprefix("/v1/"))
        finally:
            self.at_once -= 1

    def _answered(self, call: str) -> httpx.Response:
        self.asked[call] += 1
        odd = self.answer(call)
        if odd is not None:
            return odd
        if call == "batches":
            self.round += 1
            rows = self.listed([self.row(each) for each in IDS])
            return httpx.Response(200, json={"data": rows, "has_more": False})
        if call.startswith("batches/batch_") and call.removeprefix("batches/") in IDS:
            return httpx.Response(200, json=self.row(call.removeprefix("batches/")))
        return httpx.Response(404, json={"error": {"message": f"no such thing: {call}"}})

    @property
    def retrieves(self) -> int:
        return sum(count for call, count in self.asked.items() if call.startswith("batches/"))


async def _at_once(seconds: float) -> None:
    return


@asynccontextmanager
async def session(account: Account) -> AsyncIterator[Session]:
    client = BatchClient(
        base_url="http://server", transport=httpx.MockTransport(account), sleep=_at_once
    )
    async with Session(Profile("p", "http://server", "local"), client=client) as opened:
        yield opened


@pytest.fixture
def waits(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Waits take no time, and are kept."""
    kept: list[float] = []

    async def at_once(seconds: float, wake: asyncio.Event | None = None) -> None:
        kept.append(seconds)
        await asyncio.sleep(0)

    monkeypatch.setattr("batchtui.workflows.watch.wait", at_once)
    monkeypatch.setattr("batchtui.workflows.feed.wait", at_once)
    return kept


async def seen(account: Account, ids: list[str] = IDS) -> list[Batch | Trouble]:
    async with session(account) as opened:
        return [event async for event in watch(opened, ids, interval_s=1.0)]


async def test_many_batches_cost_one_list_and_one_check_a_round(waits: list[float]) -> None:
    account = Account(*[MOVING | {"request_counts": {"total": 50, "completed": n, "failed": 0}}
                        for n in range(40)], ENDED)  # fmt: skip
    events = await seen(account)
    assert {each.id for each in events[-4:] if isinstance(each, Batch)} == set(IDS)
    assert account.asked["batches"] == 40
    assert account.retrieves == 39 + len(IDS)
    assert not any(isinstance(each, Trouble) for each in events)


async def test_one_batch_is_asked_for_itself(waits: list[float]) -> None:
    account = Account(ENDED)
    (batch,) = await seen(account, ["batch_1"])
    assert isinstance(batch, Batch)
    assert account.asked == {"batches/batch_1": 1}


async def test_a_final_batch_is_asked_for_once(waits: list[float]) -> None:
    """Each question more would make a LiteLLM proxy download its files."""
    account = Account(MOVING, MOVING, ENDED)
    await seen(account)
    assert account.round == 2
    assert account.retrieves == 1 + len(IDS)


@pytest.mark.parametrize(
    "listed",
    [
        lambda rows: [],
        lambda rows: [{"id": f"raw-{row['id']}", "status": "in_progress"} for row in rows],
        lambda rows: [row | {"status": "validating"} for row in rows],
        lambda rows: [row | {"request_counts": {"total": 9, "completed": 0}} for row in rows],
    ],
    ids=["empty", "other ids", "stale status (LiteLLM 22982)", "stale counts"],
)
async def test_a_list_that_is_behind_is_given_up(
    waits: list[float], listed: Callable[[list[dict[str, Any]]], Any]
) -> None:
    counts = {"total": 9, "completed": 5, "failed": 0}
    account = Account(MOVING | {"request_counts": counts})
    account.listed = listed
    many = 0

    def ended(call: str) -> httpx.Response | None:
        nonlocal many
        many += 1
        if many > 40:
            account.steps = [ENDED | {"request_counts": counts}]
        return None

    account.answer = ended
    events = [each for each in await seen(account) if isinstance(each, Batch)]
    assert {each.id for each in events if each.is_terminal} == set(IDS)
    assert account.asked["batches"] <= 3
    for batch_id in IDS:
        words = [each.status for each in events if each.id == batch_id]
        assert words == sorted(words, key=["validating", "in_progress", "completed"].index)


@pytest.mark.parametrize("status", [400, 404, 405])
async def test_without_a_list_each_is_asked_for(waits: list[float], status: int) -> None:
    account = Account(ENDED)
    account.answer = lambda call: httpx.Response(status) if call == "batches" else None
    events = await seen(account)
    assert len(events) == len(IDS)
    assert account.asked["batches"] == 1


async def test_an_unknown_id_is_raised(waits: list[float]) -> None:
    with pytest.raises(NotFoundError):
        await seen(Account(MOVING), ["batch_1", "batch_nope"])


async def test_one_unreadable_batch_does_not_hold_up_the_others(waits: list[float]) -> None:
    """LiteLLM answers 500 for a batch with fields that it does not expect."""
    account = Account(ENDED)
    account.answer = lambda call: (
        httpx.Response(500, json={"error": {"message": "6 validation errors for LiteLLMBatch"}})
        if call == "batches/batch_2" and account.asked[call] < 9
        else None
    )
    events = await seen(account)
    order = [each.id if isinstance(each, Batch) else "trouble" for each in events]
    assert order[:3] == ["batch_1", "batch_3", "batch_4"]
    assert order[-1] == "batch_2"
    assert order.count("trouble") >= 2


async def test_what_is_no_batch_api_is_not_asked_for_ever(waits: list[float]) -> None:
    account = Account(MOVING)
    account.answer = lambda call: httpx.Response(200, text="<html>Sign in</html>")
    with pytest.raises(ProtocolError):
        await seen(account)
    assert len(waits) == MOST_GARBLED


async def test_a_server_in_trouble_is_asked_ever_less_often(waits: list[float]) -> None:
    account = Account(ENDED)
    account.answer = lambda call: httpx.Response(503) if account.asked.total() <= 3 * 8 else None
    events = await seen(account, ["batch_1"])
    troubles = [each for each in events if isinstance(each, Trouble)]
    assert len(troubles) == 8
    assert isinstance(troubles[0].error, ServerError)
    assert [each.retry_in_s for each in troubles] == waits
    assert waits[-1] > 40
    assert all(after > before for before, after in pairwise(waits[:6]))


@pytest.mark.parametrize("status", [429, 503])
async def test_retry_after_is_what_is_waited(waits: list[float], status: int) -> None:
    """One that is longer than the client itself would wait."""
    account = Account(ENDED)
    account.answer = lambda call: (
        httpx.Response(status, headers={"retry-after": "321"})
        if account.asked.total() == 1
        else None
    )
    trouble, batch = await seen(account, ["batch_1"])
    assert isinstance(trouble, Trouble)
    assert trouble.retry_in_s == 321
    assert waits == [321]
    assert isinstance(batch, Batch)


# the feed


async def pauses(account: Account, count: int, waits: list[float], **changes: Any) -> list[float]:
    """How long the feed waits after each of its first answers, with an interval of 10 s."""
    async with session(account) as opened:
        feed = BatchFeed(opened, interval_s=10.0)
        for name, value in changes.items():
            setattr(feed, name, value)
        async with aclosing(feed.updates()) as events:  # type: ignore[type-var]
            async for event in events:
                assert isinstance(event, Refreshed | Trouble)
                if len(waits) >= count:
                    return waits[:count]
    raise AssertionError("the feed ended")


async def test_the_pace_is_quick_while_something_moves(waits: list[float]) -> None:
    found = await pauses(Account(MOVING), 20, waits)
    assert all(9 <= each <= 11 for each in found)
    assert len(set(found)) > 10


async def test_the_pace_is_slow_where_nothing_moves(waits: list[float]) -> None:
    assert all(27 <= each <= 33 for each in await pauses(Account(ENDED), 5, waits))


async def test_the_pace_is_slower_where_nobody_looks(waits: list[float]) -> None:
    assert all(54 <= each <= 66 for each in await pauses(Account(MOVING), 5, waits, hidden=True))


async def test_a_change_of_the_users_hurries_it(waits: list[float]) -> None:
    found = await pauses(Account(ENDED), 12, waits, _hurried_s=feeding.HURRIED_S)
    assert found[:3] == [0.5, 0.75, 1.125]
    assert found[-1] >= 27


async def followed(account: Account, answers: int) -> list[Refreshed]:
    """The first answers that the feed gives."""
    found: list[Refreshed] = []
    async with session(account) as opened:
        feed = BatchFeed(opened, interval_s=10.0)
        async with aclosing(feed.updates()) as events:  # type: ignore[type-var]
            async for event in events:
                assert isinstance(event, Refreshed)
                found.append(event)
                if len(found) == answers:
                    break
    return found


async def test_a_list_that_lags_for_ever_is_corrected(waits: list[float]) -> None:
    """LiteLLM issue 22982: `validating` in the list, long after the end."""
    account = Account(ENDED)
    account.listed = lambda rows: [row | {"status": "validating"} for row in rows]
    found = await followed(account, STILL + len(IDS) + 3)
    assert {each.status for each in found[0].batches} == {"validating"}
    assert {each.status for each in found[-1].batches} == {"completed"}
    assert account.retrieves == len(IDS)
    ended = [batch_id for each in found[1:] for batch_id in each.changed]
    assert sorted(ended) == IDS


async def test_an_honest_list_is_hardly_checked(waits: list[float]) -> None:
    moving = [
        MOVING | {"request_counts": {"total": 99, "completed": n, "failed": 0}} for n in range(50)
    ]
    account = Account(*moving)
    await followed(account, 40)
    assert account.retrieves == 0
    still = Account(MOVING)
    await followed(still, 40)
    assert 0 < still.retrieves <= 40 - STILL


async def test_a_correction_ends_when_the_list_has_caught_up(waits: list[float]) -> None:
    account = Account(ENDED)
    account.listed = lambda rows: (
        [row | {"status": "validating"} for row in rows]
        if account.round < 20
        else [row | {"output_file_id": "file-late"} for row in rows]
    )
    found = await followed(account, 21)
    assert {each.output_file_id for each in found[18].batches} == {"file-o"}
    assert {each.output_file_id for each in found[19].batches} == {"file-late"}


async def test_never_two_polls_at_once() -> None:
    account = Account(MOVING)
    async with session(account) as opened:
        feed = BatchFeed(opened, interval_s=0.001)

        async def follow() -> int:
            count = 0
            async with aclosing(feed.updates()) as events:  # type: ignore[type-var]
                async for _ in events:
                    feed.refresh_now()
                    count += 1
                    if count == 50:
                        break
            return count

        assert list(await asyncio.gather(follow(), follow())) == [50, 50]
    assert account.most_at_once == 1


# waiting


async def test_a_wait_goes_by_a_clock_that_sleep_does_not_stop(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The machine sleeps for an hour in a wait of a minute: the next look ends it."""
    monkeypatch.setattr(waiting, "PIECE_S", 0.01)
    times = iter([0.0, 0.0, 3600.0])
    started = time.monotonic()
    await wait(60, now=lambda: next(times))
    assert time.monotonic() - started < 30


async def test_a_wall_clock_that_jumps_changes_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    def jumps() -> float:
        raise AssertionError("the wall clock decides nothing")

    monkeypatch.setattr(time, "time", jumps)
    await wait(0.01)
    wake = asyncio.Event()
    wake.set()
    await wait(3600, wake)


def test_jitter_spreads_and_keeps_the_mean() -> None:
    found = [jittered(10) for _ in range(1000)]
    assert min(found) >= 9
    assert max(found) <= 11
    assert 9.8 < sum(found) / len(found) < 10.2


def test_the_longest_wait_is_a_minute_unless_the_server_asks() -> None:
    assert retry_in_s(ServerError("down", status=503), 10_000, 10) <= 66
    busy = RateLimitedError("busy", status=429)
    busy.retry_after_s = 600
    assert retry_in_s(busy, 1, 10) == 600
