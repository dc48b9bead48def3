"""`batchtui jobs`: list, show, resume, retry, pause, cancel; `export` and `rm` stand beside."""

from __future__ import annotations

import asyncio
import sys
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE, job_ids
from batchtui.cli.examples import examples
from batchtui.cli.job_export import export
from batchtui.cli.job_removing import rm
from batchtui.cli.job_server import server_of
from batchtui.cli.on_done import on_done_option
from batchtui.cli.options import Connection, connection_options, json_option, run_async
from batchtui.cli.output import Progress, note, print_json, print_json_list, print_table, size
from batchtui.cli.writing import new_file
from batchtui.errors import ExitCode

if TYPE_CHECKING:
    from batchtui.workflows.jobs.records import Job
    from batchtui.workflows.jobs.store import JobStore
    from batchtui.workflows.session import Session

job_argument = click.argument("job_id", metavar="JOB", shell_complete=job_ids)
interval_option = click.option(
    "--interval", type=click.FloatRange(0.1), default=10.0, help="Seconds between looks."
)
output_option = click.option(
    "-o", "--output", type=FILE, metavar="OUT", help="Results, in place of where the job has them."
)
force_option = click.option("--force", is_flag=True, help="Replace OUT when it exists.")


@click.group(short_help="ls, show, resume, retry, pause, cancel, export, rm")
def jobs() -> None:
    """Jobs: one input, any number of batches, one result. `batchtui run` makes them.

    JOB may be the beginning of an id.
    """


@jobs.command("ls", epilog=examples("batchtui jobs ls"))
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@click.option("--all", "every", is_flag=True, help="All of them, however many.")
@json_option
def ls(limit: int, every: bool, as_json: bool) -> None:
    """List jobs, newest first."""
    from batchtui.cli.job_text import JOB_GIVE_UP, JOB_HEADER, JOB_RIGHT, job_document, job_row
    from batchtui.workflows.jobs.store import JobStore
    from batchtui.workflows.jobs.view import views

    found = views(JobStore())
    found = found if every else found[:limit]
    if as_json:
        print_json_list([job_document(view) for view in found])
        return
    rows = [job_row(view) for view in found]
    print_table(JOB_HEADER, rows, right=JOB_RIGHT, give_up=JOB_GIVE_UP)


@jobs.command("show", epilog=examples('batchtui jobs show "$job"'))
@job_argument
@json_option
def show(job_id: str, as_json: bool) -> None:
    """Show one job: its figures, shards, attempts and batches."""
    from batchtui.cli.job_text import detail_document, show_job
    from batchtui.workflows.jobs.actions import detail
    from batchtui.workflows.jobs.store import JobStore

    found = detail(JobStore(), job_id)
    if as_json:
        print_json(detail_document(found))
    else:
        show_job(found)


@jobs.command("resume", epilog=examples('batchtui jobs resume "$job"'))
@job_argument
@output_option
@force_option
@click.option("--max-spend", type=click.FloatRange(0, min_open=True), metavar="USD")
@on_done_option
@interval_option
@json_option
@connection_options
@click.pass_context
def resume(
    ctx: click.Context,
    connection: Connection,
    job_id: str,
    output: str | None,
    force: bool,
    max_spend: float | None,
    on_done: str | None,
    interval: float,
    as_json: bool,
) -> None:
    """Go on with a job that was interrupted, paused or stopped, to its end.

    Shards that the server refused are sent again, and a canary that failed is accepted.
    """
    from batchtui.workflows.jobs import actions
    from batchtui.workflows.jobs.store import JobStore

    store = JobStore()
    job = _placed(store, store.job(job_id), output, force=force)
    if on_done is not None:
        job = store.update(job.id, options=replace(job.options, on_done=on_done))

    async def work() -> ExitCode:
        async with server_of(job, connection) as session:
            resumed = await asyncio.to_thread(
                actions.resume, store, job.id, max_spend_usd=max_spend
            )
            return await _drive(session, store, resumed, interval, output, as_json=as_json)

    ctx.exit(run_async(work()))


@jobs.command(
    "retry",
    epilog=examples(
        'batchtui jobs retry "$job" --outcome failed,expired --set max_tokens=2000',
        'batchtui jobs retry "$job" --model echo',
    ),
)
@job_argument
@click.option(
    "--outcome",
    "outcomes",
    metavar="WORD[,WORD]",
    help="Only requests with these outcomes; else all without an answer.",
)
@click.option(
    "--set",
    "changes",
    multiple=True,
    metavar="FIELD=VALUE",
    help="Another value in each request's body, as max_tokens=2000; null takes it out.",
)
@click.option("--model", metavar="NAME", help="Ask another model; the same as --set model=NAME.")
@output_option
@force_option
@interval_option
@json_option
@connection_options
@click.pass_context
def retry(
    ctx: click.Context,
    connection: Connection,
    job_id: str,
    outcomes: str | None,
    changes: tuple[str, ...],
    model: str | None,
    output: str | None,
    force: bool,
    interval: float,
    as_json: bool,
) -> None:
    """Send what failed, expired or is missing again, as a new attempt of the same job.

    The best answer of each request counts, and the result is written anew.
    """
    from batchtui.jsonl.rewrite import parse_changes
    from batchtui.workflows.jobs import actions
    from batchtui.workflows.jobs.store import JobStore
    from batchtui.workflows.where import outcomes_of

    store = JobStore()
    job = _placed(store, store.job(job_id), output, force=force)
    changed = parse_changes((*changes, f"model={model}") if model else changes)
    wanted = sorted(outcomes_of(outcomes)) if outcomes else ()

    async def work() -> ExitCode:
        progress = Progress()
        async with server_of(job, connection) as session:
            await actions.fetch(session, store, job.id)
            retried = await actions.retry(
                session,
                store,
                job.id,
                outcomes=wanted,
                changes=changed,
                on_progress=lambda at: progress.show(f"reading  {size(at.done_bytes)}"),
            )
            progress.clear()
            return await _drive(session, store, retried, interval, output, as_json=as_json)

    ctx.exit(run_async(work()))


@jobs.command("pause", epilog=examples('batchtui jobs pause "$job"'))
@job_argument
def pause(job_id: str) -> None:
    """Create no more batches; those that are open go on at the server."""
    from batchtui.workflows.jobs import actions
    from batchtui.workflows.jobs.store import JobStore

    job = actions.pause(JobStore(), job_id)
    _say(job, f"is asked to pause (process {job.pid})" if job.wanted else "is paused")


@jobs.command("cancel", epilog=examples('batchtui jobs cancel "$job" --yes'))
@job_argument
@click.option("--yes", is_flag=True, help="Do not ask.")
@interval_option
@json_option
@connection_options
@click.pass_context
def cancel(
    ctx: click.Context,
    connection: Connection,
    job_id: str,
    yes: bool,
    interval: float,
    as_json: bool,
) -> None:
    """Cancel a job and its open batches. What is done is kept, and written to its result."""
    from batchtui.workflows.jobs import actions
    from batchtui.workflows.jobs.store import JobStore

    store = JobStore()
    job = store.job(job_id)
    if not yes and sys.stdin.isatty():
        view = actions.view(store, job.id)
        click.confirm(
            f"Cancel {job.id}? {view.pending:,} requests have not finished. What is done is kept.",
            abort=True,
            err=True,
        )

    async def work() -> ExitCode:
        async with server_of(job, connection) as session:
            cancelled = await asyncio.to_thread(actions.cancel, store, job.id)
            if cancelled.wanted:
                _say(cancelled, f"is asked to cancel (process {cancelled.pid})")
                return ExitCode.DONE
            await _drive(session, store, cancelled, interval, None, as_json=as_json)
            _say(store.job(job.id), "is cancelled")
            return ExitCode.DONE

    ctx.exit(run_async(work()))


async def _drive(
    session: Session,
    store: JobStore,
    job: Job,
    interval_s: float,
    output: str | None,
    *,
    as_json: bool,
) -> ExitCode:
    from batchtui.cli.driving import drive
    from batchtui.cli.job_telling import JobTeller

    return await drive(
        session,
        store,
        job,
        JobTeller(job.name),
        interval_s=interval_s,
        output=output or job.out_path,
        as_json=as_json,
    )


def _placed(store: JobStore, job: Job, output: str | None, *, force: bool) -> Job:
    """With another place for its result, if one is given."""
    if output is None or output == "-":
        return job
    place = str(Path(output).absolute())
    if place != job.out_path:
        new_file(output, force=force)
    return store.update(job.id, out_path=place)


def _say(job: Job, what: str) -> None:
    note(f"{job.id} {what}")


jobs.add_command(export)
jobs.add_command(rm)
