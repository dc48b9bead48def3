"""From a finished batch to what its results say together, and what those tokens cost."""

from __future__ import annotations

from collections.abc import Callable

from batchtui.jsonl import summary as summaries
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.summary import Summary
from batchtui.models.batch import Batch
from batchtui.workflows import results
from batchtui.workflows.background import in_thread
from batchtui.workflows.cost import Cost, of_usage, total
from batchtui.workflows.results import OnTransfer
from batchtui.workflows.session import Session


async def missing_bytes(session: Session, batch: Batch) -> int:
    """How much of the results is not on disk yet, as the server tells it. Raises ApiError."""
    ids = [each for each in (batch.output_file_id, batch.error_file_id) if each]
    wanted = [each for each in ids if not session.download_path(each).exists()]
    if not wanted:
        return 0
    client = await session.client()
    return sum([(await client.files.retrieve(each)).bytes or 0 for each in wanted])


async def summarize(
    session: Session,
    batch: Batch,
    *,
    on_transfer: OnTransfer | None = None,
    on_progress: Callable[[Progress], None] | None = None,
) -> Summary:
    """The summary of the output and error file; the input is not asked for. Raises ApiError,
    InputError."""
    without_input = batch.model_copy(update={"input_file_id": ""})
    files = await results.fetch(session, without_input, on_progress=on_transfer)
    return await in_thread(summaries.summarize(files.results), on_progress)


def cost_of(summary: Summary, provider: str | None) -> Cost | None:
    """What the tokens cost that the results tell; None where a price is not known. For a thread."""
    return total(
        [
            of_usage(
                model,
                spent.input_tokens,
                spent.output_tokens,
                cached_tokens=spent.cached_tokens,
                requests=spent.requests,
                provider=provider,
            )
            for model, spent in summary.models.items()
        ]
    )
