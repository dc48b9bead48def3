"""What is known of a job, as rows: the job, its attempts, its shards, the batches it made.

Data only. Times are epoch seconds, money is US dollars; a figure that is not known is None.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from batchtui.jsonl.outcomes import ANSWERED, NOT_ANSWERED, Outcome
from batchtui.workflows.jobs.states import JobState, ShardState

RETRIED = tuple(sorted(NOT_ANSWERED))
"""The outcomes that a retry is for unless others are chosen."""


@dataclass(frozen=True, slots=True)
class JobOptions:
    """How a job is run; kept with it.

    `endpoint` None: the one that each line names. `max_lines`, `max_size_bytes`, `max_tokens`: of
    one batch, where they are to be less than the server takes. `max_open_batches`,
    `max_enqueued_tokens`: at the server at one time. `canary_lines`: so many lines are tried before
    the rest is sent. `max_attempts` counts the first one. `retry_outcomes`: what the next attempt
    is for. `max_spend_usd`: no batch is created that may cost more together with the others.
    `on_done`: a command to run at the end. `anyway`: the input is sent though it has errors.
    `adopt`: a batch that the same content made before, by itself, is taken for the job's.
    """

    endpoint: str | None = None
    completion_window: str = "24h"
    metadata: Mapping[str, str] = field(default_factory=dict)
    output_expires_after_s: int | None = None
    max_lines: int | None = None
    max_size_bytes: int | None = None
    max_tokens: int | None = None
    max_open_batches: int | None = None
    max_enqueued_tokens: int | None = None
    canary_lines: int | None = None
    max_attempts: int = 1
    retry_outcomes: tuple[Outcome, ...] = RETRIED
    max_spend_usd: float | None = None
    on_done: str | None = None
    anyway: bool = False
    adopt: bool = True


@dataclass(frozen=True, slots=True)
class Estimate:
    """What the input was thought to take before it was sent; None: no price is known, or no cap."""

    input_tokens: int
    low_usd: float | None = None
    high_usd: float | None = None
    is_batch_price: bool = False

    @property
    def most_usd(self) -> float | None:
        """The highest figure that is known."""
        return self.low_usd if self.high_usd is None else self.high_usd


@dataclass(frozen=True, slots=True)
class Spent:
    """What one model took, by the `usage` of the server. `usd` None: no price is known."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    usd: float | None = None


@dataclass(frozen=True, slots=True)
class JobAudit:
    """What became of every request, over the attempts up to `attempt`.

    `outcomes` by word; their sum is `submitted`. The rest are result lines that stand for no
    request: `duplicate` (one more for an answered request), `unknown` (nobody submitted its
    custom_id), `unreadable`; and `superseded`, those of an earlier attempt for which a later one
    has a better. result_lines = ok + failed + duplicate + unknown + unreadable + superseded.
    """

    attempt: int
    submitted: int
    outcomes: Mapping[Outcome, int]
    duplicate: int = 0
    unknown: int = 0
    unreadable: int = 0
    superseded: int = 0
    result_lines: int = 0

    @property
    def ok(self) -> int:
        """The server answered, however useful the answer is."""
        return sum(n for outcome, n in self.outcomes.items() if outcome in ANSWERED)

    @property
    def missing(self) -> int:
        return self.outcomes.get(Outcome.MISSING, 0)

    @property
    def failed(self) -> int:
        """Failed, expired, cancelled, unreadable: there is a line, and it is no answer."""
        return self.submitted - self.ok - self.missing

    @property
    def is_complete(self) -> bool:
        """Every request is answered, and no line is left over."""
        extra = self.duplicate or self.unknown or self.unreadable
        return self.ok == self.submitted and not extra


@dataclass(frozen=True, slots=True)
class Job:
    """One input and what is to come of it. `id`: `job_` and 8 hex digits.

    `account`: as `Profile.account`. `input_hash`: SHA-256 of the input; `input_stamp`: its size and
    time on disk when that was computed. `records`: its requests. `why`: the reason for the state.
    `wanted`: what somebody asked of the process that drives it, "pause" or "cancel", or "". `pid`:
    the process that drove it last. `out_path`: where the result goes, or "".
    """

    id: str
    name: str
    input_path: str
    input_hash: str
    input_stamp: str
    records: int
    size_bytes: int
    account: str
    profile_name: str
    options: JobOptions
    state: JobState
    created_at: float
    changed_at: float
    attempt: int = 0
    why: str = ""
    wanted: str = ""
    pid: int = 0
    out_path: str = ""
    estimate: Estimate | None = None
    spent: Mapping[str, Spent] = field(default_factory=dict)
    audit: JobAudit | None = None

    @property
    def spent_usd(self) -> float | None:
        """Of all models; None while nothing is known, or where a price is not."""
        amounts = [each.usd for each in self.spent.values()]
        known = [usd for usd in amounts if usd is not None]
        return sum(known) if amounts and len(known) == len(amounts) else None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One round of a job. `number` counts from 1; `path` is the file that its shards lie in: the
    input, or the rewritten lines of a retry. `changes`: what was set in the bodies of the requests.
    """

    job_id: str
    number: int
    path: str
    lines: int
    outcomes: tuple[Outcome, ...]
    changes: Mapping[str, str]
    created_at: float


class Lane(NamedTuple):
    """What the lines of one batch have in common. "": the lines do not say."""

    endpoint: str
    model: str


@dataclass(frozen=True, slots=True)
class ShardRow:
    """One batch to be, being or been. `number` counts from 1 in its attempt.

    `total`, `completed`, `failed`: the counts that the server told last. `batch_status`: its word.
    `refusals`: how often there was no room for it. `file_id`, `batch_id`, `output_file_id`,
    `error_file_id`, `output_path`, `error_path`: "" while there is none. Where its lines lie in the
    file of the attempt: `JobStore.spans`.
    """

    job_id: str
    attempt: int
    number: int
    lane: Lane
    lines: int
    size_bytes: int
    tokens: int
    state: ShardState
    changed_at: float
    why: str = ""
    refusals: int = 0
    is_canary: bool = False
    file_id: str = ""
    batch_id: str = ""
    batch_status: str = ""
    created_at: float | None = None
    total: int = 0
    completed: int = 0
    failed: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    output_file_id: str = ""
    error_file_id: str = ""
    output_path: str = ""
    error_path: str = ""

    @property
    def content(self) -> str:
        """What its create is known by in the ledger: no other create has the same."""
        return f"{self.job_id}/{self.attempt}/{self.number}"


@dataclass(frozen=True, slots=True)
class JobBatch:
    """A batch that exists at the server because of a job, whatever became of it."""

    job_id: str
    attempt: int
    number: int
    batch_id: str
    created_at: float
