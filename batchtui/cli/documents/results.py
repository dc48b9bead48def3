"""Documents about results."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from batchtui.jsonl.joined import Audit
from batchtui.jsonl.outcomes import Outcome


@dataclass(frozen=True, kw_only=True)
class Tokens:
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    reasoning_tokens: int


@dataclass(frozen=True, kw_only=True)
class ResultsCounted:
    """`usage` by model, "" where the result does not say."""

    path: str
    kind: Literal["results"]
    size_bytes: int
    results: int
    outcomes: dict[Outcome, int]
    codes: dict[str, int]
    finish_reasons: dict[str, int]
    models: dict[str, int]
    usage: dict[str, Tokens]
    answer_chars: int


@dataclass(frozen=True, kw_only=True)
class Joined(Audit):
    """Results written in input order."""

    output: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class Side:
    outcome: Outcome
    answer: Any
    code: str | None
    message: str | None


@dataclass(frozen=True, kw_only=True)
class Compared:
    """A request in both results; `a` or `b` is null where it is in the other alone."""

    custom_id: str | None
    change: Literal["same", "changed", "only_a", "only_b"]
    a: Side | None
    b: Side | None


@dataclass(frozen=True, kw_only=True)
class OutcomeChange:
    """So many requests had the outcome `a` in A and `b` in B."""

    a: Outcome
    b: Outcome
    count: int


@dataclass(frozen=True, kw_only=True)
class Differences:
    """`data` has what differs, and with --all what is the same too."""

    counts: dict[Literal["same", "changed", "only_a", "only_b"], int]
    outcome_changes: list[OutcomeChange]
    data: list[Compared]


@dataclass(frozen=True, kw_only=True)
class Viewed:
    """A record; `outcome` is null for a line that is no result."""

    line: int
    kind: Literal["result", "request", "other"]
    custom_id: str | None
    outcome: Outcome | None
    status_code: int | None
    code: str | None
    message: str | None
    text: str
    finish_reason: str | None
    model: str | None
    input_tokens: int | None
    output_tokens: int | None
