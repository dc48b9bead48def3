"""The list that keeps itself fresh: differences, names, trouble and recovery."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TypeVar
from urllib.parse import urlsplit

from batchtui.config import Profile
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.models.batch import Batch
from batchtui.workflows import submit
from batchtui.workflows.feed import BatchFeed, FeedEvent, Named, Refreshed, Trouble
from batchtui.workflows.session import Session

WriteInput = Callable[..., Path]
E = TypeVar("E", Refreshed, Named, Trouble)


@asynccontextmanager
async def updates(feed: BatchFeed) -> AsyncIterator[AsyncIterator[FeedEvent]]:
    events = feed.updates()
    try:
        yield events
    finally:
        await events.aclose()  # type: ignore[attr-defined]


async def next_of(kind: type[E], events: AsyncIterator[FeedEvent]) -> E:
    async with asyncio.timeout(20):
        async for event in events:
            if isinstance(event, kind):
                return event
    raise AssertionError("the feed ended")


async def create(session: Session, path: Path) -> Batch:
    events = [event async for event in submit.submit(session, submit.Submission(path))]
    assert isinstance(events[-1], submit.Created)
    return events[-1].batch


async def test_what_came_and_its_name(session: Session, write_input: WriteInput) -> None:
    feed = BatchFeed(session, interval_s=0.1)
    async with updates(feed) as events:
        first = await next_of(Refreshed, events)
        assert first.batches == ()
        batch = await create(session, write_input(name="reviews.jsonl"))
        refreshed = await next_of(Refreshed, events)
        while not refreshed.batches:
            refreshed = await next_of(Refreshed, events)
        assert refreshed.added == {batch.id}
        named = await next_of(Named, events)
        assert named.names == {batch.input_file_id: "reviews.jsonl"}


async def test_refresh_now_does_not_wait_for_the_interval(session: Session) -> None:
    feed = BatchFeed(session, interval_s=3600)
    async with updates(feed) as events:
        await next_of(Refreshed, events)
        feed.refresh_now()
        await next_of(Refreshed, events)


async def test_paused_until_asked(session: Session) -> None:
    feed = BatchFeed(session, interval_s=0.05)
    async with updates(feed) as events:
        await next_of(Refreshed, events)
        feed.paused = True
        waiting = asyncio.ensure_future(next_of(Refreshed, events))
        done, _ = await asyncio.wait([waiting], timeout=0.3)
        assert not done
        feed.refresh_now()
        await waiting


async def test_a_dead_server_is_an_event_and_comes_back(tmp_path: Path) -> None:
    options = GatewayOptions(data_dir=tmp_path / "data", port=0)
    with Gateway(options) as gateway:
        url = gateway.base_url
    async with Session(Profile(name="test", base_url=url, kind="local")) as session:
        feed = BatchFeed(session, interval_s=0.1)
        async with updates(feed) as events:
            trouble = await next_of(Trouble, events)
            assert trouble.since_s is None
            assert trouble.retry_in_s > 0
            port = urlsplit(url).port
            assert port is not None
            with Gateway(GatewayOptions(data_dir=tmp_path / "data", port=port)):
                feed.refresh_now()
                await next_of(Refreshed, events)
            feed.refresh_now()
            again = await next_of(Trouble, events)
            assert again.since_s is not None


async def test_more_pages_on_demand(session: Session, write_input: WriteInput) -> None:
    client = await session.client()
    file = await client.files.create(file=write_input(1))
    for _ in range(120):
        await client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions")
    feed = BatchFeed(session, interval_s=3600)
    async with updates(feed) as events:
        first = await next_of(Refreshed, events)
        assert (len(first.batches), first.has_more) == (100, True)
        feed.load_more()
        second = await next_of(Refreshed, events)
        assert (len(second.batches), second.has_more) == (120, False)
