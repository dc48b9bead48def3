"""The options of an export, which every command that writes results shares."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

from batchtui.errors import UsageError

if TYPE_CHECKING:
    from batchtui.jsonl.export import Form, Wanted

F = TypeVar("F", bound=Callable[..., Any])


def export_options(command: F) -> F:
    """Adds the options of an export; the command gets them as `wanted`, see `jsonl.export`.

    Then, before anything is fetched: `form = form_of(wanted, output)`; after it, in a thread:
    `export(joined, out, wanted, form)` of `jsonl.export`.
    """

    def collect(
        form_name: str | None,
        paths: tuple[str, ...],
        merge_into: Path | None,
        column: str | None,
        raw_csv: bool,
        **given: Any,
    ) -> Any:
        from batchtui.jsonl.export import Form, Wanted

        wanted = Wanted(
            form=Form(form_name) if form_name else None,
            chosen=paths,
            into=merge_into,
            column=column,
            guard=not raw_csv,
        )
        return command(wanted=wanted, **given)

    collect.__name__ = command.__name__
    collect.__doc__ = command.__doc__
    collect.__click_params__ = getattr(command, "__click_params__", [])  # type: ignore[attr-defined]
    for option in reversed(_OPTIONS):
        collect = option(collect)
    return collect  # type: ignore[return-value]


_OPTIONS = (
    click.option(
        "--format",
        "form_name",
        type=click.Choice(["jsonl", "csv", "parquet", "answers"]),
        help="answers: ids and answers as JSONL. If left out, what the name OUT ends with.",
    ),
    click.option(
        "--path",
        "paths",
        multiple=True,
        metavar="[NAME=]PATH",
        help="Only custom_id and this: a JSON path into the result, as $.response.body.usage, into "
        "the request, as $request.body.model, or a word: outcome, answer, ... May be repeated.",
    ),
    click.option(
        "--merge-into",
        type=click.Path(path_type=Path, exists=True, dir_okay=False),
        metavar="SOURCE.csv",
        help="Write the rows of this file with the results in new columns.",
    ),
    click.option(
        "--column",
        metavar="ID",
        help="The column of SOURCE.csv with the custom_ids; else its rows are counted.",
    ),
    click.option(
        "--raw-csv", is_flag=True, help="Put no apostrophe before cells that spreadsheets run."
    ),
)


def form_of(wanted: Wanted, output: str) -> Form:
    """The form to write. Raises UsageError for options that do not go together."""
    form = wanted.form_of(output)
    if form == "parquet" and output == "-" and sys.stdout.isatty():
        raise UsageError("Parquet is nothing for a terminal", hint="give -o OUT.parquet")
    return form
