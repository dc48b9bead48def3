"""Joined results written in the form that somebody wants: JSONL, CSV, Parquet, answers only.

Every request of the input is in an export, whatever became of it, except where only answers were
asked for. Streaming, and whole or not at all: see `write`.
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from batchtui.errors import UsageError
from batchtui.jsonl.export_columns import (
    Column,
    Record,
    as_json,
    bytes_of,
    columns_of,
    records,
)
from batchtui.jsonl.export_csv import CsvWriter
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.outcomes import ANSWERED
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import CHUNK_BYTES
from batchtui.jsonl.write import merge_in_input_order, new_file


class Form(enum.StrEnum):
    """How an export is written; its value is the word for it, and mostly its suffix."""

    JSONL = "jsonl"
    CSV = "csv"
    PARQUET = "parquet"
    ANSWERS = "answers"


@dataclass(frozen=True, slots=True)
class Wanted:
    """What to export. `form` None: what the suffix of the file says, else JSONL.

    `chosen`: words and JSON paths, see `export_columns`; none: result lines as the server wrote
    them for JSONL, all words for CSV and Parquet. `into`: a CSV file to add the columns to, by
    `column`; None: by row, as `prepare` numbers them. `guard`: see `export_csv`.
    """

    form: Form | None = None
    chosen: Sequence[str] = ()
    into: Path | None = None
    column: str | None = None
    guard: bool = True

    def form_of(self, out: str) -> Form:
        """Raises UsageError for options that do not go together."""
        form = self.form
        if form is None:
            suffix = out.rpartition(".")[2].lower()
            form = Form(suffix) if suffix in (Form.CSV, Form.PARQUET) else Form.JSONL
            form = Form.CSV if self.into is not None else form
        if self.into is not None and form is not Form.CSV:
            raise UsageError(f"a CSV file with columns added is CSV, and not {form}")
        if self.column is not None and self.into is None:
            raise UsageError("--column names a column of the file that --merge-into gives")
        if self.chosen and form is Form.ANSWERS:
            raise UsageError("answers only, or chosen paths: not both")
        columns_of(self.chosen)
        if form is Form.PARQUET:
            from batchtui.jsonl.export_parquet import require

            require()
        return form


def export(joined: Joined, out: Path, wanted: Wanted, form: Form) -> Steps[int]:
    """Write `joined` to `out`; returns the number of records, or rows, written.

    `form`: what `wanted.form_of` says of the name the user gave. Raises InputError for a file that
    cannot be read or written, UsageError for what is wanted in vain.
    """
    columns = columns_of(wanted.chosen)
    if wanted.into is not None:
        from batchtui.jsonl.export_into import merge_into

        return (
            yield from merge_into(
                joined,
                wanted.into,
                wanted.column,
                out,
                columns_of(wanted.chosen or ("outcome", "answer", "message")),
                guard=wanted.guard,
            )
        )
    if form is Form.PARQUET:
        from batchtui.jsonl.export_parquet import write_parquet

        return (yield from write_parquet(joined, out, with_id(columns)))
    if form is Form.CSV:
        return (yield from _write_csv(joined, out, with_id(columns), wanted.guard))
    if form is Form.ANSWERS:
        return (yield from _write_objects(joined, out, columns_of(("custom_id", "answer")), True))
    if wanted.chosen:
        return (yield from _write_objects(joined, out, with_id(columns), False))
    return (yield from merge_in_input_order(joined, out))


def with_id(columns: list[Column]) -> list[Column]:
    """With custom_id before them, unless it is among them."""
    if any(column.name == "custom_id" for column in columns):
        return columns
    return [*columns_of(["custom_id"]), *columns]


def _write_csv(joined: Joined, out: Path, columns: list[Column], guard: bool) -> Steps[int]:
    with new_file(out) as file:
        writer = CsvWriter(file, guard=guard)
        writer.row([], kept=[column.name for column in columns])

        def write(record: Record) -> int:
            writer.row([column.pick(record) for column in columns])
            return 1

        return (yield from each_record(joined, write))


def _write_objects(
    joined: Joined, out: Path, columns: list[Column], answered_only: bool
) -> Steps[int]:
    with new_file(out) as file:

        def write(record: Record) -> int:
            if answered_only and record.outcome not in ANSWERED:
                return 0
            fields = {column.name: column.pick(record) for column in columns}
            file.write(as_json(fields).encode() + b"\n")
            return 1

        return (yield from each_record(joined, write))


def each_record(joined: Joined, work: Callable[[Record], int]) -> Steps[int]:
    """Run `work` on each record; returns the sum of what it returns."""
    total = sum(source.size_bytes for source in joined.result_sources)
    count = done = since = 0
    for record in records(joined):
        count += work(record)
        since += bytes_of(joined, record) + 256
        if since >= CHUNK_BYTES:
            done, since = done + since, 0
            yield Progress(min(done, total), total)
    return count
