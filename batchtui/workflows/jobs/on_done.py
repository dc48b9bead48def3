"""What the command that a user wants run is told of a job that has ended."""

from __future__ import annotations

from batchtui.workflows import on_done
from batchtui.workflows.jobs.records import Job


async def run_on_done(job: Job) -> str:
    """Run the job's command, if it has one; returns what went wrong, "" for nothing."""
    audit = job.audit
    return await on_done.run_on_done(
        job.options.on_done,
        on_done.Done(
            kind="job",
            id=job.id,
            status=str(job.state),
            total=job.records,
            ok=audit.ok if audit else None,
            failed=audit.failed if audit else None,
            missing=audit.missing if audit else None,
            output=job.out_path or None,
        ),
    )
