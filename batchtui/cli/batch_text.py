"""A batch in words: table rows, the page of `show`, the line of progress, the exit code."""

from __future__ import annotations

import time
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

import click

from batchtui.cli.output import UNKNOWN, age, span
from batchtui.errors import ExitCode
from batchtui.models import status
from batchtui.visible import visible

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.lineage import Retry
    from batchtui.workflows.on_done import Done

_SERVER_SIDE: Final = frozenset({"token_limit_exceeded", "runner_lost"})
"""Codes of failed batches whose input was not to blame."""


def as_document(batch: Batch) -> dict[str, Any]:
    return batch.model_dump(mode="json")


def row_of(batch: Batch) -> tuple[str, ...]:
    counts = batch.request_counts
    numbers = (UNKNOWN,) * 3
    if counts is not None:
        numbers = (str(counts.completed + counts.failed), str(counts.total), str(counts.failed))
    return (
        batch.id,
        signed(batch),
        *numbers,
        age(batch.created_at),
        batch.endpoint or UNKNOWN,
        batch.input_file_id or UNKNOWN,
    )


def signed(batch: Batch) -> str:
    """The status as the app shows it: with a sign where it is done and requests failed."""
    failed = batch.request_counts is not None and batch.request_counts.failed
    return f"! {batch.word}" if failed and batch.status == status.COMPLETED else batch.word


def no_results(batch: Batch) -> str:
    how = {
        status.FAILED: "failed: the server ran no request of it",
        status.EXPIRED: "expired and has no results",
        status.CANCELLED: "was cancelled and has no results",
    }
    yet = "" if batch.is_terminal else " yet"
    return f"{batch.id} {how.get(batch.status) or f'is {batch.word} and has no results{yet}'}"


def progress_text(batch: Batch) -> str:
    counts = batch.request_counts
    if counts is None or not counts.total:
        return f"{batch.id}  {batch.word}"
    done = counts.completed + counts.failed
    text = f"{batch.id}  {batch.word}  {done:,} of {counts.total:,}"
    return f"{text}, {counts.failed:,} failed" if counts.failed else text


def exit_code_of(batch: Batch) -> ExitCode:
    """What a final batch means for a script; larger is worse."""
    counts = batch.request_counts
    if batch.status == status.FAILED:
        codes = {error.code for error in batch.errors.data} if batch.errors else set()
        return ExitCode.SERVER if codes & _SERVER_SIDE else ExitCode.INVALID_INPUT
    if batch.status != status.COMPLETED or (counts is not None and counts.failed):
        return ExitCode.SOME_FAILED
    return ExitCode.DONE


def what_is_done(batches: Sequence[Batch], status: str) -> Done:
    """Final batches as one thing that is done."""
    from batchtui.workflows.on_done import Done

    counts = [batch.request_counts for batch in batches if batch.request_counts is not None]
    return Done(
        kind="batch",
        id=" ".join(batch.id for batch in batches),
        status=status,
        total=sum(each.total for each in counts),
        ok=sum(each.completed for each in counts),
        failed=sum(each.failed for each in counts),
    )


def show_batch(batch: Batch) -> None:
    """The page of one batch; unknown facts have no line."""
    from batchtui.workflows.lineage import own_metadata

    _line("batch", batch.id)
    _line("status", signed(batch))
    counts = batch.request_counts
    if counts is not None:
        _line("requests", f"{counts.total:,}   ok {counts.completed:,}   failed {counts.failed:,}")
    _line("endpoint", batch.endpoint)
    _line("model", batch.model)
    _line("window", batch.completion_window)
    if batch.usage is not None:
        _line("tokens", f"{batch.usage.input_tokens:,} in, {batch.usage.output_tokens:,} out")
    _line("input", batch.input_file_id)
    _line("output", batch.output_file_id)
    _line("errors", batch.error_file_id)
    for key, value in own_metadata(batch.metadata).items():
        _line("metadata", f"{key}={value}")
    for name in ("created", "in_progress", "finalizing", "cancelling"):
        _time(name, getattr(batch, f"{name}_at"))
    for name in ("completed", "failed", "expired", "cancelled"):
        _time(name, getattr(batch, f"{name}_at"))
    if not batch.is_terminal:
        _time("expires", batch.expires_at)
    for error in batch.errors.data if batch.errors else ():
        where = f"line {error.line:,}: " if error.line is not None else ""
        _line("error", f"{where}{error.code or 'error'}: {error.message or ''}")


def show_lineage(own: Retry | None, retries: Sequence[Retry], batches: Mapping[str, Batch]) -> None:
    """What the batch is a retry of, and its own retries; `batches`: these, as they are now."""
    if own is not None:
        _line("retry of", _said(own.of_batch_id, own.what and f"for {own.what}"))
    for each in retries:
        batch = batches.get(each.batch_id)
        told = [each.what and f"for {each.what}", _came_to(batch) if batch else ""]
        _line("retried by", _said(each.batch_id, ": ".join(filter(None, told))))


def _said(batch_id: str, said: str) -> str:
    return f"{batch_id}  ({said})" if said else batch_id


def _came_to(batch: Batch) -> str:
    counts = batch.request_counts
    if counts is None or not counts.total or not batch.is_terminal:
        return batch.word
    return f"{counts.completed:,} of {counts.total:,} ok"


def _line(name: str, value: str | None) -> None:
    if value:
        click.echo(f"{name:<12} {visible(value)}")


def _time(word: str, at_s: int | None) -> None:
    name = status.status_word(word)
    if at_s is None:
        return
    when = time.strftime("%Y-%m-%d %H:%M:%S", time.localtime(at_s))
    distance_s = time.time() - at_s
    relative = f"{span(distance_s)} ago" if distance_s >= 0 else f"in {span(-distance_s)}"
    _line(name, f"{when}  ({relative})")
