"""A batch as cells of a list: status with sign and word, progress, times. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from batchtui.models import status
from batchtui.tui.figures import NONE, short_count, span
from batchtui.tui.glyphs import glyphs
from batchtui.tui.pace import answered_of
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Span, Tone

if TYPE_CHECKING:
    from batchtui.models.batch import Batch, BatchError
    from batchtui.tui.app import BatchtuiApp

BAR_CELLS: Final = 10
_ORDER: Final = {
    word: place
    for place, word in enumerate(
        (
            status.IN_PROGRESS,
            status.FINALIZING,
            status.VALIDATING,
            status.CANCELLING,
            status.FAILED,
            status.EXPIRED,
            status.COMPLETED,
            status.CANCELLED,
        )
    )
}


def look(batch: Batch) -> tuple[str, str, Tone]:
    """Sign, word and tone of the status; a word that no server of ours knows is shown as it is."""
    signs = glyphs()
    if batch.status == status.COMPLETED:
        if batch.request_counts is not None and batch.request_counts.failed:
            return signs.partly, "done", "trouble"
        return signs.done, "done", "success"
    known: dict[str, tuple[str, str, Tone]] = {
        status.VALIDATING: (signs.moving, "validating", "accent"),
        status.IN_PROGRESS: (signs.moving, "running", "accent"),
        status.FINALIZING: (signs.moving, "finalizing", "accent"),
        status.CANCELLING: (signs.moving, "cancelling", "accent"),
        status.FAILED: (signs.failed, "failed", "trouble"),
        status.EXPIRED: (signs.expired, "expired", "trouble"),
        status.CANCELLED: (signs.cancelled, "cancelled", "muted"),
    }
    return known.get(batch.status, (signs.unknown, batch.status, ""))


def status_cell(batch: Batch) -> list[Span]:
    sign, word, tone = look(batch)
    return [(f"{sign} {word}", tone)]


def bar(done: int, total: int, cells: int = BAR_CELLS) -> str:
    """Full only when all is done, and never empty once something is."""
    signs = glyphs()
    share = done / total if total else 0.0
    full = min(int(share * cells), cells)
    if done > 0 and not full:
        full = 1
    return signs.full * full + signs.empty * (cells - full)


def progress_cell(batch: Batch) -> list[Span]:
    errors = errors_of(batch)
    if batch.status == status.FAILED and errors:
        return [(error_line(errors[0]), "trouble")]
    counts = batch.request_counts
    if counts is None or not counts.total:
        return [(glyphs().empty * BAR_CELLS, "muted")]
    done = answered_of(batch)
    tone: Tone = "muted" if batch.is_terminal else "accent"
    drawn = bar(done, counts.total)
    full = drawn.rstrip(glyphs().empty)
    return [(full, tone), (drawn[len(full) :], "muted"), (f"  {_of(done, counts.total)}", "")]


def _of(done: int, total: int) -> str:
    return f"{short_count(done)}/{short_count(total)}".rjust(9)


def failed_cell(batch: Batch) -> list[Span]:
    if batch.status == status.FAILED and errors_of(batch):
        return []
    counts = batch.request_counts
    if counts is None or (not counts.total and not batch.is_terminal):
        return [(NONE, "muted")]
    return [(short_count(counts.failed), "trouble" if counts.failed else "")]


def errors_of(batch: Batch) -> Sequence[BatchError]:
    return batch.errors.data if batch.errors is not None else ()


def error_line(error: BatchError) -> str:
    """`line 3: duplicate_custom_id`, or what there is of it."""
    what = error.code or error.message or "no reason given"
    return f"line {error.line}: {what}" if error.line is not None else what


def batch_columns(app: BatchtuiApp) -> list[Column[Any]]:
    """The columns of the list; times are told from the app's clock when a row is drawn."""

    def name(batch: Batch) -> str:
        return app.account.name(batch)

    def age(batch: Batch) -> list[Span]:
        return [(span(age_s(batch, app.now())), "")]

    def left(batch: Batch) -> list[Span]:
        seconds = app.account.paces.left_s(batch)
        return [(NONE, "muted") if seconds is None else (f"~{span(seconds)}", "")]

    return [
        Column("status", "STATUS", 12, status_cell, keep=9, order=status_order),
        Column(
            "input",
            "INPUT",
            16,
            name,
            grow=True,
            is_name=True,
            keep=10,
            order=lambda b: name(b).casefold(),
        ),
        Column(
            "model",
            "MODEL",
            14,
            lambda b: [(b.model or NONE, "muted")],
            grow=True,
            is_name=True,
            keep=1,
            order=_model,
        ),
        Column("progress", "PROGRESS", 21, progress_cell, keep=8, order=_share),
        Column("failed", "FAILED", 6, failed_cell, right=True, keep=3, order=_failed),
        Column("age", "AGE", 4, age, right=True, keep=7, order=lambda b: age_s(b, app.now())),
        Column(
            "left", "LEFT", 5, left, right=True, keep=2, order=lambda b: app.account.paces.left_s(b)
        ),
    ]


def age_s(batch: Batch, now_s: float) -> float | None:
    return None if batch.created_at is None else now_s - batch.created_at


def status_order(batch: Batch) -> int:
    return _ORDER.get(batch.status, len(_ORDER))


def _model(batch: Batch) -> str | None:
    return batch.model.casefold() if batch.model else None


def _share(batch: Batch) -> float:
    counts = batch.request_counts
    return answered_of(batch) / counts.total if counts and counts.total else 0.0


def _failed(batch: Batch) -> int | None:
    return batch.request_counts.failed if batch.request_counts else None
