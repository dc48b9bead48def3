"""An account with a past: files, and a batch in every status, put straight into a store.

    Gateway(GatewayOptions(data_dir=directory, port=0), seed=demo.seed)

All result files are real and can be read. The batch in progress really goes on; those that are
validating, finalizing and cancelling are exhibits, which the gateway leaves alone until somebody
cancels them.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Any, Final

from batchtui.gateway import ids
from batchtui.gateway.answer.answer import Answer, NoAnswer, Tokens
from batchtui.gateway.answer.echo import Echo
from batchtui.gateway.clock import SystemClock
from batchtui.gateway.demo_files import (
    EMBEDDING_MODEL,
    MODEL,
    bad_lines,
    broken_tickets,
    jsonl,
    reviews,
    sentences,
    summaries,
    tickets,
    write_samples,
)
from batchtui.gateway.run.batch_run import WINDOW_OVER
from batchtui.gateway.run.check import check
from batchtui.gateway.run.lines import ask_of
from batchtui.gateway.run.result_line import result_line
from batchtui.gateway.store.disk import Disk
from batchtui.gateway.store.rows import BatchRow, FileRow
from batchtui.gateway.store.store import Store, insert
from batchtui.models import status
from batchtui.models.endpoint import CHAT_COMPLETIONS, EMBEDDINGS, RESPONSES

__all__ = ["seed", "write_samples"]

_MINUTE: Final = 60
_HOUR: Final = 60 * _MINUTE
_DAY: Final = 24 * _HOUR
_FILE_LIFE_S: Final = 30 * _DAY
_CHECK_S: Final = 7
_EXHIBITS: Final = (status.VALIDATING, status.FINALIZING, status.CANCELLING)


@dataclass(frozen=True, slots=True)
class _Story:
    """One batch: its input, how long ago it began, how long it ran, how many lines it did."""

    filename: str
    data: bytes
    status: str
    age_s: int
    took_s: int = 0
    lines_done: int | None = None
    endpoint: str = CHAT_COMPLETIONS
    metadata: dict[str, str] | None = None


def _stories() -> list[_Story]:
    slow = {"echo": "slow-700"}
    nightly = {"team": "support", "run": "nightly"}
    return [
        _Story("harbour.jsonl", jsonl(summaries(300)), status.VALIDATING, 9, endpoint=RESPONSES),
        _Story(
            "reviews-07.jsonl",
            jsonl(reviews(16_000, metadata=slow)),
            status.IN_PROGRESS,
            3 * _MINUTE,
            lines_done=1_500,
            metadata={"team": "ads", "run": "7"},
        ),
        _Story("tickets-w44.jsonl", jsonl(tickets(400)), status.FINALIZING, 12 * _MINUTE, 700),
        _Story(
            "corpus.jsonl", jsonl(sentences(500)), status.COMPLETED, 2 * _HOUR, 340,
            endpoint=EMBEDDINGS,
        ),
        _Story(
            "tickets-w43.jsonl", jsonl(tickets(240)), status.COMPLETED, 3 * _HOUR, 620,
            metadata=nightly,
        ),
        _Story("bad-lines.jsonl", bad_lines(), status.FAILED, 3 * _HOUR + 9 * _MINUTE),
        _Story(
            "old-key.jsonl", jsonl(broken_tickets(50)), status.COMPLETED, 5 * _HOUR, 80,
            metadata=nightly,
        ),
        _Story("wrong-prompt.jsonl", jsonl(reviews(600)), status.CANCELLING, 6 * _HOUR,
               lines_done=120),
        _Story("long-tail.jsonl", jsonl(reviews(300)), status.EXPIRED, 26 * _HOUR, _DAY, 213),
        _Story("oops.jsonl", jsonl(summaries(150)), status.CANCELLED, 2 * _DAY, 200, 15,
               endpoint=RESPONSES),
        _Story("reviews-06.jsonl", jsonl(reviews(200)), status.COMPLETED, 7 * _DAY, 900,
               metadata={"team": "ads", "run": "6"}),
    ]  # fmt: skip


def seed(store: Store) -> Collection[str]:
    """Tell all stories as of now; returns the batches to leave alone."""
    now = int(SystemClock().now())
    exhibits = set()
    for story in _stories():
        batch, files = _tell(story, store.disk, now)

        def work(
            db: sqlite3.Connection, batch: BatchRow = batch, files: list[FileRow] = files
        ) -> None:
            for each in files:
                insert(db, "files", each)
            insert(db, "batches", batch)

        store.call(work)
        if story.status in _EXHIBITS:
            exhibits.add(batch.id)
    store.disk.settle()
    return exhibits


def _tell(story: _Story, disk: Disk, now: int) -> tuple[BatchRow, list[FileRow]]:
    began = now - story.age_s
    source = _file(story.filename, "batch", story.data, began - 3, disk, ids.file_id())
    batch = BatchRow(
        id=ids.batch_id(),
        created_at=began,
        status=story.status,
        endpoint=story.endpoint,
        input_file_id=source.id,
        completion_window="24h",
        expires_at=began + _DAY,
        output_name=ids.file_id(),
        error_name=ids.file_id(),
        metadata=json.dumps(story.metadata) if story.metadata else None,
    )
    if story.status == status.VALIDATING:
        return batch, [source]
    if story.status == status.FAILED:
        checked = check(disk.path(source.id), story.endpoint, lambda: False)
        errors = json.dumps({"object": "list", "data": checked.errors})
        return replace(batch, errors=errors, failed_at=began + _CHECK_S), [source]
    batch = replace(
        batch,
        total=story.data.count(b"\n"),
        model=EMBEDDING_MODEL if story.endpoint == EMBEDDINGS else MODEL,
        in_progress_at=began + _CHECK_S,
    )
    batch, output, error = _executed(batch, story)
    ended = began + _CHECK_S + story.took_s
    files = [source]
    for name, kind, data in (
        (batch.output_name, "output", output),
        (batch.error_name, "error", error),
    ):
        if data and story.status in status.TERMINAL:
            files.append(_file(f"{batch.id}_{kind}.jsonl", "batch_output", data, ended, disk, name))
        elif data:
            disk.path(name).write_bytes(data)
    return replace(batch, **_ending(story, batch, ended)), files


def _executed(batch: BatchRow, story: _Story) -> tuple[BatchRow, bytes, bytes]:
    """The batch with its counts, and the lines of its output and of its error file."""
    clock = SystemClock()
    echo = Echo(clock)
    outputs: list[bytes] = []
    errors: list[bytes] = []
    tokens = Tokens()
    lines = story.data.splitlines(keepends=True)
    done = len(lines) if story.lines_done is None else story.lines_done
    for number, line in enumerate(lines, 1):
        ask = ask_of(line, story.endpoint)
        result: Answer | NoAnswer
        if number <= done:
            result, _ = echo.compose(ask)
        elif story.status == status.EXPIRED:
            result = WINDOW_OVER
        else:
            break
        (outputs if result.ok else errors).append(
            result_line(batch.id, number, ask.custom_id, result)
        )
        tokens += result.tokens
    output, error = b"".join(outputs), b"".join(errors)
    counted = replace(
        batch,
        completed=len(outputs),
        failed=len(errors),
        output_bytes=len(output),
        error_bytes=len(error),
        input_tokens=tokens.input,
        cached_tokens=tokens.cached,
        output_tokens=tokens.output,
        reasoning_tokens=tokens.reasoning,
    )
    return counted, output, error


def _ending(story: _Story, batch: BatchRow, ended: int) -> dict[str, Any]:
    """The columns that say how it went on after it was in progress."""
    changes: dict[str, Any] = {}
    if story.status in (status.FINALIZING, status.COMPLETED, status.EXPIRED):
        changes["finalizing_at"] = ended - 2
        changes["outcome"] = status.EXPIRED if story.status == status.EXPIRED else status.COMPLETED
    if story.status in (status.CANCELLING, status.CANCELLED):
        changes["cancelling_at"] = ended - 2
    if story.status in status.TERMINAL:
        changes[f"{story.status}_at"] = ended
        changes["output_file_id"] = batch.output_name if batch.output_bytes else None
        changes["error_file_id"] = batch.error_name if batch.error_bytes else None
    return changes


def _file(
    filename: str, purpose: str, data: bytes, created_at: int, disk: Disk, file_id: str
) -> FileRow:
    disk.path(file_id).write_bytes(data)
    return FileRow(file_id, created_at, filename, purpose, len(data), created_at + _FILE_LIFE_S)
