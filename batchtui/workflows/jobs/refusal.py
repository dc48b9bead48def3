"""What a server's no means for a job: wait for room, wait and ask again, or stop.

Owns the reading of errors and of failed batches only. Sources: OpenAI's and Azure's batch guides
(`token_limit_exceeded` as the code of a failed batch, or, at Azure, of a create that is refused
with 400; LiteLLM passes the words on in a 429).
"""

from __future__ import annotations

import re
from typing import Final

from batchtui.errors import (
    ApiError,
    BatchtuiError,
    ConnectionFailedError,
    ExitCode,
    NotKnownError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    StatusError,
    TimedOutError,
)
from batchtui.models.batch import Batch, BatchError
from batchtui.workflows.ledger import BeingSubmittedError
from batchtui.workflows.once import NotCreatedError

PASSING: Final = (
    ConnectionFailedError,
    TimedOutError,
    ProtocolError,
    ServerError,
    RateLimitedError,
    NotCreatedError,
    NotKnownError,
    BeingSubmittedError,
)
"""Trouble of the network or of the server: nothing is wrong with what was asked."""

UNREACHED: Final = (ConnectionFailedError, TimedOutError)

_NO_ROOM: Final = re.compile(r"token_limit_exceeded|enqueued.token", re.IGNORECASE)
_LIMIT: Final = re.compile(r"limit:?\s+(?:is\s+)?(\d[\d,]{2,18})", re.IGNORECASE)
_LOST: Final = frozenset({"runner_lost"})
"""Codes of failed batches whose input was not to blame; LiteLLM's `runner_lost`."""
_SHOWN_ERRORS: Final = 3


class StoppedError(BatchtuiError):
    """The job stops for a reason of its own: a failed batch or canary, or the cap on spend."""

    exit_code = ExitCode.SOME_FAILED


class BatchFailedError(StoppedError):
    """The server refused a whole batch for what is in it; `batch` has its errors."""

    exit_code = ExitCode.INVALID_INPUT

    def __init__(self, batch: Batch, *, hint: str) -> None:
        super().__init__(f"{batch.id} failed: {words_of(batch)}", hint=hint)
        self.batch = batch
        if was_lost(batch):
            self.exit_code = ExitCode.SERVER


def is_no_room(error: BatchtuiError) -> bool:
    """The server has as many tokens in its queue as it takes."""
    if not isinstance(error, StatusError) or error.status in (401, 403):
        return False
    return bool(_NO_ROOM.search(" ".join((error.code or "", error.server_message or str(error)))))


def lacked_room(batch: Batch) -> bool:
    """The batch failed because there was no room for it: it ran no request."""
    return any(
        _NO_ROOM.search(f"{error.code or ''} {error.message or ''}") for error in _errors(batch)
    )


def was_lost(batch: Batch) -> bool:
    """The batch failed by a fault of the server."""
    return any(error.code in _LOST for error in _errors(batch))


def told_limit(text: str) -> int | None:
    """The number of tokens that a refusal names as the limit."""
    found = _LIMIT.search(text)
    return int(found[1].replace(",", "")) if found else None


def words_of(batch: Batch) -> str:
    """The errors of a failed batch in one line."""
    shown = [
        f"{f'line {error.line:,}: ' if error.line is not None else ''}"
        f"{error.code or 'error'}: {error.message or 'no message'}"
        for error in _errors(batch)[:_SHOWN_ERRORS]
    ]
    more = len(_errors(batch)) - len(shown)
    if more > 0:
        shown.append(f"{more:,} more")
    return "; ".join(shown) or "the server does not say why"


def is_passing(error: BatchtuiError) -> bool:
    return isinstance(error, PASSING) and not (
        isinstance(error, ApiError) and error.status in (401, 403)
    )


def _errors(batch: Batch) -> list[BatchError]:
    return batch.errors.data if batch.errors else []
