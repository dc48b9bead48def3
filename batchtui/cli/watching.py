"""`batchtui batches watch`: wait for batches, with a line of progress."""

from __future__ import annotations

from typing import TYPE_CHECKING

import click

from batchtui.cli.batch_text import as_document, exit_code_of, progress_text, what_is_done
from batchtui.cli.examples import examples
from batchtui.cli.on_done import on_done_option
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import Progress, note, print_json_list
from batchtui.errors import ExitCode

if TYPE_CHECKING:
    from batchtui.models.batch import Batch
    from batchtui.workflows.session import Session


@click.command(
    "watch",
    epilog=examples(
        'batchtui batches watch "$id"',
        "batchtui batches watch \"$id\" --on-done 'echo $BATCHTUI_STATUS >> log'",
    ),
)
@click.argument("batch_ids", nargs=-1, required=True, metavar="BATCH_ID...")
@click.option("--interval", type=click.FloatRange(0.1), default=10.0, help="Seconds between looks.")
@on_done_option
@json_option
@connection_options
@click.pass_context
def watch(
    ctx: click.Context,
    connection: Connection,
    batch_ids: tuple[str, ...],
    interval: float,
    on_done: str | None,
    as_json: bool,
) -> None:
    """Wait until all batches are final; the exit code is that of the worst."""

    async def work() -> ExitCode:
        from batchtui.workflows.batches import full_id
        from batchtui.workflows.on_done import run_on_done

        async with connected(connection) as session:
            meant = [await full_id(session, batch_id) for batch_id in batch_ids]
            last = list((await _follow(session, tuple(meant), interval)).values())
        if as_json:
            print_json_list([as_document(batch) for batch in last])
        worst = max(last, key=exit_code_of)
        if trouble := await run_on_done(on_done, what_is_done(last, worst.status)):
            note(trouble)
        return exit_code_of(worst)

    ctx.exit(run_async(work()))


async def _follow(
    session: Session, batch_ids: tuple[str, ...], interval_s: float
) -> dict[str, Batch]:
    """Watch to the end with a line of progress; returns the final batches by id."""
    from batchtui.workflows.feed import Trouble
    from batchtui.workflows.watch import watch as watching

    last: dict[str, Batch] = {}
    progress = Progress()
    async for event in watching(session, batch_ids, interval_s=interval_s):
        if isinstance(event, Trouble):
            progress.done(f"{event.error}; asking again in {event.retry_in_s:.0f} s")
            continue
        last[event.id] = event
        if event.is_terminal:
            progress.done(progress_text(event))
        else:
            progress.show(progress_text(event))
    progress.clear()
    return last
