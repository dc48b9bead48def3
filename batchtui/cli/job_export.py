"""`batchtui jobs export`: the results of a job, in the form that somebody wants."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE, job_ids
from batchtui.cli.examples import examples
from batchtui.cli.exporting import export_options, form_of
from batchtui.cli.job_server import server_of
from batchtui.cli.options import Connection, connection_options, json_option, run_async
from batchtui.cli.output import Progress, print_json, size
from batchtui.cli.writing import new_file, written_to
from batchtui.errors import ExitCode

if TYPE_CHECKING:
    from batchtui.jsonl.export import Form, Wanted
    from batchtui.workflows.jobs.records import Job, JobAudit
    from batchtui.workflows.jobs.store import JobStore


@click.command(
    "export",
    epilog=examples(
        'batchtui jobs export "$job" -o results.parquet',
        'batchtui jobs export "$job" --format answers',
        'batchtui jobs export "$job" --merge-into data.csv --column id -o merged.csv',
    ),
)
@click.argument("job_id", metavar="JOB", shell_complete=job_ids)
@click.option(
    "-o", "--output", type=FILE, metavar="OUT", default="-", help="Where to; - is stdout."
)
@export_options
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@json_option
@connection_options
@click.pass_context
def export(
    ctx: click.Context,
    connection: Connection,
    job_id: str,
    output: str,
    wanted: Wanted,
    force: bool,
    as_json: bool,
) -> None:
    """Write the results of a job, as far as they are here, in input order.

    The server is asked only for files that are no longer on this machine.
    """
    from batchtui.workflows.jobs import actions
    from batchtui.workflows.jobs.store import JobStore

    form = form_of(wanted, output)
    new_file(output, force=force)
    store = JobStore()
    job = store.job(job_id)

    async def work() -> tuple[int, JobAudit]:
        if not await asyncio.to_thread(actions.is_fetched, store, job.id):
            async with server_of(job, connection) as session:
                await actions.fetch(session, store, job.id)
        with written_to(output) as out:
            return await _exported(store, job, out, wanted, form)

    lines, audit = run_async(work())
    from batchtui.cli.driving import audit_note
    from batchtui.cli.job_text import audit_document

    if as_json and output != "-":
        print_json({"job_id": job.id, "output": output, "lines": lines, **audit_document(audit)})
    else:
        audit_note(audit)
    ctx.exit(ExitCode.DONE if audit.is_complete else ExitCode.SOME_FAILED)


async def _exported(
    store: JobStore, job: Job, out: Path, wanted: Wanted, form: Form
) -> tuple[int, JobAudit]:
    from batchtui.jsonl.export import export as exporting
    from batchtui.workflows.background import in_thread
    from batchtui.workflows.jobs.audit import audit_of, joined

    progress = Progress()
    records = await in_thread(joined(store, job))
    with records:
        lines = await in_thread(
            exporting(records, out, wanted, form),
            lambda at: progress.show(f"writing  {size(at.done_bytes)} of {size(at.total_bytes)}"),
        )
        progress.clear()
        return lines, audit_of(records, job.attempt)
