"""What takes a look elsewhere to tell of a batch: its costs, where it came from, its retries.

Reads the ledger and the prices, so everything here belongs into a thread.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from batchtui.errors import BatchtuiError

if TYPE_CHECKING:
    from batchtui.jsonl.statistics import Statistics
    from batchtui.models.batch import Batch
    from batchtui.workflows.cost import Cost
    from batchtui.workflows.lineage import Retry
    from batchtui.workflows.session import Session


class BatchFacts(NamedTuple):
    """`is_ours`: this machine sent it. `path`: from this file; empty when that is not known.

    `cost` is of the usage so far, `estimate` of the input as it was sent; None where there is none,
    or no known price. `retry_of`: what the batch retries; `retries`: what retries it.
    """

    is_ours: bool = False
    path: str = ""
    cost: Cost | None = None
    estimate: Cost | None = None
    retry_of: Retry | None = None
    retries: tuple[Retry, ...] = ()


def find(session: Session, batch: Batch, others: Mapping[str, Batch]) -> BatchFacts:
    """`others`: the batches of the account, as far as they are loaded."""
    from batchtui.workflows import foreseen, lineage

    account, ledger = session.profile.account, session.ledger
    intent = estimate = None
    retry_of, retries = lineage.around(None, account, batch, others.values())
    try:
        if ledger is not None:
            intent = ledger.of_batch(account, batch.id)
            known = foreseen.of_batch(ledger, account, batch.id)
            estimate = _estimate(known, batch, session.profile.provider)
            retry_of, retries = lineage.around(ledger, account, batch, others.values())
    except BatchtuiError:
        pass  # what the ledger would add is not worth an error here
    return BatchFacts(
        is_ours=intent is not None,
        path=intent.path if intent else "",
        cost=_cost(batch, session.profile.provider),
        estimate=estimate,
        retry_of=retry_of,
        retries=tuple(retries),
    )


def _estimate(known: Statistics | None, batch: Batch, provider: str | None) -> Cost | None:
    if known is None:
        return None
    from batchtui.workflows.cost import estimate

    return estimate(known, endpoint=batch.endpoint, provider=provider)


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
