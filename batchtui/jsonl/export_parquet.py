"""An export as Parquet, by pyarrow, which is an optional part of the installation.

The only place that knows pyarrow. A first pass over the records finds the type of each column: a
column whose values have none in common is text, with JSON for what is no text.
"""

from __future__ import annotations

import enum
from importlib import import_module
from pathlib import Path
from typing import Any, Final

from batchtui.errors import UsageError
from batchtui.jsonl.export import each_record
from batchtui.jsonl.export_columns import TEXT_WORDS, Column, Record
from batchtui.jsonl.export_csv import cell
from batchtui.jsonl.joined import Joined
from batchtui.jsonl.progress import Steps
from batchtui.jsonl.write import new_file

GROUP_ROWS: Final = 10_000
GROUP_CHARS: Final = 4_000_000
"""A group of rows is written when it has either."""

_INT64: Final = 2**63
_EXACT: Final = 2**53  # up to here every integer is a float64


class _Kind(enum.Enum):
    """What all values of a column so far can be stored as; None is stored as any."""

    NOTHING = enum.auto()
    BOOLEAN = enum.auto()
    INTEGER = enum.auto()
    NUMBER = enum.auto()
    VECTOR = enum.auto()
    TEXT = enum.auto()


def require() -> Any:
    """The module `pyarrow`. Raises UsageError, with what to install, where it is not."""
    try:
        import_module("pyarrow.parquet")
        return import_module("pyarrow")
    except ImportError:
        raise UsageError(
            "Parquet needs pyarrow, which is not installed",
            hint="pip install 'batchtui[parquet]'",
        ) from None


def write_parquet(joined: Joined, out: Path, columns: list[Column]) -> Steps[int]:
    """Write the records to `out`, a group of rows at a time; returns how many."""
    pyarrow = require()
    kinds = [_Kind.TEXT if each.name in TEXT_WORDS else _Kind.NOTHING for each in columns]

    def look(record: Record) -> int:
        for at, column in enumerate(columns):
            if kinds[at] is not _Kind.TEXT:
                kinds[at] = _common(kinds[at], column.pick(record))
        return 0

    yield from each_record(joined, look)
    fields = [(each.name, _type(pyarrow, kind)) for each, kind in zip(columns, kinds, strict=True)]
    schema = pyarrow.schema(fields)
    with (
        new_file(out) as file,
        pyarrow.parquet.ParquetWriter(file, schema, compression="zstd") as writer,
    ):
        group = _Group(pyarrow, schema, writer, len(columns))

        def write(record: Record) -> int:
            values = (column.pick(record) for column in columns)
            group.add([_stored(value, kind) for value, kind in zip(values, kinds, strict=True)])
            return 1

        count = yield from each_record(joined, write)
        group.flush()
    return count


class _Group:
    """Rows that are not written yet."""

    def __init__(self, pyarrow: Any, schema: Any, writer: Any, width: int) -> None:
        self._pyarrow = pyarrow
        self._schema = schema
        self._writer = writer
        self._columns: list[list[Any]] = [[] for _ in range(width)]
        self._chars = 0

    def add(self, row: list[Any]) -> None:
        for values, value in zip(self._columns, row, strict=True):
            values.append(value)
            if isinstance(value, str | list):
                self._chars += len(value)
        if len(self._columns[0]) >= GROUP_ROWS or self._chars >= GROUP_CHARS:
            self.flush()

    def flush(self) -> None:
        arrays = [
            self._pyarrow.array(values, type=field.type)
            for values, field in zip(self._columns, self._schema, strict=True)
        ]
        self._writer.write_batch(self._pyarrow.record_batch(arrays, schema=self._schema))
        for values in self._columns:
            values.clear()
        self._chars = 0


def _common(kind: _Kind, value: Any) -> _Kind:
    if value is None:
        return kind
    found = _kind_of(value)
    if kind in (_Kind.NOTHING, found):
        return found
    return _Kind.NUMBER if {kind, found} == {_Kind.INTEGER, _Kind.NUMBER} else _Kind.TEXT


def _kind_of(value: Any) -> _Kind:
    if isinstance(value, bool):
        return _Kind.BOOLEAN
    if isinstance(value, int) and -_INT64 <= value < _INT64:
        return _Kind.INTEGER
    if isinstance(value, float):
        return _Kind.NUMBER
    if isinstance(value, list) and value and all(map(_is_number, value)):
        return _Kind.VECTOR
    return _Kind.TEXT


def _is_number(value: Any) -> bool:
    return type(value) is float or (type(value) is int and abs(value) < _EXACT)


def _type(pyarrow: Any, kind: _Kind) -> Any:
    if kind is _Kind.BOOLEAN:
        return pyarrow.bool_()
    if kind is _Kind.INTEGER:
        return pyarrow.int64()
    if kind is _Kind.NUMBER:
        return pyarrow.float64()
    return pyarrow.list_(pyarrow.float64()) if kind is _Kind.VECTOR else pyarrow.string()


def _stored(value: Any, kind: _Kind) -> Any:
    if value is None or kind is not _Kind.TEXT:
        return float(value) if kind is _Kind.NUMBER and value is not None else value
    return cell(value).encode("utf-8", "backslashreplace").decode()
