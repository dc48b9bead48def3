"""The CSV that the requests were made from, with columns of the results added to its rows.

Owns which record belongs to which row. The cells of the source stay as they are; rows keep their
order, and a row without a request gets empty cells.
"""

from __future__ import annotations

from pathlib import Path

from batchtui.errors import InputError
from batchtui.jsonl.export_columns import Column, Record, custom_ids, key_of
from batchtui.jsonl.export_csv import CsvWriter
from batchtui.jsonl.glance import BOM
from batchtui.jsonl.ids import NO_ID, IdTable
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.source import opened
from batchtui.jsonl.table import CsvTable, numbered_id
from batchtui.jsonl.write import new_file

_STEP_ROWS = 4096


def merge_into(
    joined: Joined,
    source: Path,
    column: str | None,
    out: Path,
    columns: list[Column],
    *,
    guard: bool = True,
) -> Steps[int]:
    """Write `source` with `columns` to `out`; returns the number of rows that have a record.

    `column` has the custom_ids; None: they are the numbers of the rows, as `prepare` gives them.
    Raises InputError for a file that is no CSV, has no such column, or has one of `columns`
    already, and when no row belongs to any record: then the column is the wrong one.
    """
    ids = yield from custom_ids(joined)
    with (yield from opened(source)) as opened_source, new_file(out) as file:
        table = CsvTable(opened_source)
        for each in columns:
            if each.name in table.header:
                raise InputError(
                    f"{source} has a column {each.name!r} already",
                    hint="name the new one: --path NAME=answer",
                )
        key = None if column is None else table.place(column)
        if table.has_bom:
            file.write(BOM)
        writer = CsvWriter(file, delimiter=table.delimiter, end=table.line_end, guard=guard)
        writer.row([], kept=[*table.header, *(each.name for each in columns)])
        matched = since = number = 0
        for number, (_, row) in enumerate(table.rows(), 1):
            custom_id = numbered_id(number) if key is None else row[key]
            record = _found(joined, ids, custom_id)
            matched += record is not None
            added = [each.pick(record) if record is not None else None for each in columns]
            writer.row(added, kept=row)
            if (since := since + 1) % _STEP_ROWS == 0:
                yield Progress(table.done_bytes, opened_source.size_bytes)
        if number and len(joined) and not matched:
            what = "the number of a row" if column is None else f"in the column {column!r}"
            raise InputError(
                f"{source}: no custom_id of the results is {what}",
                hint="give the column that the custom_ids were made from: --column NAME",
            )
    return matched


def _found(joined: Joined, ids: IdTable, custom_id: str) -> Record | None:
    (index,) = ids.find([key_of(custom_id)])
    if index == NO_ID:
        return None
    record = Record(joined, index)
    return record if record.custom_id == custom_id else None  # the table knows hashes only
