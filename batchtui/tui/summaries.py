"""The results of finished batches, summed up for their detail.

Owns when files are read for that: what is on disk already at once, what is small after a moment,
anything else only when it is asked for. One batch at a time, in a thread; never twice.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchtui.errors import BatchtuiError
from batchtui.tui.figures import size

if TYPE_CHECKING:
    from batchtui.jsonl.progress import Progress
    from batchtui.jsonl.summary import Summary
    from batchtui.models.batch import Batch
    from batchtui.tui.app import BatchtuiApp
    from batchtui.tui.connection import Connection
    from batchtui.workflows.cost import Cost
    from batchtui.workflows.session import Session

GROUP: Final = "summary"
PAUSE_S: Final = 0.4
"""A cursor on its way over many batches has none of them read."""
FETCHED_BYTES: Final = 8_000_000
"""Results up to this size are fetched without being asked for."""


@dataclass(frozen=True, slots=True)
class Found:
    """`summary` None: there is none yet, and `words` say why, or what is being done.

    `is_offered`: the files are large, and are read when somebody wants them to be. `cost` is of the
    tokens that the results tell; None where they tell none, or no price is known.
    """

    summary: Summary | None = None
    words: str = ""
    is_offered: bool = False
    is_busy: bool = False
    cost: Cost | None = None


def learn(app: BatchtuiApp, batch: Batch, *, insist: bool = False) -> None:
    """Sum up the results of `batch` unless that is done already. `insist`: however large."""
    connection = app.connection
    known = connection.account.summaries.get(batch.id)
    if connection.session is None or not batch.is_terminal or not _file_ids(batch):
        return
    if known is not None and not (insist and known.is_offered):
        return
    connection.account.summaries[batch.id] = Found(is_busy=True)
    app.run_worker(
        _learn(app, connection, connection.session, batch, insist=insist),
        group=GROUP,
        exclusive=True,
        exit_on_error=False,
        description="sum up results",
    )


async def _learn(
    app: BatchtuiApp, connection: Connection, session: Session, batch: Batch, *, insist: bool
) -> None:
    summaries = connection.account.summaries

    def tell(found: Found) -> None:
        summaries[batch.id] = found
        app.account_changed.publish(None)

    try:
        await asyncio.sleep(0 if insist else PAUSE_S)
        tell(await _found(session, batch, tell, insist=insist))
    except BatchtuiError as error:
        tell(Found(words=f"the results cannot be read: {error.message}"))
    except asyncio.CancelledError:
        summaries.pop(batch.id, None)
        raise


async def _found(
    session: Session, batch: Batch, tell: Callable[[Found], None], *, insist: bool
) -> Found:
    """What there is to say now; what happens meanwhile is told."""
    from batchtui.workflows import summing

    def words(text: str) -> None:
        tell(Found(words=text, is_busy=True))

    def transferring(which: str, done_bytes: int, total_bytes: int) -> None:
        words(f"reading {which}, {size(done_bytes)} of {size(total_bytes)}")

    def counting(progress: Progress) -> None:
        words(f"summing up, {progress.fraction:.0%}")

    missing_bytes = await summing.missing_bytes(session, batch)
    if missing_bytes > FETCHED_BYTES and not insist:
        return Found(
            words=f"the results have {size(missing_bytes)}: Enter here sums them up",
            is_offered=True,
        )
    summary = await summing.summarize(
        session, batch, on_transfer=transferring, on_progress=counting
    )
    cost = await asyncio.to_thread(summing.cost_of, summary, session.profile.provider)
    return Found(summary, cost=cost)


def _file_ids(batch: Batch) -> list[str]:
    return [each for each in (batch.output_file_id, batch.error_file_id) if each]
