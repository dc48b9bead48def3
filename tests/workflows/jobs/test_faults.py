"""A job under a failing network and a failing server: nothing lost, nothing made twice."""

from __future__ import annotations

import asyncio
import itertools
from collections import Counter
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from batchtui.client import BatchClient
from batchtui.config import Profile, Secret
from batchtui.errors import AuthenticationError, ConnectionFailedError, NotKnownError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.workflows.jobs import actions, room
from batchtui.workflows.jobs.events import JobTrouble, Looking, ShardMoved
from batchtui.workflows.jobs.states import JobState, ShardState
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.jobs.watching import GONE
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session
from tests import relay as faults
from tests.relay import Call, Fault, FaultOf, relay
from tests.workflows.jobs.conftest import Desk, chat, connected

REQUESTS = 40
NO_ROOM = (
    b'{"error": {"message": "Enqueued token limit reached for echo. Limit: 900 enqueued tokens.",'
    b' "code": "token_limit_exceeded"}}'
)


@asynccontextmanager
async def desk_behind(url: str, folder: Path, fault_of: FaultOf) -> AsyncIterator[Desk]:
    async with (
        relay(url, fault_of) as relayed,
        Session(
            Profile(name="paying", base_url=relayed),
            downloads=folder / "downloads",
            ledger=Ledger(folder / "ledger.db"),
            client=BatchClient(base_url=relayed, sleep=at_once),
            looks_s=(0.0, 0.05, 0.2),
        ) as session,
    ):
        yield Desk(session, JobStore(folder / "state" / "jobs.db"), folder)


async def at_once(seconds: float) -> None:
    """The client's own pauses between tries are none here."""
    await asyncio.sleep(0)


def is_create(call: Call) -> bool:
    return call.method == "POST" and call.path.endswith("/batches")


def at_creates(*kinds: Fault | None) -> FaultOf:
    """Each create meets the next of `kinds`, and the ones after the last meet none."""
    left = itertools.chain(kinds, itertools.repeat(None))
    return lambda call: next(left) if is_create(call) else None


def once(is_it: Callable[[Call], bool], fault: Fault) -> FaultOf:
    armed = [fault]
    return lambda call: armed.pop() if armed and is_it(call) else None


async def assert_whole(desk: Desk, gateway: Gateway, batches: int) -> None:
    (job,) = desk.store.jobs()
    assert job.state is JobState.DONE
    assert desk.ids() == [f"r-{number}" for number in range(REQUESTS)]
    async with connected(gateway.base_url, desk.folder) as session:
        direct = Desk(session, desk.store, desk.folder)
        await direct.assert_batches_are_those_of(job)
        counts = Counter(each.input_file_id for each in await direct.batches())
        assert len(counts) == counts.total() == batches


async def test_answers_to_creates_are_lost_in_every_way(gateway: Gateway, tmp_path: Path) -> None:
    kinds = (
        *(faults.drop_after, faults.drop_before, None, faults.reset_after),
        *(faults.bad_gateway_after, faults.bad_gateway_before, faults.reset_before),
    )
    async with desk_behind(gateway.base_url, tmp_path, at_creates(*kinds)) as desk:
        path = desk.write(chat(number) for number in range(REQUESTS))
        await desk.drive(await desk.make(path, max_lines=10))
        assert any(isinstance(event, Looking) for event in desk.events)
        await assert_whole(desk, gateway, 4)


async def test_it_is_driven_on_from_every_step(gateway: Gateway, tmp_path: Path) -> None:
    """Driven, and dropped at each state that a shard comes to, over and over."""
    async with connected(gateway.base_url, tmp_path) as session:
        desk = Desk(session, JobStore(tmp_path / "state" / "jobs.db"), tmp_path)
        path = desk.write(chat(number) for number in range(REQUESTS))
        job = await desk.make(path, max_lines=10)
        seen: set[tuple[int, ShardState]] = set()

        def is_new(event: object) -> bool:
            if not isinstance(event, ShardMoved):
                return False
            step = event.shard.number, event.shard.state
            before = len(seen)
            seen.add(step)
            return len(seen) > before

        while job.state is not JobState.DONE:
            job = await desk.drive(job, is_new)
        assert len(seen) >= 4 * 5
        await assert_whole(desk, gateway, 4)


async def test_while_the_network_is_down_it_waits(gateway: Gateway, tmp_path: Path) -> None:
    down = [False]

    def fault_of(call: Call) -> Fault | None:
        return faults.reset_before if down[0] else None

    async with desk_behind(gateway.base_url, tmp_path, fault_of) as desk:
        path = desk.write(chat(number) for number in range(REQUESTS))
        job = await desk.make(path, max_lines=10)

        def goes_down(event: object) -> bool:
            if isinstance(event, ShardMoved) and event.shard.state is ShardState.COLLECTED:
                down[0] = True
            if isinstance(event, JobTrouble):
                down[0] = False
                down_for.append(event.retry_in_s)
            return False

        down_for: list[float] = []
        await desk.drive(job, goes_down)
        assert down_for
        await assert_whole(desk, gateway, 4)


async def test_nobody_listens_at_all(dead_url: str, tmp_path: Path) -> None:
    """A new job whose server cannot be reached is told so at once; it may be a wrong address."""
    async with connected(dead_url, tmp_path) as session:
        desk = Desk(session, JobStore(tmp_path / "state" / "jobs.db"), tmp_path)
        job = await desk.make(desk.write([chat(1)]))
        with pytest.raises(ConnectionFailedError):
            await desk.drive(job)
        assert desk.store.job(job.id).state is JobState.STOPPED
        assert "127.0.0.1" in desk.store.job(job.id).why


async def test_a_create_that_nobody_can_tell_of_stays_open(
    gateway: Gateway, tmp_path: Path
) -> None:
    """The list cannot be read either: it is not sent again, and found when it can be."""
    blind = [True]

    def fault_of(call: Call) -> Fault | None:
        if is_create(call) and blind[0]:
            return faults.drop_after
        is_list = call.method == "GET" and call.path.split("?")[0].endswith("/batches")
        return faults.reset_before if is_list and blind[0] else None

    async with desk_behind(gateway.base_url, tmp_path, fault_of) as desk:
        job = await desk.make(desk.write(chat(number) for number in range(REQUESTS)))
        with pytest.raises(NotKnownError):
            await desk.drive(job)
        (shard,) = desk.store.shards(job.id)
        assert shard.state is ShardState.CREATING
        blind[0] = False
        await desk.drive(actions.resume(desk.store, job.id))
        await assert_whole(desk, gateway, 1)


async def test_a_create_refused_for_want_of_room_waits(
    gateway: Gateway, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As Azure refuses it: with 400, and LiteLLM: with 429 and the words inside."""
    monkeypatch.setattr(room, "FIRST_WAIT_S", 0.05)
    kinds = (faults.refuses(400, NO_ROOM), faults.refuses(429, NO_ROOM))
    async with desk_behind(gateway.base_url, tmp_path, at_creates(None, *kinds)) as desk:
        path = desk.write(chat(number) for number in range(REQUESTS))
        await desk.drive(await desk.make(path, max_lines=10))
        waits = [
            event.shard.why
            for event in desk.events
            if isinstance(event, ShardMoved) and event.shard.state is ShardState.WAITING
        ]
        assert any("token limit" in why for why in waits)
        assert set(desk.store.limits(desk.store.jobs()[0].account).values()) == {900}
        await assert_whole(desk, gateway, 4)


async def test_a_key_that_is_refused_stops_it_and_a_good_one_goes_on(tmp_path: Path) -> None:
    keys = (Secret("sk-right"),)
    options = GatewayOptions(data_dir=tmp_path / "d", port=0, api_keys=keys)
    with Gateway(options) as gateway:
        store = JobStore(tmp_path / "state" / "jobs.db")
        async with connected(gateway.base_url, tmp_path, api_key=Secret("sk-wrong")) as session:
            desk = Desk(session, store, tmp_path)
            job = await desk.make(desk.write(chat(number) for number in range(5)))
            with pytest.raises(AuthenticationError):
                await desk.drive(job)
        job = store.job(job.id)
        assert job.state is JobState.STOPPED
        assert "sk-wrong" not in job.why
        async with connected(gateway.base_url, tmp_path, api_key=keys[0]) as session:
            desk = Desk(session, store, tmp_path)
            job = await desk.drive(actions.resume(store, job.id))
        assert (job.state, len(desk.ids())) == (JobState.DONE, 5)


async def test_a_batch_that_vanished_leaves_its_requests_missing(
    gateway: Gateway, tmp_path: Path
) -> None:
    gone: list[str] = []

    def fault_of(call: Call) -> Fault | None:
        missing = b'{"error": {"message": "No such batch.", "code": "not_found"}}'
        if gone and gone[0] in call.path:
            return faults.refuses(404, missing)
        is_list = call.method == "GET" and "/batches" in call.path and "batch_" not in call.path
        return faults.says(b'{"object": "list", "data": []}') if is_list and gone else None

    async with desk_behind(gateway.base_url, tmp_path, fault_of) as desk:
        path = desk.write(chat(number, echo="slow-300") for number in range(20))

        def forget(event: object) -> bool:
            if isinstance(event, ShardMoved) and event.shard.batch_id and not gone:
                gone.append(event.shard.batch_id)
            return False

        job = await desk.drive(await desk.make(path, max_lines=10), forget)
        assert job.state is JobState.INCOMPLETE
        assert job.audit is not None
        assert (job.audit.ok, job.audit.missing) == (10, 10)
        assert [each.why for each in desk.store.shards(job.id)].count(GONE) == 1
