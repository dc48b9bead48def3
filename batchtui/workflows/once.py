"""Creates a batch at most once: intent on disk, create, and if its answer is lost, look for it.

Owns the decision between "created", "not created" and "not known". The wire is the client core's,
the record is the ledger's, the looking is `reconcile`'s.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from batchtui.errors import ApiError, BatchtuiError, NotFoundError, NotKnownError
from batchtui.models import status
from batchtui.models.batch import Batch
from batchtui.models.limits import OPENAI
from batchtui.workflows import reconcile
from batchtui.workflows.background import Emit
from batchtui.workflows.ledger import TOKEN_KEY, Intent, Ledger, State
from batchtui.workflows.session import Session

COST_NOTHING = frozenset({status.FAILED})
"""A batch that failed ran no request: its content may be sent again without a question."""


@dataclass(frozen=True, slots=True)
class Looking:
    """The answer to a create was lost; this is look `number` of at most `of` for the batch."""

    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Create:
    """What is to be created. `content` names the input as in `Intent`; `path` may be empty."""

    file_id: str
    content: str
    path: str
    endpoint: str
    completion_window: str
    metadata: Mapping[str, str]
    output_expires_after_s: int | None = None


class NotCreatedError(ApiError):
    """The answer to the create was lost, and the server lists no such batch."""


@dataclass(frozen=True, slots=True)
class Earlier:
    """A batch that the same content made before. `was_open`: nobody knew of it until now."""

    batch: Batch
    sent_at_s: float
    was_open: bool


def costs(batch: Batch) -> bool:
    return batch.status not in COST_NOTHING


async def earlier(
    session: Session,
    ledger: Ledger,
    content: str,
    endpoint: str,
    emit: Emit[Looking],
    *,
    matters: Callable[[Batch], bool] = costs,
) -> Earlier | None:
    """What this content already made at this server, if that `matters`.

    An earlier create whose fate is open is settled first. Raises NotKnownError when it can not be.
    """
    intent = await asyncio.to_thread(ledger.last, session.profile.account, content, endpoint)
    if intent is None:
        return None
    was_open = intent.state is State.SENT
    if was_open:
        batch = await _settle(session, ledger, intent, emit)
    else:
        batch = await _retrieve(session, intent)
    if batch is None or not matters(batch):
        await asyncio.to_thread(ledger.settle, intent, State.REFUSED, intent.batch_id)
        return None
    return Earlier(batch, intent.sent_at, was_open)


async def create(session: Session, ledger: Ledger, wanted: Create, emit: Emit[Looking]) -> Batch:
    """The new batch. Raises NotCreatedError, NotKnownError, or the server's refusal."""
    intent = await asyncio.to_thread(
        ledger.intend,
        session.profile.account,
        wanted.content,
        wanted.endpoint,
        wanted.path,
        wanted.file_id,
    )
    try:
        batch = await send(session, wanted, _with_token(wanted.metadata, intent.token))
    except NotKnownError as lost:
        found = await _settle(session, ledger, intent, emit, lost)
        if found is None:
            # The intent stays open: should the batch come up late, the next try finds it.
            raise NotCreatedError(
                f"the batch was not created: the answer was lost, and the server lists none "
                f"({lost.__cause__ or lost})",
                hint="try again: it is looked for once more before anything is sent",
            ) from lost
        return found
    except BatchtuiError:
        await asyncio.to_thread(ledger.settle, intent, State.REFUSED)
        raise
    await asyncio.to_thread(ledger.settle, intent, State.CREATED, batch.id)
    return batch


async def send(session: Session, wanted: Create, metadata: Mapping[str, str]) -> Batch:
    """The create itself, sent once."""
    client = await session.client_to_change()
    return await client.batches.create(
        input_file_id=wanted.file_id,
        endpoint=wanted.endpoint,
        completion_window=wanted.completion_window,
        metadata=metadata or None,
        output_expires_after_s=wanted.output_expires_after_s,
    )


async def _settle(
    session: Session,
    ledger: Ledger,
    intent: Intent,
    emit: Emit[Looking],
    lost: NotKnownError | None = None,
) -> Batch | None:
    def report(number: int, of: int) -> None:
        emit(Looking(number, of))

    try:
        batch = await reconcile.find(session, intent, on_look=report)
    except ApiError as error:
        raise NotKnownError(
            f"it is not known whether the batch was created: {error}",
            hint="the same command looks again before it sends anything; "
            "`batchtui batches ls` shows it if it was",
        ) from (lost or error)
    if batch is not None:
        await asyncio.to_thread(ledger.settle, intent, State.CREATED, batch.id)
    return batch


async def _retrieve(session: Session, intent: Intent) -> Batch | None:
    if intent.batch_id is None:
        return None
    client = await session.client()
    try:
        return await client.batches.retrieve(intent.batch_id)
    except NotFoundError:
        return None


def _with_token(metadata: Mapping[str, str], token: str) -> dict[str, str]:
    """With as many pairs as servers take there is no room: the input file's id has to do."""
    if len(metadata) >= OPENAI.metadata_pairs:
        return dict(metadata)
    return {**metadata, TOKEN_KEY: token}
