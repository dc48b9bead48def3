"""`batchtui run`: the whole main job without a terminal, from a JSONL to its results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import note, print_json
from batchtui.cli.sending import again_option, metadata_option, pairs, tell
from batchtui.cli.writing import new_file, written_to
from batchtui.errors import ExitCode

if TYPE_CHECKING:
    from batchtui.models.batch import Batch


@click.command(short_help="The whole main job: from a JSONL to its results.")
@click.argument("path", metavar="INPUT.jsonl", type=click.Path(path_type=Path))
@click.option(
    "-o", "--output", metavar="OUT", required=True, help="Results, in input order; - is stdout."
)
@click.option("--endpoint", metavar="PATH", help="In place of the one that the lines name.")
@click.option("--window", default="24h", show_default=True, help="Completion window.")
@metadata_option
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
    interval: float,
    anyway: bool,
    again: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Validate, upload, create, wait, download, and check that every request is answered.

    Run again, after an interruption or to get the results once more, it goes on with the batch
    that the same content made before; --again makes, and pays for, a new one.

    With --local it runs on a private gateway: no key, no server, no network.
    """
    from batchtui.cli.audit_text import audit_document, audit_exit_code, audit_note
    from batchtui.cli.batch_text import as_document, exit_code_of
    from batchtui.workflows.submit import Submission, submit

    submission = Submission(
        path,
        endpoint=endpoint,
        completion_window=window,
        metadata=pairs(metadata),
        anyway=anyway,
        again=again,
        adopt=True,
    )
    new_file(output, force=force)
    batch_id: str | None = None

    async def work() -> ExitCode:
        from batchtui.cli.batches import follow
        from batchtui.workflows.results import collect

        nonlocal batch_id
        async with connected(connection, private=True) as session:
            batch = await tell(str(path), submit(session, submission))
            batch_id = batch.id
            batch = (await follow(session, (batch.id,), interval))[batch.id]
            if not (batch.output_file_id or batch.error_file_id):
                _tell_failure(batch)
                if as_json:
                    print_json({"batch": as_document(batch)})
                return exit_code_of(batch) or ExitCode.SOME_FAILED
            with written_to(output) as out:
                collected = await collect(session, batch, out, input_path=path)
        audit_note(collected.audit)
        if as_json and output != "-":
            document = audit_document(collected.audit)
            print_json({"batch_id": batch.id, "output": output, **document})
        return audit_exit_code(collected.audit)

    try:
        ctx.exit(run_async(work()))
    except KeyboardInterrupt:
        if batch_id is not None and not connection.local:
            note(f"the batch goes on; batchtui batches results {batch_id} -o {output}")
        raise


def _tell_failure(batch: Batch) -> None:
    from batchtui.cli.batch_text import progress_text

    note(progress_text(batch))
    for error in batch.errors.data if batch.errors else ():
        where = f"line {error.line:,}: " if error.line is not None else ""
        note(f"  {where}{error.code or 'error'}: {error.message or ''}")
