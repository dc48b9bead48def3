"""What is typed into the form of a new batch, checked: metadata pairs and times. No widgets."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from batchtui.jsonl.metadata import check_metadata
from batchtui.models.limits import Limits

if TYPE_CHECKING:
    from batchtui.models.batch import Batch

HOUR_S: Final = 3_600
DAY_S: Final = 86_400
SHORTEST_EXPIRY_S: Final = HOUR_S
LONGEST_EXPIRY_S: Final = 30 * DAY_S
"""Bounds of `output_expires_after.seconds` in OpenAI's reference."""

_TIME: Final = re.compile(r"(\d+)\s*(s|h|d|seconds?|hours?|days?)?")
_WINDOW: Final = re.compile(
    r"[1-9]\d{0,5} ?(s|m|min|h|d|w|minutes?|hours?|days?|weeks?)|[A-Za-z_-]+"
)
_UNITS: Final = {"s": 1, "h": HOUR_S, "d": DAY_S}


class FormError(ValueError):
    """What is typed can not be sent; the text says why."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The fields as they were typed, kept when the form is left."""

    endpoint: str
    window: str
    expiry: str
    metadata: tuple[tuple[str, str], ...]


EMPTY: Final = Draft("", "24h", "", ())


def like(batch: Batch) -> Draft:
    """The form for another batch like `batch`."""
    from batchtui.workflows.lineage import own_metadata

    pairs = tuple(own_metadata(batch.metadata).items())
    return Draft("", batch.completion_window or EMPTY.window, "", pairs)


def expiry_seconds(typed: str) -> int | None:
    """Seconds of `30 days`, `12h`; a bare number counts days; None when nothing is typed."""
    text = typed.strip().lower()
    if not text:
        return None
    found = _TIME.fullmatch(text)
    if found is None:
        raise FormError("results expire after: write for example 30 days, or 12h")
    seconds = int(found[1][:9]) * _UNITS[(found[2] or "d")[0]]
    if not SHORTEST_EXPIRY_S <= seconds <= LONGEST_EXPIRY_S:
        raise FormError("results expire after: from 1 hour to 30 days")
    return seconds


def metadata(pairs: Sequence[tuple[str, str]], limits: Limits) -> dict[str, str]:
    """The pairs as they are sent; rows without key and value are left out. Raises FormError."""
    found: dict[str, str] = {}
    for typed_key, value in pairs:
        key = typed_key.strip()
        if not key and not value.strip():
            continue
        if not key:
            raise FormError(f"metadata: the value {value!r} has no key")
        if key in found:
            raise FormError(f"metadata: the key {key!r} is there twice")
        found[key] = value
    problems = check_metadata(found, limits)
    if problems:
        problem = problems[0]
        key = (problem.field or "").removeprefix("metadata.")
        where = f"{key[:8]}: " if key != problem.field else ""
        raise FormError(f"metadata: {where}{problem.message}")
    return found


def window(typed: str) -> str:
    """As it is typed: a number with its unit, or a word that a server has for it."""
    text = typed.strip()
    if not text:
        raise FormError("window: write how long the server may take, for example 24h")
    if not _WINDOW.fullmatch(text):
        raise FormError(f"window: {text!r} is no time; write for example 24h")
    return text
