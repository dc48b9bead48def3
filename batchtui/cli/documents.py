"""What each `--json` document holds, as types, which `batchtui schema` publishes.

Only shapes: the commands fill them. A field is never removed or given another meaning while
SCHEMA_VERSION is the same; new ones may come. Batches and files are the server's own objects with
whatever else the server says.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

from batchtui.jsonl.joined import Audit
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.problems import Problem
from batchtui.models.batch import Batch
from batchtui.models.file import FileObject
from batchtui.workflows.doctor import Verdict
from batchtui.workflows.jobs.records import Estimate, JobBatch, JobOptions, Spent
from batchtui.workflows.jobs.states import JobState, ShardState


class BatchShown(Batch):
    """`retry_of`: the batch whose requests it sends again; `retried_by`: those that do so to it."""

    retry_of: str | None
    retried_by: list[str]


@dataclass(frozen=True, kw_only=True)
class BatchResults(Audit):
    """`format`: how the file is written."""

    batch_id: str
    output: str
    format: Literal["jsonl", "csv", "parquet", "answers"]


@dataclass(frozen=True, kw_only=True)
class RetryWritten:
    """`outcomes`: the requests by what had become of them. `input`: the file they were written to.
    `batch` is there unless nothing was to be submitted."""

    retry_of: str
    requests: int
    outcomes: dict[str, int]
    input: str | None
    batch: Batch | None = None


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
    """A job that was driven. `batch_id`: of its one batch, null where it made several. The sums are
    there once it has a result."""

    job_id: str
    state: JobState
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


@dataclass(frozen=True, kw_only=True)
class Validated:
    """One file. `counts`: all problems by code; `problems`: the first of them, lines from 1."""

    path: str
    ok: bool
    errors: int
    warnings: int
    counts: dict[str, int]
    problems: list[Problem]
    lines: int
    requests: int
    size_bytes: int
    endpoints: dict[str, int]
    models: dict[str, int]


@dataclass(frozen=True, kw_only=True)
class Fault:
    """Why a row makes no request; `column` null: the whole row."""

    row: int
    line: int
    column: str | None
    message: str


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """`faulty` counts rows that were left out; `faults` are the first of them."""

    output: str
    requests: int
    size_bytes: int
    estimated_input_tokens: int
    faulty: int
    faults: list[Fault]


@dataclass(frozen=True, kw_only=True)
class InputCounted:
    path: str
    kind: Literal["input"]
    size_bytes: int
    requests: int
    errors: int
    endpoints: dict[str, int]
    models: dict[str, int]
    estimated_input_tokens: int
    max_output_tokens: int
    uncapped_requests: int
    longest_line: int | None
    longest_line_bytes: int


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
class Part:
    path: str
    size_bytes: int


@dataclass(frozen=True, kw_only=True)
class Joined(Audit):
    """Results written in input order."""

    output: str
    lines: int


@dataclass(frozen=True, kw_only=True)
class Merged:
    """Files written end to end."""

    output: str
    files: int
    size_bytes: int


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


@dataclass(frozen=True, kw_only=True)
class Finding:
    what: str
    verdict: Verdict
    said: str
    hint: str | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A configured server; no secret is in it."""

    name: str
    kind: str
    base_url: str
    provider: str | None
    model: str | None
    key_from: str
    headers: dict[str, str]
    organization: str | None
    project: str | None
    refresh_s: float | None
    confirm_above_usd: float | None
    max_lines: int | None
    max_size_bytes: int | None
    proxy: str | None
    ca_file: str | None
    client_cert: str | None
    client_key: str | None
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class Paths:
    config: str
    state: str
    cache: str
    gateway: str
    log: str


ONE: Final[dict[str, Any]] = {
    "batches create": Batch,
    "batches results": BatchResults,
    "batches retry": RetryWritten,
    "batches show": BatchShown,
    "diff": Differences,
    "files put": FileObject,
    "files show": FileObject,
    "jobs cancel": JobEnded,
    "jobs export": JobExported,
    "jobs resume": JobEnded,
    "jobs retry": JobEnded,
    "jobs show": JobShown,
    "merge": Joined | Merged,
    "paths": Paths,
    "prepare": Prepared,
    "profiles show": Profile,
    "run": JobEnded,
}
"""By command: the one thing that its document is."""

LISTS: Final[dict[str, Any]] = {
    "batches cancel": Batch,
    "batches ls": Batch,
    "batches watch": Batch,
    "doctor": Finding,
    "files ls": FileObject,
    "jobs ls": JobListed,
    "profiles ls": Profile,
    "split": Part,
    "stats": InputCounted | ResultsCounted,
    "validate": Validated,
    "view": Viewed,
}
"""By command: what its document has a list of, as `data`."""
