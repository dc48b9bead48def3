"""What takes a look elsewhere to tell of a batch: what it cost, and from which file here it came.

Reads the ledger and the prices, so everything here belongs into a thread.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from batchtui.errors import BatchtuiError

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.cost import Cost
    from batchtui.workflows.session import Session


@dataclass(frozen=True, slots=True)
class BatchFacts:
    """`is_ours`: this machine sent it. `path`: from this file; empty when that is not known.

    `cost` is of the usage so far; None where there is none, or no known price.
    """

    is_ours: bool = False
    path: str = ""
    cost: Cost | None = None


def find(session: Session, batch: Batch) -> BatchFacts:
    intent = None
    if session.ledger is not None:
        try:
            intent = session.ledger.of_batch(session.profile.account, batch.id)
        except BatchtuiError:
            intent = None
    return BatchFacts(
        is_ours=intent is not None,
        path=intent.path if intent else "",
        cost=_cost(batch, session.profile.provider),
    )


def _cost(batch: Batch, provider: str | None) -> Cost | None:
    usage, counts = batch.usage, batch.request_counts
    if batch.model is None or usage is None or not usage.total_tokens:
        return None
    from batchtui.workflows.cost import of_usage

    return of_usage(
        batch.model,
        usage.input_tokens,
        usage.output_tokens,
        cached_tokens=usage.cached_tokens,
        requests=counts.completed if counts and counts.completed else 1,
        provider=provider,
    )
