"""The results of one running batch, on their way to disk.

Owns the two growing result files. A result counts only when it is durable: lines are appended,
the files synced, and then one transaction moves the counts and the durable lengths together. Many
lines share a flush. After a crash the files are cut back to the durable lengths, and the lines in
them say which requests are done.
"""

from __future__ import annotations

import asyncio
import logging
import os
import sqlite3
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Final

from batchtui.gateway.answer.answer import NO_TOKENS, Answer, NoAnswer, Tokens
from batchtui.gateway.run.result_line import input_line_number, result_line
from batchtui.gateway.store.disk import Disk
from batchtui.gateway.store.rows import BatchRow
from batchtui.gateway.store.store import Store

log = logging.getLogger(__name__)

_FLUSH_INTERVAL_S: Final = 0.02
_RETRY_S: Final = 2.0
_MOST_PENDING_BYTES: Final = 8 * 1024 * 1024
_SCAN_BYTES: Final = 1024 * 1024


class LineSet:
    """A set of line numbers, one bit each."""

    def __init__(self) -> None:
        self._bits = bytearray()

    def __contains__(self, number: int) -> bool:
        index = number >> 3
        return index < len(self._bits) and bool(self._bits[index] >> (number & 7) & 1)

    def add(self, number: int) -> None:
        index = number >> 3
        if index >= len(self._bits):
            self._bits.extend(bytes(max(index + 1 - len(self._bits), len(self._bits))))
        self._bits[index] |= 1 << (number & 7)


def trim(disk: Disk, batch: BatchRow) -> None:
    """Bring the result files to what the database says of them. Blocks."""
    _GrowingFile(disk, batch.output_name, batch.output_bytes).trim()
    _GrowingFile(disk, batch.error_name, batch.error_bytes).trim()


class _GrowingFile:
    """A result file: `size_bytes` of it are durable, what is behind them does not count."""

    def __init__(self, disk: Disk, name: str, size_bytes: int) -> None:
        self._disk = disk
        self._name = name
        self._descriptor: int | None = None
        self.size_bytes = size_bytes

    def trim(self) -> None:
        """Cut off what a crash left half written."""
        if self.size_bytes == 0:
            self._disk.remove(self._name)
        else:
            os.truncate(self._disk.path(self._name), self.size_bytes)

    def scan(self, done: LineSet) -> None:
        """Tell which lines are there."""
        if self.size_bytes == 0:
            return
        with self._disk.path(self._name).open("rb") as file:
            while lines := file.readlines(_SCAN_BYTES):
                for line in lines:
                    done.add(input_line_number(line))

    def append(self, data: bytes) -> None:
        """Durable when it returns, but for the new size."""
        if not data:
            return
        if self._descriptor is None:
            self._open()
        assert self._descriptor is not None
        rest, offset = memoryview(data), self.size_bytes
        while rest:
            written = os.pwrite(self._descriptor, rest, offset)
            rest, offset = rest[written:], offset + written
        os.fsync(self._descriptor)

    def close(self) -> None:
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None

    def _open(self) -> None:
        if self.size_bytes:
            self._descriptor = os.open(self._disk.path(self._name), os.O_RDWR | os.O_CLOEXEC)
        else:
            self._descriptor = self._disk.create(self._name)
            self._disk.settle()


@dataclass(slots=True)
class _Pending:
    """Results that are not durable yet."""

    output: list[bytes] = field(default_factory=list)
    error: list[bytes] = field(default_factory=list)
    size_bytes: int = 0
    tokens: Tokens = NO_TOKENS

    def __bool__(self) -> bool:
        return self.size_bytes > 0


class Results:
    def __init__(self, store: Store, batch: BatchRow, stopping: asyncio.Event) -> None:
        self._store = store
        self._batch = batch
        self._stopping = stopping
        self._output = _GrowingFile(store.disk, batch.output_name, batch.output_bytes)
        self._error = _GrowingFile(store.disk, batch.error_name, batch.error_bytes)
        self._completed = batch.completed
        self._failed = batch.failed
        self._tokens = Tokens(
            batch.input_tokens, batch.cached_tokens, batch.output_tokens, batch.reasoning_tokens
        )
        self._pending = _Pending()
        self._news = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._closing = asyncio.Event()
        self.done = LineSet()

    async def open(self) -> None:
        """Before anything else: bring the files to what the database says of them."""

        await asyncio.to_thread(self._recover)
        self._flusher = asyncio.create_task(self._keep_flushing())

    def _recover(self) -> None:
        trim(self._store.disk, self._batch)
        self._output.scan(self.done)
        self._error.scan(self.done)

    def add(self, number: int, custom_id: bytes, result: Answer | NoAnswer) -> None:
        """Take the one result of a line. It counts after the next flush."""
        line = result_line(self._batch.id, number, custom_id, result)
        pending = self._pending
        (pending.output if result.ok else pending.error).append(line)
        pending.size_bytes += len(line)
        pending.tokens += result.tokens
        self.done.add(number)
        self._news.set()
        if pending.size_bytes > _MOST_PENDING_BYTES:
            self._room.clear()

    async def room(self) -> None:
        """Wait while the disk is far behind: memory stays flat however fast answers come."""
        await self._room.wait()

    async def close(self) -> None:
        """All results are durable when it returns. Raises OSError or sqlite3.Error when they can
        not be and the gateway stops; those lines will be asked again."""
        self._closing.set()
        self._news.set()
        try:
            await self._flusher
        finally:
            self._output.close()
            self._error.close()

    async def _keep_flushing(self) -> None:
        """A task of its own, never cancelled: a flush is done whole or tried again."""
        try:
            while self._pending or not self._closing.is_set():
                await self._news.wait()
                self._news.clear()
                await self._flush()
                await _wait_at_most(self._closing, _FLUSH_INTERVAL_S)
        finally:
            self._room.set()

    async def _flush(self) -> None:
        """A full disk delays it; no result is dropped."""
        pending, self._pending = self._pending, _Pending()
        while pending:
            try:
                await self._write(pending)
                break
            except (OSError, sqlite3.Error) as error:
                log.warning("results of %s can not be written: %s", self._batch.id, error)
                if self._stopping.is_set():
                    raise
                await _wait_at_most(self._stopping, _RETRY_S)
        if self._pending.size_bytes <= _MOST_PENDING_BYTES:
            self._room.set()

    async def _write(self, pending: _Pending) -> None:
        output, error = b"".join(pending.output), b"".join(pending.error)

        def work() -> None:
            self._output.append(output)
            self._error.append(error)

        await asyncio.to_thread(work)
        tokens = self._tokens + pending.tokens
        changes = {
            "completed": self._completed + len(pending.output),
            "failed": self._failed + len(pending.error),
            "output_bytes": self._output.size_bytes + len(output),
            "error_bytes": self._error.size_bytes + len(error),
            "input_tokens": tokens.input,
            "cached_tokens": tokens.cached,
            "output_tokens": tokens.output,
            "reasoning_tokens": tokens.reasoning,
        }
        await self._store.change(self._batch.id, **changes)
        self._tokens = tokens
        self._completed, self._failed = changes["completed"], changes["failed"]
        self._output.size_bytes = changes["output_bytes"]
        self._error.size_bytes = changes["error_bytes"]


async def _wait_at_most(event: asyncio.Event, seconds: float) -> None:
    with suppress(TimeoutError):
        await asyncio.wait_for(event.wait(), seconds)
