"""`batchtui run`: the whole main job without a terminal, from a JSONL to its results."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.on_done import on_done_option
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import note
from batchtui.cli.reading import STDIN, is_stream
from batchtui.cli.sending import again_option, metadata_option, pairs
from batchtui.cli.writing import new_file
from batchtui.errors import ExitCode

if TYPE_CHECKING:
    from batchtui.cli.job_telling import JobTeller
    from batchtui.workflows.jobs.making import NewJob
    from batchtui.workflows.jobs.store import JobStore
    from batchtui.workflows.session import Session


@click.command(
    short_help="The whole main job: from a JSONL to its results.",
    epilog=examples(
        "batchtui run in.jsonl -o results.jsonl",
        "batchtui run in.jsonl -o results.jsonl --canary 1 --retries 2 --max-lines-per-batch 50000",
        "batchtui run in.jsonl -o - --local > results.jsonl",
        "batchtui run in.jsonl -o results.jsonl --on-done 'echo $BATCHTUI_STATUS >> log'",
    ),
)
@click.argument("path", metavar="INPUT.jsonl|-", type=click.Path(path_type=Path))
@click.option(
    "-o",
    "--output",
    type=FILE,
    metavar="OUT",
    required=True,
    help="Results, in input order; - is stdout.",
)
@click.option("--endpoint", metavar="PATH", help="In place of the one that the lines name.")
@click.option("--window", default="24h", show_default=True, help="Completion window.")
@metadata_option
@click.option(
    "--max-lines-per-batch", type=click.IntRange(1), metavar="N", help="Less than the server takes."
)
@click.option(
    "--max-tokens-enqueued",
    type=click.IntRange(1),
    metavar="N",
    help="Prompt tokens at the server at one time, for each model.",
)
@click.option(
    "--max-batches", type=click.IntRange(1), metavar="N", help="Open batches at one time."
)
@click.option(
    "--canary",
    type=click.IntRange(1),
    metavar="N",
    help="Try so many requests first; stop if more than a tenth of them fail.",
)
@click.option(
    "--retries",
    type=click.IntRange(0),
    default=0,
    show_default=True,
    metavar="N",
    help="Send what failed, expired or is missing again, so often.",
)
@click.option(
    "--max-spend",
    type=click.FloatRange(0, min_open=True),
    metavar="USD",
    help="Create no batch that may take the cost over this.",
)
@on_done_option
@click.option("--interval", type=click.FloatRange(0.1), default=10.0, help="Seconds between looks.")
@click.option("--anyway", is_flag=True, help="Send the file though the check finds errors.")
@again_option
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@json_option
@connection_options
@click.pass_context
def run(
    ctx: click.Context,
    connection: Connection,
    path: Path,
    output: str,
    endpoint: str | None,
    window: str,
    metadata: tuple[str, ...],
    max_lines_per_batch: int | None,
    max_tokens_enqueued: int | None,
    max_batches: int | None,
    canary: int | None,
    retries: int,
    max_spend: float | None,
    on_done: str | None,
    interval: float,
    anyway: bool,
    again: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Validate, upload, create, wait, download, and check that every request is answered.

    However large the input is (- is stdin): it becomes a job of as many batches as the server's
    limits ask for, and one result in input order. Run again, after an interruption or to get the
    results once more, it goes on with the job, or the batch, that the same content made before;
    --again makes, and pays for, a new one.

    With --local it runs on a private gateway: no key, no server, no network.
    """
    from batchtui.cli.job_telling import JobTeller
    from batchtui.cli.spooling import spooled
    from batchtui.workflows.jobs.making import NewJob
    from batchtui.workflows.jobs.records import JobOptions

    is_piped = str(path) == STDIN or is_stream(path)
    new = NewJob(
        spooled(None if str(path) == STDIN else path) if is_piped else path,
        JobOptions(
            endpoint=endpoint,
            completion_window=window,
            metadata=pairs(metadata),
            max_lines=max_lines_per_batch,
            max_open_batches=max_batches,
            max_enqueued_tokens=max_tokens_enqueued,
            canary_lines=canary,
            max_attempts=1 + retries,
            max_spend_usd=max_spend,
            on_done=on_done,
            anyway=anyway,
            adopt=not again,
        ),
        out_path="" if output == "-" else str(Path(output).absolute()),
        name="stdin.jsonl" if is_piped else "",
        again=again,
    )
    if not _is_ours(new):
        new_file(output, force=force)
    teller = JobTeller("stdin" if is_piped else str(path), retries=retries)

    async def work() -> ExitCode:
        from batchtui.cli.driving import drive
        from batchtui.workflows.jobs import actions
        from batchtui.workflows.jobs.states import FINAL_JOBS, JobState

        async with _connected(connection) as (session, store):
            async with aclosing(actions.make(session, store, new)) as events:
                await teller.tell(events)
            job = teller.job
            assert job is not None, "making ends with a job or with an error"
            if job.state is JobState.INCOMPLETE and job.attempt <= retries:
                await actions.fetch(session, store, job.id)
                job = await actions.retry(session, store, job.id)
            elif job.state not in FINAL_JOBS:
                job = await asyncio.to_thread(
                    actions.resume, store, job.id, max_spend_usd=max_spend
                )
            return await drive(
                session,
                store,
                job,
                teller,
                interval_s=interval,
                output=output,
                as_json=as_json,
            )

    try:
        ctx.exit(run_async(work()))
    except KeyboardInterrupt:
        if not connection.local:
            _tell_rest(teller)
        raise
    finally:
        if is_piped and connection.local:
            new.path.unlink(missing_ok=True)


@asynccontextmanager
async def _connected(connection: Connection) -> AsyncIterator[tuple[Session, JobStore]]:
    """A private gateway is gone at the end, and its jobs with it."""
    from batchtui.workflows.jobs.store import JobStore

    with tempfile.TemporaryDirectory(prefix="batchtui-") as directory:
        async with connected(connection, private=True) as session:
            yield session, JobStore(Path(directory) / "jobs.db" if connection.local else None)


def _is_ours(new: NewJob) -> bool:
    """The result that is there may be this job's own: written just before its last step."""
    from batchtui.workflows.jobs.states import FINAL_JOBS
    from batchtui.workflows.jobs.store import JobStore

    path = str(new.path.absolute())
    return not new.again and any(
        (job.input_path, job.out_path) == (path, new.out_path) and job.state not in FINAL_JOBS
        for job in JobStore().jobs()
    )


def _tell_rest(teller: JobTeller) -> None:
    job = teller.job
    if job is not None and teller.batch_ids:
        what = "the batch goes" if len(teller.batch_ids) == 1 else "the batches go"
        note(f"{what} on; batchtui jobs resume {job.id}")
