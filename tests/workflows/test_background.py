"""Threads and events: progress arrives on the loop, cancelling stops the work and cleans up."""

from __future__ import annotations

import asyncio
import threading

import pytest

from batchtui.errors import InputError
from batchtui.jsonl.progress import Progress, Steps
from batchtui.workflows.background import Emit, events, in_thread


async def test_the_result_and_the_progress() -> None:
    seen: list[Progress] = []
    loop_thread = threading.get_ident()

    def steps() -> Steps[str]:
        assert threading.get_ident() != loop_thread
        for done in range(3):
            yield Progress(done, 3)
        return "result"

    assert await in_thread(steps(), seen.append) == "result"
    assert seen[:1] == [Progress(0, 3)]


async def test_an_error_comes_through() -> None:
    def steps() -> Steps[None]:
        yield Progress(0, 1)
        raise InputError("bad")

    with pytest.raises(InputError, match="bad"):
        await in_thread(steps())


async def test_cancelling_stops_the_work_and_waits_for_its_clean_up() -> None:
    started, cleaned = threading.Event(), threading.Event()

    def endless() -> Steps[None]:
        try:
            while True:
                started.set()
                yield Progress(0, 1)
        finally:
            cleaned.set()

    task = asyncio.create_task(in_thread(endless()))
    await asyncio.to_thread(started.wait)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert cleaned.is_set()


async def test_events_in_order_then_the_error() -> None:
    async def produce(emit: Emit[int]) -> None:
        emit(1)
        emit(2)
        raise InputError("end")

    stream = events(produce)
    assert [await anext(stream), await anext(stream)] == [1, 2]
    with pytest.raises(InputError, match="end"):
        await anext(stream)


async def test_closing_cancels_the_producer() -> None:
    cancelled = asyncio.Event()

    async def produce(emit: Emit[int]) -> None:
        emit(1)
        try:
            await asyncio.Event().wait()
        finally:
            cancelled.set()

    stream = events(produce)
    assert await anext(stream) == 1
    await stream.aclose()
    assert cancelled.is_set()
