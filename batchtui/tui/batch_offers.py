"""What can be done with a batch as it stands. Pure functions.

Owns what the key line offers: nothing that would only answer that it cannot. Help lists all keys.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from batchtui.models import status
from batchtui.tui.batch_cells import errors_of

if TYPE_CHECKING:
    from batchtui.models.batch import Batch


def may_be_retried(batch: Batch) -> bool:
    """It has ended, ran, and left something without an answer, as far as that is known."""
    if not batch.is_terminal:
        return False
    if any(error.line for error in errors_of(batch)) and not batch.has_results:
        return False
    counts = batch.request_counts
    return counts is None or not counts.total or counts.completed < counts.total


def has_errors(batch: Batch) -> bool:
    """There is something to read of what went wrong."""
    counts = batch.request_counts
    if errors_of(batch) or batch.error_file_id:
        return True
    ended_short = (
        batch.is_terminal and counts is not None and counts.completed < counts.total
    ) or batch.status == status.EXPIRED
    return batch.has_results and (ended_short or bool(counts and counts.failed))


def offered(
    binding_id: str | None, label: str, batch: Batch | None, chosen: Sequence[Batch] = ()
) -> str | None:
    """What the key line calls the action of a batch, `label` if nothing better; None: hide it.

    `batch` is under the cursor, `chosen` are those that a cancel works on.
    """
    if binding_id is None or not binding_id.startswith("batch.") or binding_id == "batch.create":
        return label
    if batch is None:
        return label if binding_id in ("batch.copy", "batch.refresh") else None
    can = {
        "batch.cancel": any(not each.is_terminal for each in chosen or (batch,)),
        "batch.retry": may_be_retried(batch),
        "batch.save": batch.has_results,
        "batch.errors": has_errors(batch),
        "batch.input": bool(batch.input_file_id),
    }
    return label if can.get(binding_id, True) else None
