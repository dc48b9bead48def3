"""What is tried again, and when: the table of the core, with back-off and Retry-After.

Pure. Must not sleep, and must not know what a request means.
"""

from __future__ import annotations

import random
import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from enum import Enum, auto
from typing import Final

from batchtui.client.exchange import NoAnswer, Outcome
from batchtui.errors import ConnectionFailedError, ProtocolError, TimedOutError

MAX_RETRIES: Final = 2
"""LiteLLM tries its upstream three times for each of ours: more of ours would multiply."""
MAX_RETRY_AFTER_S: Final = 120.0
FIRST_WAIT_S: Final = 0.5
MAX_WAIT_S: Final = 8.0
RETRIED_STATUSES: Final = frozenset({408, 409, 429})

_NUMBER = re.compile(r"\d{1,9}(?:\.\d{0,6})?\Z")


class Repeat(Enum):
    """What may be sent again.

    `NEVER`: a batch create. `UNSENT`: only what certainly did not arrive. `UNANSWERED`: what got
    no byte of an answer, as an upload, which costs nothing twice. `ALWAYS`: GET and DELETE.
    """

    NEVER = auto()
    UNSENT = auto()
    UNANSWERED = auto()
    ALWAYS = auto()


def wait_s(outcome: Outcome, repeat: Repeat, attempt: int) -> float | None:
    """Seconds to wait before the next attempt, or None to give up. `attempt` counts from 0."""
    if attempt >= MAX_RETRIES or not _repeatable(outcome, repeat):
        return None
    if not isinstance(outcome, NoAnswer):
        asked_s = retry_after_s(outcome.headers)
        if asked_s is not None:
            return asked_s if asked_s <= MAX_RETRY_AFTER_S else None
    backoff_s: float = min(FIRST_WAIT_S * 2.0**attempt, MAX_WAIT_S)
    return backoff_s * random.uniform(0.75, 1.25)  # noqa: S311 (spreads load, keeps no secret)


def retry_after_s(headers: Mapping[str, str]) -> float | None:
    """How long the server asks to wait, in seconds, as a number or as a date; None if it does not.

    `retry-after-ms` is Azure's and the OpenAI SDK's finer one.
    """
    milliseconds = headers.get("retry-after-ms", "").strip()
    if _NUMBER.match(milliseconds):
        return float(milliseconds) / 1000
    value = headers.get("retry-after", "").strip()
    if _NUMBER.match(value):
        return float(value)
    if not value:
        return None
    try:
        when = parsedate_to_datetime(value)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    aware = when if when.tzinfo else when.replace(tzinfo=UTC)
    return max((aware - datetime.now(UTC)).total_seconds(), 0.0)


def _repeatable(outcome: Outcome, repeat: Repeat) -> bool:
    if repeat is Repeat.NEVER:
        return False
    if isinstance(outcome, NoAnswer):
        if not isinstance(outcome.error, ConnectionFailedError | TimedOutError | ProtocolError):
            return False
        if not outcome.sent:
            return not isinstance(outcome.error, ProtocolError)
        if repeat is Repeat.UNANSWERED:
            return isinstance(outcome.error, ConnectionFailedError)
        return repeat is Repeat.ALWAYS and not outcome.final
    return repeat is Repeat.ALWAYS and (outcome.status in RETRIED_STATUSES or outcome.status >= 500)
