"""Documents about jobs."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from batchtui.jsonl.outcomes import Outcome
from batchtui.workflows.jobs.records import Estimate, JobBatch, JobOptions, Spent
from batchtui.workflows.jobs.states import JobState, ShardState


@dataclass(frozen=True, kw_only=True)
class JobSums:
    """What became of the requests of a job, over all its attempts."""

    submitted: int
    answered: int
    ok: int
    failed: int
    missing: int
    duplicate: int
    unknown: int
    unreadable: int
    superseded: int
    result_lines: int
    outcomes: dict[Outcome, int]


@dataclass(frozen=True, kw_only=True)
class JobEnded:
    """A job that was driven to its end, or until something stopped it: `why`. `batch_id`: of its
    one batch, null where it made several. The sums are there once it has a result."""

    job_id: str
    state: JobState
    why: str
    batch_id: str | None
    batch_ids: list[str]
    output: str | None
    attempts: int
    cost_usd: float | None
    submitted: int | None = None
    answered: int | None = None
    ok: int | None = None
    failed: int | None = None
    missing: int | None = None
    duplicate: int | None = None
    unknown: int | None = None
    unreadable: int | None = None
    superseded: int | None = None
    result_lines: int | None = None
    outcomes: dict[Outcome, int] | None = None


@dataclass(frozen=True, kw_only=True)
class JobExported(JobSums):
    """`lines`: how many lines or rows were written."""

    job_id: str
    output: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class JobRequests:
    total: int
    ok: int
    failed: int
    missing: int
    pending: int


@dataclass(frozen=True, kw_only=True)
class JobShards:
    done: int
    total: int
    at_server: int


@dataclass(frozen=True, kw_only=True)
class JobAudited:
    """The last audit, after `attempt`; `outcomes` add up to `submitted`."""

    attempt: int
    submitted: int
    outcomes: dict[Outcome, int]
    duplicate: int
    unknown: int
    unreadable: int
    superseded: int
    result_lines: int


@dataclass(frozen=True, kw_only=True)
class JobListed:
    """`pid`: the process that drove it last; `driver_pid`: the one that does now, or 0. `why`: the
    reason for its state, or "". Times are epoch seconds."""

    id: str
    name: str
    input_path: str
    input_hash: str
    records: int
    size_bytes: int
    account: str
    profile_name: str
    options: JobOptions
    state: JobState
    created_at: float
    changed_at: float
    attempt: int
    why: str
    pid: int
    out_path: str
    estimate: Estimate | None
    spent: dict[str, Spent]
    driver_pid: int
    requests: JobRequests
    shards: JobShards
    eta_s: float | None
    cost_usd: float | None
    audit: JobAudited | None


@dataclass(frozen=True, kw_only=True)
class JobAttempt:
    """`number` counts from 1; the first sends the input, the others are retries."""

    job_id: str
    number: int
    path: str
    lines: int
    outcomes: list[Outcome]
    changes: dict[str, str]
    created_at: float


@dataclass(frozen=True, kw_only=True)
class JobShard:
    """One batch to be, being or been; "" is an id that there is not."""

    job_id: str
    attempt: int
    number: int
    lane: dict[Literal["endpoint", "model"], str]
    lines: int
    size_bytes: int
    tokens: int
    state: ShardState
    changed_at: float
    why: str
    refusals: int
    is_canary: bool
    file_id: str
    batch_id: str
    batch_status: str
    created_at: float | None
    total: int
    completed: int
    failed: int
    input_tokens: int
    output_tokens: int
    cached_tokens: int
    output_file_id: str
    error_file_id: str
    output_path: str
    error_path: str


@dataclass(frozen=True, kw_only=True)
class JobShown(JobListed):
    attempts: list[JobAttempt]
    shard_list: list[JobShard]
    batches: list[JobBatch]
