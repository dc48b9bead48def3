"""A job's results for the viewer: its input, each request beside the best answer of any attempt."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from batchtui.jsonl.answers import check_json_answers
from batchtui.tui.viewer.jobs import Job
from batchtui.tui.viewer.joined_records import JoinedRecords
from batchtui.tui.viewer.messages import Opened

if TYPE_CHECKING:
    from batchtui.tui.jobs.desk import JobDesk
    from batchtui.workflows.jobs.records import Job as JobRow
    from batchtui.workflows.jobs.store import JobStore


async def fetched(desk: JobDesk, job_id: str) -> tuple[JobStore, JobRow]:
    """The job, with every result file that was collected on this machine.

    The server is asked only for files that are gone from here. Raises BatchtuiError.
    """
    store = await desk.store()
    from batchtui.workflows.jobs import actions

    job = await asyncio.to_thread(store.job, job_id)
    if not await asyncio.to_thread(actions.is_fetched, store, job.id):
        async with await desk.session_for(job) as session:
            await actions.fetch(session, store, job.id)
    return store, job


def join_job(job: Job, store: JobStore, row: JobRow) -> None:
    """Bring the results so far together with the input, in a thread."""
    from batchtui.workflows.jobs.audit import joined

    records = job.run(joined(store, row))
    try:
        job.words = "checking answers in JSON"
        job.run(check_json_answers(records))
    except BaseException:
        records.close()
        raise
    job.post(Opened(JoinedRecords(records)))
