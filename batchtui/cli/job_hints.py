"""What is said on stderr at the end of a job that is not all answered: why, and the way on."""

from __future__ import annotations

import shlex
from contextlib import suppress
from typing import TYPE_CHECKING

from batchtui.cli.output import note
from batchtui.errors import InputError
from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome
from batchtui.workflows.background import in_thread
from batchtui.workflows.jobs.reasons import reasons

if TYPE_CHECKING:
    from batchtui.workflows.jobs.records import Job, JobAudit
    from batchtui.workflows.jobs.store import JobStore


async def tell_failures(store: JobStore, job: Job, audit: JobAudit, output: str) -> None:
    """The most frequent reasons, and the commands that show and retry what failed."""
    words = [each for each in Outcome if each in NOT_ANSWERED and audit.outcomes.get(each)]
    in_result = [each for each in words if each is not Outcome.MISSING]
    if in_result:
        with suppress(InputError):
            why = await in_thread(reasons(store, job))
            if why.looked_at < why.failed:
                note(f"  of the first {why.looked_at:,} that failed:")
            for code, count in why.codes:
                note(f"  {count:,} x {code}")
        if output not in ("", "-"):
            note(f"  batchtui view {shlex.quote(output)} --where outcome={','.join(in_result)}")
    if is_kept(store):
        note(f"  batchtui jobs retry {job.id}")


def is_kept(store: JobStore) -> bool:
    """Whether a later command finds the job: those of --local end with their gateway."""
    from batchtui.workflows.jobs.store import JobStore

    return store.path == JobStore().path
