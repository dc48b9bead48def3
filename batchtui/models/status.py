"""The statuses of a batch, the words other servers use for them, and those that people read."""

from __future__ import annotations

from typing import Final

VALIDATING: Final = "validating"
IN_PROGRESS: Final = "in_progress"
FINALIZING: Final = "finalizing"
COMPLETED: Final = "completed"
FAILED: Final = "failed"
EXPIRED: Final = "expired"
CANCELLING: Final = "cancelling"
CANCELLED: Final = "cancelled"
UNKNOWN: Final = "unknown"
"""Ours, for a server that names none."""

ACTIVE: Final = frozenset({VALIDATING, IN_PROGRESS, FINALIZING, CANCELLING})
TERMINAL: Final = frozenset({COMPLETED, FAILED, EXPIRED, CANCELLED})

_SYNONYMS: Final = {
    "complete": COMPLETED,  # LiteLLM's database
    "succeeded": COMPLETED,
    "success": COMPLETED,
    "canceled": CANCELLED,
    "canceling": CANCELLING,
    "cancellation_requested": CANCELLING,
    "running": IN_PROGRESS,
    "done": COMPLETED,
    "queued": VALIDATING,
    "timeout_exceeded": EXPIRED,
}


_WORDS: Final = {IN_PROGRESS: "running", COMPLETED: "done"}


def status_word(status: str) -> str:
    """What people read, everywhere but in JSON: `running`, `done`, else the status itself."""
    return _WORDS.get(status, status)


def normal_status(word: str) -> str:
    """OpenAI's word for any server's `word`; an unknown word comes back in lower case."""
    folded = word.strip().casefold().replace("-", "_").replace(" ", "_")
    return _SYNONYMS.get(folded, folded)


def is_terminal(status: str) -> bool:
    """True when a batch in `status` will not change any more and must not be polled again."""
    return status in TERMINAL
