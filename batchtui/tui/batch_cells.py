"""A batch as cells of a list: status with sign and word, progress, times. Pure functions."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from batchtui.models import status
from batchtui.tui.figures import NONE, short_count
from batchtui.tui.glyphs import glyphs
from batchtui.tui.pace import answered_of
from batchtui.tui.widgets.spans import Span, Tone

if TYPE_CHECKING:
    from batchtui.models.batch import Batch, BatchError
    from batchtui.tui.retried import Retried

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
        counts = batch.request_counts
        if counts is not None and counts.failed:
            return signs.partly if counts.completed else signs.failed, "done", "trouble"
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


def status_cell(batch: Batch, retried: Retried | None = None) -> list[Span]:
    """`retried`: what its retries came to; where they have all answers, it is no trouble."""
    sign, word, tone = look(batch)
    if retried is not None and tone == "trouble" and batch.status != status.FAILED:
        tone = retried.tone_for(batch)
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
    """The counts where the server tells them, else the share where it tells that."""
    errors = errors_of(batch)
    if batch.status == status.FAILED and errors:
        return [(error_line(errors[0]), "trouble")]
    counts, share = batch.request_counts, batch.progress_percent
    if counts is not None and counts.total:
        done = answered_of(batch)
        of = f"{short_count(done)}/{short_count(counts.total)}"
        return [*_drawn(bar(done, counts.total), batch), (f"  {of:>9}", "")]
    if share is None:
        return [(glyphs().empty * BAR_CELLS, "muted")]
    # Whole only when it is: 99.9 is not done.
    return [*_drawn(bar(int(share * 10), 1_000), batch), (f"  {int(share):>8}%", "")]


def _drawn(whole: str, batch: Batch) -> list[Span]:
    tone: Tone = "muted" if batch.is_terminal else "accent"
    full = whole.rstrip(glyphs().empty)
    return [(full, tone), (whole[len(full) :], "muted")]


def failed_cell(batch: Batch, retried: Retried | None = None) -> list[Span]:
    """How many failed, and a sign behind it where some were sent again."""
    if batch.status == status.FAILED and errors_of(batch):
        return []
    counts = batch.request_counts
    if counts is None or (not counts.total and not batch.is_terminal):
        return [(NONE, "muted")]
    told = short_count(counts.failed)
    if retried is not None:
        return [(f"{told} {glyphs().steps}", retried.tone_for(batch))]
    return [(told, "trouble" if counts.failed else "")]


def errors_of(batch: Batch) -> Sequence[BatchError]:
    return batch.errors.data if batch.errors is not None else ()


def error_line(error: BatchError) -> str:
    """`line 3: duplicate_custom_id`, or what there is of it."""
    what = error.code or error.message or "no reason given"
    return f"line {error.line}: {what}" if error.line is not None else what


def failed_of(batch: Batch) -> int | None:
    return batch.request_counts.failed if batch.request_counts else None


def total_of(batch: Batch) -> int | None:
    return batch.request_counts.total if batch.request_counts else None


def age_s(batch: Batch, now_s: float) -> float | None:
    return None if batch.created_at is None else now_s - batch.created_at


def status_order(batch: Batch) -> int:
    return _ORDER.get(batch.status, len(_ORDER))
