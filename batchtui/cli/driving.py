"""Drives a job for a command: tells its events, writes its result, runs what is to be run then."""

from __future__ import annotations

from contextlib import aclosing
from pathlib import Path
from typing import TYPE_CHECKING, Any

from batchtui.cli.job_hints import is_kept, tell_failures
from batchtui.cli.job_telling import JobTeller
from batchtui.cli.job_text import audit_document, exit_code_of
from batchtui.cli.output import note, print_json
from batchtui.cli.writing import written_to
from batchtui.errors import BatchtuiError, ExitCode
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.states import FINAL_JOBS, JobState

if TYPE_CHECKING:
    from batchtui.workflows.jobs.records import Job, JobAudit
    from batchtui.workflows.jobs.store import JobStore
    from batchtui.workflows.session import Session


async def drive(
    session: Session,
    store: JobStore,
    job: Job,
    teller: JobTeller,
    *,
    interval_s: float,
    output: str,
    as_json: bool,
) -> ExitCode:
    """Take `job` to its end, as far as it is not there; returns what that means for a script.

    `output`: where the result is to be, "-" for stdout, "" for nowhere.
    """
    import asyncio

    was_final = job.state in FINAL_JOBS
    if not was_final:
        teller.know(await asyncio.to_thread(store.shards, job.id))
        driving = actions.drive(session, store, job.id, interval_s=interval_s)
        try:
            async with aclosing(driving) as events:
                await teller.tell(events)
        except BatchtuiError:
            job = await asyncio.to_thread(store.job, job.id)
            if as_json and output != "-":
                print_json(await asyncio.to_thread(_document, store, job, output))
            if job.state is JobState.STOPPED and is_kept(store):
                note(f"{job.id} is stopped; batchtui jobs resume {job.id} goes on")
            raise
        job = await asyncio.to_thread(store.job, job.id)
    if job.state is JobState.PAUSED:
        note(f"{job.id} is paused; batchtui jobs resume {job.id}")
        return ExitCode.INTERRUPTED
    if was_final or output == "-":
        job = await _written(session, store, job, output)
    if job.audit is not None:
        audit_note(job.audit)
        if job.state is JobState.INCOMPLETE:
            await tell_failures(store, job, job.audit, output)
    if as_json and output != "-":
        print_json(await asyncio.to_thread(_document, store, job, output))
    if not was_final and (trouble := await actions.run_on_done(job)):
        note(trouble)
    return exit_code_of(job)


async def _written(session: Session, store: JobStore, job: Job, output: str) -> Job:
    """The result, as far as there is one, at `output` once more."""
    from dataclasses import replace

    if job.audit is None or not output:
        return job
    await actions.fetch(session, store, job.id)
    with written_to(output) as out:
        _, audit = await actions.export(store, job.id, Path(out))
    return replace(job, audit=audit)


def _document(store: JobStore, job: Job, output: str) -> dict[str, Any]:
    batches = [each.batch_id for each in store.batches(job.id)]
    return {
        "job_id": job.id,
        "state": str(job.state),
        "why": job.why,
        "batch_id": batches[0] if len(batches) == 1 else None,
        "batch_ids": batches,
        "output": output or None,
        "attempts": job.attempt,
        "cost_usd": job.spent_usd,
        **(audit_document(job.audit) if job.audit is not None else {}),
    }


def audit_note(audit: JobAudit) -> None:
    parts = [f"{audit.submitted:,} requests", f"{audit.ok:,} ok"]
    for name in ("failed", "missing", "duplicate", "unknown", "unreadable"):
        if count := getattr(audit, name):
            parts.append(f"{count:,} {name}")
    note(", ".join(parts))
