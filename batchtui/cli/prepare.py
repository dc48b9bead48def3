"""`batchtui prepare`: a batch file out of a CSV, JSON, JSONL or text file, by a template."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.options import json_option
from batchtui.cli.output import note, print_json, size
from batchtui.cli.reading import read_from, worked
from batchtui.cli.writing import new_file, written_to
from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.jsonl.prepare import Prepared

FAULTS_SHOWN: Final = 20


@click.command(
    short_help="A batch file out of CSV, JSON, JSONL or text.",
    epilog=examples(
        "batchtui prepare data.csv -o new.jsonl --model gpt-4o-mini --prompt 'Translate: {text}'",
        "batchtui prepare data.csv --id-column id --model m --prompt '{text}' --set max_tokens=50",
        "batchtui prepare data.json --endpoint embeddings --model m --prompt '{text}' -o vec.jsonl",
        "cat notes.txt | batchtui prepare - --from text --model m --system 'Be brief.' > in2.jsonl",
    ),
)
@click.argument("source", metavar="FILE|-", type=FILE)
@click.option(
    "-o", "--output", type=FILE, metavar="OUT", default="-", help="Where to; - is stdout."
)
@click.option("--model", required=True, metavar="NAME", help="May be a template too: '{model}'.")
@click.option("--prompt", metavar="TEMPLATE", help="What to ask; {name} stands for a column.")
@click.option("--system", metavar="TEMPLATE", help="A system prompt before it.")
@click.option(
    "--endpoint",
    metavar="WORD|PATH",
    default="chat",
    show_default=True,
    help="chat, responses, completions, embeddings, or the path of one.",
)
@click.option(
    "--set",
    "fields",
    multiple=True,
    metavar="KEY=VALUE",
    help="A field of the body, as max_tokens=50 or metadata.id={id}; JSON or a template.",
)
@click.option("--id-column", metavar="COLUMN", help="The column with the custom_ids.")
@click.option(
    "--ids",
    type=click.Choice(["numbered", "hash"]),
    default="numbered",
    show_default=True,
    help="Without a column: row-1, row-2, ..., or a hash of the body.",
)
@click.option(
    "--from",
    "form_name",
    type=click.Choice(["csv", "json", "jsonl", "text"]),
    help="What FILE holds, when its name does not say.",
)
@click.option("--columns", metavar="A,B,...", help="The columns of a CSV file without a header.")
@click.option("--delimiter", metavar="CHAR", help="Of a CSV file, when it is not found out.")
@click.option("--skip-faulty", is_flag=True, help="Leave out rows that make no request.")
@click.option("--force", is_flag=True, help="Replace OUT when it exists.")
@json_option
def prepare(
    source: str,
    output: str,
    model: str,
    prompt: str | None,
    system: str | None,
    endpoint: str,
    fields: tuple[str, ...],
    id_column: str | None,
    ids: str,
    form_name: str | None,
    columns: str | None,
    delimiter: str | None,
    skip_faulty: bool,
    force: bool,
    as_json: bool,
) -> None:
    """Make a request of each row: of a CSV line, an object in JSON or JSONL, or a line of text.

    The same file makes the same custom_ids again, so that `batches results --merge-into` finds the
    row of each answer. Rows that make no request are told with row and column, and nothing is
    written.
    """
    from batchtui.jsonl.prepare import FaultyRowsError, Ids, Recipe
    from batchtui.jsonl.prepare import prepare as preparing
    from batchtui.jsonl.rows import DataForm

    if delimiter is not None and len(delimiter) != 1:
        raise UsageError(f"--delimiter is one character, not {delimiter!r}")
    new_file(output, force=force)
    recipe = Recipe(
        model=model,
        prompt=prompt,
        endpoint=endpoint,
        system=system,
        fields=dict(_field(each) for each in fields),
        id_column=id_column,
        ids=Ids(ids),
        form=DataForm(form_name) if form_name else None,
        columns=columns.split(",") if columns is not None else None,
        delimiter=delimiter,
        skip_faulty=skip_faulty,
    )
    with read_from(source) as path, written_to(output) as out:
        try:
            prepared = worked(preparing(path, out, recipe), "preparing")
        except FaultyRowsError as error:
            _tell_faults(source, error.prepared)
            raise
    _tell_faults(source, prepared)
    if as_json and output != "-":
        print_json(document(output, prepared))
        return
    note(
        f"{prepared.requests:,} requests, {size(prepared.size_bytes)}, "
        f"about {prepared.tokens:,} prompt tokens"
    )


def document(output: str, prepared: Prepared) -> dict[str, Any]:
    return {
        "output": output,
        "requests": prepared.requests,
        "size_bytes": prepared.size_bytes,
        "estimated_input_tokens": prepared.tokens,
        "faulty": prepared.faulty,
        "faults": [
            {
                "row": fault.row,
                "line": fault.line,
                "column": fault.column,
                "message": fault.message,
            }
            for fault in prepared.faults
        ],
    }


def _tell_faults(source: str, prepared: Prepared) -> None:
    for fault in prepared.faults[:FAULTS_SHOWN]:
        where = f", column {fault.column!r}" if fault.column is not None else ""
        note(f"{source}:{fault.line}: row {fault.row:,}{where}: {fault.message}")
    hidden = prepared.faulty - min(len(prepared.faults), FAULTS_SHOWN)
    if hidden > 0:
        note(f"{source}: {hidden:,} more rows make no request")


def _field(given: str) -> tuple[str, Any]:
    key, equals, value = given.partition("=")
    if not equals or not all(key.split(".")):
        raise UsageError(f"--set {given}: not KEY=VALUE")
    try:
        return key, json.loads(value)
    except ValueError:
        return key, value
