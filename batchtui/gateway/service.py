"""The running gateway without its HTTP side: store, runner and answerer, opened and closed."""

from __future__ import annotations

import asyncio
import logging
import sqlite3
from collections.abc import AsyncIterator, Callable, Collection
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final

from batchtui.gateway.answer.answer import Answerer
from batchtui.gateway.answer.echo import Echo
from batchtui.gateway.clock import Clock
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.run.runner import Runner
from batchtui.gateway.store.disk import Disk
from batchtui.gateway.store.store import Store

log = logging.getLogger(__name__)

_EXPIRY_INTERVAL_S: Final = 60.0

Seed = Callable[[Store], Collection[str]]
"""Fills a store before anything runs; returns the ids of batches to leave alone."""


@dataclass(frozen=True, slots=True)
class Service:
    """What the routes work with."""

    options: GatewayOptions
    clock: Clock
    disk: Disk
    store: Store
    runner: Runner
    answerer: Answerer


@asynccontextmanager
async def open_service(
    options: GatewayOptions, clock: Clock, seed: Seed | None = None
) -> AsyncIterator[Service]:
    """Recover what is in the data directory, take up its batches, and close all at the end.

    Raises UsageError for a directory that can not be used or is in use.
    """
    disk = await asyncio.to_thread(Disk, options.directory)
    try:
        store = await asyncio.to_thread(Store, disk)
        try:
            await asyncio.to_thread(store.clean)
            leave = await asyncio.to_thread(seed, store) if seed else ()
            answerer = await _answerer(options, clock)
            try:
                runner = Runner(store, clock, answerer, options)
                await runner.resume(leave)
                expiry = asyncio.create_task(_expire_files(store, clock))
                try:
                    yield Service(options, clock, disk, store, runner, answerer)
                finally:
                    expiry.cancel()
                    await runner.stop()
            finally:
                await answerer.aclose()
        finally:
            await asyncio.to_thread(store.close)
    finally:
        disk.close()


async def _answerer(options: GatewayOptions, clock: Clock) -> Answerer:
    if options.upstream is None:
        return Echo(clock, options.echo_delay_s)
    key = options.upstream_key()

    def build() -> Answerer:
        """httpx and its certificates cost over 100 ms, and only a gateway with an upstream."""
        from batchtui.gateway.answer.upstream import Upstream

        assert options.upstream is not None
        return Upstream(options.upstream, key)

    return await asyncio.to_thread(build)


async def _expire_files(store: Store, clock: Clock) -> None:
    while True:
        try:
            await store.expire_files(clock.now())
        except (OSError, sqlite3.Error) as error:
            log.warning("expired files can not be removed: %s", error)
        await clock.wait_until(clock.now() + _EXPIRY_INTERVAL_S)
