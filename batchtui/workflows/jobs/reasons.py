"""Why requests of a job failed: the codes of their results, counted. For a thread."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from itertools import islice
from typing import Final

from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import read_result
from batchtui.workflows.jobs.audit import joined
from batchtui.workflows.jobs.records import Job
from batchtui.workflows.jobs.store import JobStore

MOST_READ: Final = 20_000
"""Failed results that are looked at: what is frequent among them is frequent."""
_CODE_CHARS: Final = 100
_LINES_A_STEP: Final = 64
_FAILED: Final = NOT_ANSWERED - {Outcome.MISSING}


@dataclass(frozen=True, slots=True)
class Reasons:
    """`codes`: the most frequent first; an HTTP status or an outcome where there is no code.

    `looked_at` of `failed` results were read.
    """

    codes: list[tuple[str, int]]
    looked_at: int
    failed: int


def reasons(store: JobStore, job: Job, *, at_most: int = 3) -> Steps[Reasons]:
    """The `at_most` most frequent reasons. Raises InputError when a file cannot be read."""
    found: Counter[str] = Counter()
    records = yield from joined(store, job)
    with records:
        indices = records.indices(_FAILED)
        for number, index in enumerate(islice(indices, MOST_READ)):
            result = read_result(records.read_result(index) or b"")
            code = result.code or str(result.status_code or records.outcome(index))
            found[code[:_CODE_CHARS]] += 1
            if number % _LINES_A_STEP == 0:
                yield Progress(number, len(indices))
    return Reasons(found.most_common(at_most), min(len(indices), MOST_READ), len(indices))
