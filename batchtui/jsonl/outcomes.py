"""What can become of a request: the words, and which of them mean what."""

from __future__ import annotations

import enum
from typing import Final

from batchtui.models import status


class Outcome(enum.StrEnum):
    """The outcome of one request. Its value is the word that users filter by."""

    OK = "ok"
    FAILED = "failed"  # an error of the server or the model, with or without HTTP
    MISSING = "missing"  # no result line has the request's custom_id, and nothing says why
    EXPIRED = "expired"  # the completion window ended first
    CANCELLED = "cancelled"  # the batch was cancelled first
    TRUNCATED = "truncated"  # the answer ends at its token limit
    FILTERED = "filtered"  # a content filter cut or withheld the answer
    REFUSED = "refused"  # the model declined in words
    EMPTY = "empty"  # answered without text, tool call or vector
    INVALID_JSON = "invalid_json"  # JSON was asked for, and the answer is none
    UNREADABLE = "unreadable"  # the result line is no result


ANSWERED: Final = frozenset(
    {
        Outcome.OK,
        Outcome.TRUNCATED,
        Outcome.FILTERED,
        Outcome.REFUSED,
        Outcome.EMPTY,
        Outcome.INVALID_JSON,
    }
)
"""The server did the work, and will charge for it, however useful the answer is."""

NOT_ANSWERED: Final = frozenset(Outcome) - ANSWERED
"""What a retry is for: failed, missing, expired, cancelled, unreadable."""

_BY_STATUS: Final = {status.CANCELLED: Outcome.CANCELLED, status.EXPIRED: Outcome.EXPIRED}


def without_line(batch_status: str) -> Outcome:
    """What became of a request for which a batch with this status has no result line.

    Servers write lines for what they did not come to, or none; both mean the same.
    """
    return _BY_STATUS.get(batch_status, Outcome.MISSING)
