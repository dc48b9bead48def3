"""The life of one batch, from the status in the database to a final one.

    validating -> in_progress -> finalizing -> completed
        |             |              `-------> expired     the window is over
        |             `--> cancelling -------> cancelled
        `--> failed

Every step starts from what is durable, so a step that a crash cut short is simply done again.
Each change of status is conditional on the status it starts from: a cancel may come in between.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Coroutine
from concurrent.futures import Executor
from contextlib import aclosing
from typing import Any, Final

from batchtui.gateway.answer.answer import Answerer, NoAnswer
from batchtui.gateway.clock import Clock
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.run.check import check, over_enqueued_limit
from batchtui.gateway.run.execute import Execution
from batchtui.gateway.run.lines import custom_id_of, lines_of
from batchtui.gateway.run.results import Results, trim
from batchtui.gateway.store.rows import BatchRow, FileRow
from batchtui.gateway.store.store import Store
from batchtui.jsonl.progress import Cancelled
from batchtui.models.status import (
    CANCELLED,
    CANCELLING,
    COMPLETED,
    EXPIRED,
    FAILED,
    FINALIZING,
    IN_PROGRESS,
    VALIDATING,
)

_DRAIN_S: Final = 60.0
_STOP_GRACE_S: Final = 1.0
WINDOW_OVER: Final = NoAnswer(
    "batch_expired", "This request could not be executed before the completion window expired."
)


class BatchRun:
    def __init__(
        self,
        batch_id: str,
        store: Store,
        clock: Clock,
        answerer: Answerer,
        options: GatewayOptions,
        slots: asyncio.Semaphore,
        validators: Executor,
    ) -> None:
        self._id = batch_id
        self._store = store
        self._clock = clock
        self._answerer = answerer
        self._options = options
        self._slots = slots
        self._validators = validators
        self._cancelled = asyncio.Event()
        self._stopping = asyncio.Event()

    def cancel(self) -> None:
        """The batch's status is `cancelling` now: stop asking."""
        self._cancelled.set()

    def stop(self) -> None:
        """The gateway ends: leave the batch as it is, to go on at the next start."""
        self._stopping.set()

    async def run(self) -> None:
        """Returns when the batch is final, or after `stop`."""
        steps = {
            VALIDATING: self._validate,
            IN_PROGRESS: self._execute,
            FINALIZING: self._finalize,
            CANCELLING: self._finish_cancel,
        }
        while not self._stopping.is_set():
            batch = await self._store.batch(self._id)
            step = steps.get(batch.status) if batch else None
            if batch is None or step is None:
                return
            await step(batch)

    def _interrupted(self) -> bool:
        return self._cancelled.is_set() or self._stopping.is_set()

    def _now(self) -> int:
        return int(self._clock.now())

    async def _validate(self, batch: BatchRow) -> None:
        path = self._store.disk.path(batch.input_file_id)
        max_lines, max_tokens = self._options.max_lines, self._options.max_enqueued_tokens
        try:
            checked = await asyncio.get_running_loop().run_in_executor(
                self._validators, check, path, batch.endpoint, self._interrupted, max_lines
            )
        except Cancelled:
            return
        errors = checked.errors
        if max_tokens is not None and not errors:
            model = checked.model or ""
            if not await self._store.enqueue(self._id, model, checked.tokens, max_tokens):
                errors = [over_enqueued_limit(model, max_tokens)]
        if errors:
            await self._store.publish(
                self._id,
                VALIDATING,
                [],
                status=FAILED,
                failed_at=self._now(),
                errors=json.dumps({"object": "list", "data": errors}),
                model=checked.model,
            )
        else:
            await self._store.move(
                self._id,
                [VALIDATING],
                status=IN_PROGRESS,
                in_progress_at=self._now(),
                total=checked.total,
                model=checked.model,
            )

    async def _execute(self, batch: BatchRow) -> None:
        results = Results(self._store, batch, self._stopping)
        await results.open()
        execution = Execution(
            self._store.disk.path(batch.input_file_id),
            batch.endpoint,
            results,
            self._answerer,
            self._slots,
        )
        asking = asyncio.create_task(execution.ask_all())
        try:
            expired = await self._until_over(asking, batch.expires_at)
            if self._cancelled.is_set():
                await self._drain(execution, _DRAIN_S)
            elif self._stopping.is_set():
                await self._drain(execution, _STOP_GRACE_S)
        finally:
            await execution.cut()
            await results.close()
        if asking.cancelled() and not expired:
            return
        await self._store.move(
            self._id,
            [IN_PROGRESS],
            status=FINALIZING,
            finalizing_at=self._now(),
            outcome=EXPIRED if asking.cancelled() else COMPLETED,
        )

    async def _until_over(self, asking: asyncio.Task[None], deadline: float) -> bool:
        """Wait until every line is asked, or a cancel, a stop or the deadline; True for that.

        Asking is over then.
        """
        deadline_over = asyncio.create_task(self._clock.wait_until(deadline))
        interrupts = [
            deadline_over,
            asyncio.create_task(self._cancelled.wait()),
            asyncio.create_task(self._stopping.wait()),
        ]
        try:
            await asyncio.wait([asking, *interrupts], return_when=asyncio.FIRST_COMPLETED)
            return deadline_over.done()
        finally:
            await _end(asking, *interrupts)

    async def _drain(self, execution: Execution, limit_s: float) -> None:
        stop_or_done: list[Coroutine[Any, Any, Any]] = [execution.drain()]
        if not self._stopping.is_set():
            stop_or_done.append(self._stopping.wait())
        tasks = [asyncio.create_task(each) for each in stop_or_done]
        try:
            await asyncio.wait(tasks, timeout=limit_s, return_when=asyncio.FIRST_COMPLETED)
        finally:
            await _end(*tasks)

    async def _finalize(self, batch: BatchRow) -> None:
        if batch.outcome == EXPIRED:
            await self._write_expired_lines(batch)
            if self._stopping.is_set():
                return
            await self._publish(FINALIZING, EXPIRED, "expired_at")
        else:
            await self._publish(FINALIZING, COMPLETED, "completed_at")

    async def _finish_cancel(self, batch: BatchRow) -> None:
        await self._publish(CANCELLING, CANCELLED, "cancelled_at")

    async def _write_expired_lines(self, batch: BatchRow) -> None:
        results = Results(self._store, batch, self._stopping)
        await results.open()
        try:
            path = self._store.disk.path(batch.input_file_id)
            async with aclosing(lines_of(path)) as lines:
                async for number, line in lines:
                    if self._stopping.is_set():
                        break
                    if number not in results.done:
                        await results.room()
                        results.add(number, custom_id_of(line), WINDOW_OVER)
        finally:
            await results.close()

    async def _publish(self, source: str, status: str, time_column: str) -> None:
        """The result files become files of the API, at the same moment as the status is final."""
        batch = await self._store.batch(self._id)
        assert batch is not None
        await asyncio.to_thread(trim, self._store.disk, batch)
        now = self._now()
        expires_at = now + batch.file_expires_after_s if batch.file_expires_after_s else None
        files = [
            FileRow(name, now, f"{batch.id}_{kind}.jsonl", "batch_output", size, expires_at)
            for name, kind, size in (
                (batch.output_name, "output", batch.output_bytes),
                (batch.error_name, "error", batch.error_bytes),
            )
            if size
        ]
        await self._store.publish(
            self._id,
            source,
            files,
            status=status,
            output_file_id=batch.output_name if batch.output_bytes else None,
            error_file_id=batch.error_name if batch.error_bytes else None,
            **{time_column: now},
        )


async def _end(*tasks: asyncio.Task[Any]) -> None:
    """Cancel what still runs, wait for it, and raise what went wrong in it."""
    for task in tasks:
        task.cancel()
    results = await asyncio.gather(*tasks, return_exceptions=True)
    for result in results:
        if isinstance(result, Exception):
            raise result
