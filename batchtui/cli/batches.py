"""`batchtui batches`: list, create, show, cancel; watch, results and retry are beside."""

from __future__ import annotations

import sys
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Final

import click

from batchtui.cli.batch_text import as_document, row_of, show_batch, show_lineage
from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.given import is_there, looks_like_path
from batchtui.cli.narrowing import LEAST, telling_chars
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import UNKNOWN, print_json, print_json_list, print_table
from batchtui.cli.reading import STDIN, read_from
from batchtui.cli.results import results
from batchtui.cli.retry import retry
from batchtui.cli.sending import again_option, metadata_option, pairs, tell
from batchtui.cli.watching import watch

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.lineage import Retry
    from batchtui.workflows.session import Session


HEADER: Final = ("BATCH", "STATUS", "DONE", "TOTAL", "FAILED", "AGE", "ENDPOINT", "INPUT", "NAME")


@click.group(short_help="ls, create, show, watch, cancel, results, retry")
def batches() -> None:
    """List, create, show, watch, cancel and retry batches, and get their results.

    BATCH_ID may be the beginning of an id.
    """


@batches.command("ls", epilog=examples("batchtui batches ls --status in_progress,finalizing"))
@click.option("--limit", type=click.IntRange(1), default=20, show_default=True, metavar="N")
@click.option("--all", "every", is_flag=True, help="All of them, however many.")
@click.option("--status", metavar="WORD[,WORD]", help="Only batches in these statuses.")
@json_option
@connection_options
def ls(connection: Connection, limit: int, every: bool, status: str | None, as_json: bool) -> None:
    """List batches, newest first."""

    async def work() -> tuple[list[Batch], dict[str, str]]:
        from batchtui.models.status import normal_status
        from batchtui.workflows.batches import list_batches
        from batchtui.workflows.names import FileNames

        wanted = {normal_status(word) for word in status.split(",")} if status else None
        found: list[Batch] = []
        async with connected(connection) as session:
            async for batch in list_batches(session, at_most=None if every or wanted else limit):
                if wanted is None or batch.status in wanted:
                    found.append(batch)
                    if not every and len(found) == limit:
                        break
            names: dict[str, str] = {}
            if not as_json:
                inputs = [batch.input_file_id for batch in found]
                async for portion in FileNames(session).learn(inputs, each=False):
                    names.update(portion)
        return found, names

    found, names = run_async(work())
    if as_json:
        print_json_list([as_document(batch) for batch in found])
        return
    print_table(
        HEADER,
        [(*row_of(batch), names.get(batch.input_file_id, UNKNOWN)) for batch in found],
        right=(2, 3, 4, 5),
        give_up=(7, 6, 0, 8, 5),
        floors={0: telling_chars([batch.id for batch in found]), 8: LEAST},
    )


@batches.command(
    "create",
    epilog=examples(
        "batchtui batches create in.jsonl --metadata project=demo",
        "batchtui sample in.jsonl -n 2 | batchtui batches create -",
        'batchtui batches create "$file" --endpoint /v1/chat/completions',
    ),
)
@click.argument("source", metavar="FILE|FILE_ID|-", type=FILE)
@click.option("--endpoint", metavar="PATH", help="In place of the one that the lines name.")
@click.option("--window", default="24h", show_default=True, help="Completion window.")
@metadata_option
@click.option("--anyway", is_flag=True, help="Send the file though the check finds errors.")
@again_option
@json_option
@connection_options
def create(
    connection: Connection,
    source: str,
    endpoint: str | None,
    window: str,
    metadata: tuple[str, ...],
    anyway: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Create a batch from a file on disk or on the server, and print its id."""

    given = pairs(metadata)

    async def work(path: Path | None) -> Batch:
        from batchtui.workflows.submit import Submission, submit, submit_file

        async with connected(connection) as session:
            if path is not None:
                submission = Submission(
                    path,
                    endpoint=endpoint,
                    completion_window=window,
                    metadata=given,
                    anyway=anyway,
                    again=again,
                )
                return await tell(source, submit(session, submission))
            events = submit_file(
                session,
                source,
                endpoint=endpoint or await _endpoint_of(session, source),
                completion_window=window,
                metadata=given,
                again=again,
            )
            return await tell(source, events)

    with ExitStack() as stack:
        is_file = source == STDIN or is_there(source) or looks_like_path(source)
        batch = run_async(work(stack.enter_context(read_from(source)) if is_file else None))
    if as_json:
        print_json(as_document(batch))
    else:
        click.echo(batch.id)


async def _endpoint_of(session: Session, file_id: str) -> str:
    """What the lines of a file at the server name."""
    from batchtui.workflows.check import check, limits_of
    from batchtui.workflows.results import download
    from batchtui.workflows.submit import main_endpoint

    path = await download(session, file_id)
    report = await check(path, limits=limits_of(session.profile))
    return main_endpoint(report, Path(file_id))


@batches.command("show", epilog=examples('batchtui batches show "$id" --json'))
@click.argument("batch_id")
@json_option
@connection_options
def show(connection: Connection, batch_id: str, as_json: bool) -> None:
    """Show one batch: status, counts, times, errors, what it retries and what retries it."""

    async def work() -> tuple[Batch, Retry | None, list[Retry], dict[str, Batch]]:
        from batchtui.workflows import lineage
        from batchtui.workflows.batches import full_id, retrieve

        async with connected(connection) as session:
            batch = await retrieve(session, await full_id(session, batch_id))
            own, retries = await lineage.near(session, batch)
            known = {} if as_json else await _as_they_are(session, retries)
            return batch, own, retries, known

    batch, own, retries, known = run_async(work())
    if as_json:
        retried_by = [each.batch_id for each in retries]
        of = own.of_batch_id if own else None
        print_json({**as_document(batch), "retry_of": of, "retried_by": retried_by})
    else:
        show_batch(batch)
        show_lineage(own, retries, known)


async def _as_they_are(session: Session, retries: list[Retry]) -> dict[str, Batch]:
    """The retries that the server still knows; what it does not say is left out."""
    from batchtui.errors import ApiError
    from batchtui.workflows.batches import retrieve

    found: dict[str, Batch] = {}
    for each in retries:
        with suppress(ApiError):
            found[each.batch_id] = await retrieve(session, each.batch_id)
    return found


@batches.command("cancel", epilog=examples('batchtui batches cancel "$id" --yes'))
@click.argument("batch_ids", nargs=-1, required=True, metavar="BATCH_ID...")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@connection_options
def cancel(connection: Connection, batch_ids: tuple[str, ...], yes: bool, as_json: bool) -> None:
    """Cancel batches. What is finished is kept."""
    if not yes and sys.stdin.isatty():
        what = batch_ids[0] if len(batch_ids) == 1 else f"{len(batch_ids)} batches"
        click.confirm(f"Cancel {what}? What is done is kept.", abort=True, err=True)

    async def work() -> list[Batch]:
        from batchtui.workflows.batches import cancel as cancelling
        from batchtui.workflows.batches import full_id

        async with connected(connection) as session:
            meant = [await full_id(session, batch_id) for batch_id in batch_ids]
            return [await cancelling(session, batch_id) for batch_id in meant]

    cancelled = run_async(work())
    if as_json:
        print_json_list([as_document(batch) for batch in cancelled])
        return
    for batch in cancelled:
        print_table(("BATCH", "STATUS"), [(batch.id, batch.word)])


batches.add_command(results)
batches.add_command(retry)
batches.add_command(watch)
