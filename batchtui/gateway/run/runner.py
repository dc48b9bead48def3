"""All batches that run in this process.

Owns their tasks. A batch that meets a failing disk is tried again from its durable state; a bug
fails that one batch and says so in its errors.
"""

from __future__ import annotations

import asyncio
import json
import logging
import sqlite3
from collections.abc import Collection
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Final

from batchtui.gateway.answer.answer import Answerer
from batchtui.gateway.clock import Clock
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.run.batch_run import BatchRun
from batchtui.gateway.run.check import check, over_enqueued_limit
from batchtui.gateway.store.store import Store
from batchtui.models.status import ACTIVE, FAILED

log = logging.getLogger(__name__)

_RETRY_S: Final = 5.0
_VALIDATORS: Final = 2


class Runner:
    def __init__(
        self, store: Store, clock: Clock, answerer: Answerer, options: GatewayOptions
    ) -> None:
        self._store = store
        self._clock = clock
        self._answerer = answerer
        self._options = options
        self._slots = asyncio.Semaphore(options.concurrency)
        self._validators = ThreadPoolExecutor(_VALIDATORS, thread_name_prefix="gateway-validation")
        self._runs: dict[str, BatchRun] = {}
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._stopping = asyncio.Event()

    async def resume(self, leave: Collection[str] = ()) -> None:
        """Take up every batch that is not final, but those in `leave`."""
        for batch in await self._store.active_batches():
            if batch.id not in leave:
                self.start(batch.id)

    async def no_room(self, input_file_id: str, endpoint: str) -> dict[str, Any] | None:
        """The error of a batch that would be over the enqueued tokens now, if it would."""
        limit = self._options.max_enqueued_tokens
        if limit is None:
            return None
        path = self._store.disk.path(input_file_id)
        checked = await asyncio.get_running_loop().run_in_executor(
            self._validators, check, path, endpoint, self._stopping.is_set
        )
        model = checked.model or ""
        if checked.errors or await self._store.enqueued(model) + checked.tokens <= limit:
            return None
        return over_enqueued_limit(model, limit)

    def start(self, batch_id: str) -> None:
        """Run a batch that is in the database; nothing happens when it runs already."""
        if batch_id in self._runs or self._stopping.is_set():
            return
        run = BatchRun(
            batch_id,
            self._store,
            self._clock,
            self._answerer,
            self._options,
            self._slots,
            self._validators,
        )
        self._runs[batch_id] = run
        task = asyncio.create_task(self._supervise(batch_id, run), name=f"run {batch_id}")
        self._tasks[batch_id] = task
        task.add_done_callback(lambda _: self._forget(batch_id))

    def cancel(self, batch_id: str) -> None:
        """Its status is `cancelling` in the database now: see it through."""
        self.start(batch_id)
        run = self._runs.get(batch_id)
        if run is not None:
            run.cancel()

    async def stop(self) -> None:
        """Returns when nothing runs and all results that came are durable."""
        self._stopping.set()
        for run in self._runs.values():
            run.stop()
        await asyncio.gather(*self._tasks.values(), return_exceptions=True)
        await asyncio.to_thread(self._validators.shutdown)

    def _forget(self, batch_id: str) -> None:
        self._runs.pop(batch_id, None)
        self._tasks.pop(batch_id, None)

    async def _supervise(self, batch_id: str, run: BatchRun) -> None:
        while not self._stopping.is_set():
            try:
                await run.run()
                return
            except FileNotFoundError:
                await self._fail(batch_id, "A file of this batch is gone from the data directory.")
                return
            except (OSError, sqlite3.Error) as error:
                log.warning("batch %s waits, it can not go on: %s", batch_id, error)
                await self._pause()
            except Exception:
                log.exception("batch %s failed", batch_id)
                await self._fail(batch_id, "The gateway failed on this batch; its log says why.")
                return

    async def _pause(self) -> None:
        try:
            await asyncio.wait_for(self._stopping.wait(), _RETRY_S)
        except TimeoutError:
            return

    async def _fail(self, batch_id: str, message: str) -> None:
        problem = {"code": "server_error", "message": message, "line": None, "param": None}
        await self._store.move(
            batch_id,
            ACTIVE,
            status=FAILED,
            failed_at=int(self._clock.now()),
            errors=json.dumps({"object": "list", "data": [problem]}),
        )
