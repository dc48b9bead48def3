"""What happens to a job while it is driven, for whoever shows it. Data only."""

from __future__ import annotations

from dataclasses import dataclass

from batchtui.errors import BatchtuiError
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.validation import Validation
from batchtui.workflows.jobs.records import Job, JobAudit, ShardRow


@dataclass(frozen=True, slots=True)
class Checking:
    """The input is read, to find what is wrong with it and to know it again."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class Checked:
    validation: Validation


@dataclass(frozen=True, slots=True)
class JobMade:
    """`taken_up`: it was there already, with the same content at the same server."""

    job: Job
    taken_up: bool


@dataclass(frozen=True, slots=True)
class Planning:
    """An attempt is laid out: its lines are read, and divided into shards."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class Planned:
    """`attempt` 1 is the first; a later one is a retry of `lines` requests."""

    attempt: int
    lines: int
    shards: int


@dataclass(frozen=True, slots=True)
class JobMoved:
    job: Job


@dataclass(frozen=True, slots=True)
class ShardMoved:
    """A new state, or new counts in the same."""

    shard: ShardRow


@dataclass(frozen=True, slots=True)
class Uploading:
    shard: ShardRow
    sent_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class Looking:
    """The answer to a create was lost; this is look `number` of at most `of` for the batch."""

    shard: ShardRow
    number: int
    of: int


@dataclass(frozen=True, slots=True)
class Collecting:
    """`which`: "output" or "errors". `total_bytes` 0: the server does not say."""

    shard: ShardRow
    which: str
    done_bytes: int
    total_bytes: int


@dataclass(frozen=True, slots=True)
class JobTrouble:
    """The server does not answer, or not as it should; it is asked again."""

    error: BatchtuiError
    retry_in_s: float


@dataclass(frozen=True, slots=True)
class Auditing:
    """All results so far are brought together with the input, and written where they are to be."""

    progress: Progress


@dataclass(frozen=True, slots=True)
class Audited:
    audit: JobAudit


@dataclass(frozen=True, slots=True)
class JobEnded:
    """The last event: the job is done, incomplete, cancelled or paused. `lines`: of the result."""

    job: Job
    lines: int = 0


JobEvent = (
    Checking
    | Checked
    | JobMade
    | Planning
    | Planned
    | JobMoved
    | ShardMoved
    | Uploading
    | Looking
    | Collecting
    | JobTrouble
    | Auditing
    | Audited
    | JobEnded
)
