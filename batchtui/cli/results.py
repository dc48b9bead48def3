"""`batchtui batches results`: the results of a batch, in the form that somebody wants."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.exporting import export_options, form_of
from batchtui.cli.options import Connection, connected, connection_options, json_option, run_async
from batchtui.cli.output import Progress, note, print_json, size
from batchtui.cli.writing import new_file, written_to
from batchtui.errors import ExitCode, InputError

if TYPE_CHECKING:
    from batchtui.jsonl.export import Form, Wanted
    from batchtui.models.batch import Batch
    from batchtui.workflows.results import Collected
    from batchtui.workflows.session import Session


@click.command(
    "results",
    epilog=examples(
        'batchtui batches results "$id" -o results.csv',
        'batchtui batches results "$id" --format answers',
        "batchtui batches results \"$id\" --path answer --path 'usage=$.response.body.usage'",
        'batchtui batches results "$id" --merge-into data.csv --column id -o merged.csv',
    ),
)
@click.argument("batch_id")
@click.option(
    "-o", "--output", type=FILE, metavar="OUT", default="-", help="Where to; - is stdout."
)
@click.option(
    "--input",
    "input_path",
    type=click.Path(path_type=Path, exists=True),
    metavar="FILE",
    help="The input file, when the server does not give it back.",
)
@click.option(
    "--with-retries", is_flag=True, help="The best answer of each request over all retries."
)
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@export_options
@json_option
@connection_options
@click.pass_context
def results(
    ctx: click.Context,
    connection: Connection,
    batch_id: str,
    output: str,
    input_path: Path | None,
    with_retries: bool,
    force: bool,
    wanted: Wanted,
    as_json: bool,
) -> None:
    """Write all results, answers and errors together, in input order."""
    from batchtui.cli.audit_text import audit_document, audit_exit_code, audit_note

    new_file(output, force=force)
    form = form_of(wanted, output)

    async def work() -> ExitCode:
        async with connected(connection) as session:
            batch, collected = await _collected(
                session, batch_id, output, input_path, wanted, form, with_retries=with_retries
            )
        if collected.files.input_trouble:
            note(f"not in input order: {collected.files.input_trouble}")
        if wanted.into is not None:
            note(f"{collected.lines:,} rows of {wanted.into} have a result")
        if as_json and output != "-":
            document = {"batch_id": batch.id, "output": output, "format": form}
            print_json({**document, **audit_document(collected.audit)})
        else:
            audit_note(collected.audit)
        return audit_exit_code(collected.audit)

    ctx.exit(run_async(work()))


async def _collected(
    session: Session,
    batch_id: str,
    output: str,
    input_path: Path | None,
    wanted: Wanted,
    form: Form,
    *,
    with_retries: bool,
) -> tuple[Batch, Collected]:
    from batchtui.cli.batch_text import no_results
    from batchtui.jsonl.export import export
    from batchtui.workflows.batches import full_id, retrieve
    from batchtui.workflows.lineage import told
    from batchtui.workflows.results import collect
    from batchtui.workflows.retrying import collect_best

    batch = await retrieve(session, await full_id(session, batch_id))
    if not (batch.output_file_id or batch.error_file_id or with_retries):
        raise InputError(no_results(batch), hint=_what_then(batch))
    progress = Progress()
    try:
        if with_retries and (own := told(batch)) is not None:
            note(f"{batch.id} is itself a retry, of {own.of_batch_id}: that one has all")
        with written_to(output) as out:
            return batch, await (collect_best if with_retries else collect)(
                session,
                batch,
                out,
                input_path=input_path,
                on_progress=lambda which, done, total: progress.show(
                    f"{which}  {size(done)} of {size(total)}"
                ),
                write=lambda joined, place: export(joined, place, wanted, form),
            )
    finally:
        progress.clear()


def _what_then(batch: Batch) -> str:
    command = "show" if batch.is_terminal else "watch"
    return f"batchtui batches {command} {batch.id}"
