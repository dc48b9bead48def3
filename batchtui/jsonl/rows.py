"""Rows with named cells, out of what people keep data in: CSV, JSON, JSONL, plain text.

Owns what a row is in each, and the place that an error about it names. Reads forward; memory is
that of one row.
"""

from __future__ import annotations

import enum
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final, NamedTuple

from batchtui.errors import InputError, UsageError
from batchtui.jsonl.glance import BOM
from batchtui.jsonl.json_array import ArrayReader
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.results import decode
from batchtui.jsonl.source import Source
from batchtui.jsonl.table import CsvTable

TEXT: Final = "text"
"""The column of a row that is one text: a line, or a string in JSON."""


class DataForm(enum.StrEnum):
    """What the rows are in; its value is the word for it."""

    CSV = "csv"
    JSON = "json"
    JSONL = "jsonl"
    TEXT = "text"


_SUFFIXES: Final = {
    ".csv": DataForm.CSV,
    ".tsv": DataForm.CSV,
    ".json": DataForm.JSON,
    ".jsonl": DataForm.JSONL,
    ".ndjson": DataForm.JSONL,
    ".txt": DataForm.TEXT,
}


class Row(NamedTuple):
    """`number` counts rows from 1; `line` is where it begins in the file, from 1."""

    number: int
    line: int
    cells: dict[str, Any]


def form_of(name: str, source: Source) -> DataForm:
    """What a file with this name holds, by its suffix, else by how it begins.

    Raises UsageError when neither says.
    """
    found = _SUFFIXES.get(Path(name.removesuffix(".gz")).suffix.lower())
    if found is not None:
        return found
    head = source.read(0, 4096).removeprefix(BOM).lstrip()
    if head.startswith(b"["):
        return DataForm.JSON
    if head.startswith(b"{"):
        return DataForm.JSONL
    raise UsageError(
        f"{name}: what it holds is not known", hint="say so: --from csv, json, jsonl or text"
    )


class RowReader:
    """The rows of `source`. `columns`: all that a row has, None where rows differ.

    `names`: those of a CSV file without a header. `done_bytes`: how far the file is read.
    """

    def __init__(
        self,
        source: Source,
        form: DataForm,
        *,
        names: Sequence[str] | None = None,
        delimiter: str | None = None,
    ) -> None:
        """Raises InputError for a CSV file whose header cannot be used."""
        self.source = source
        self.form = form
        self.columns: list[str] | None = [TEXT] if form is DataForm.TEXT else None
        self._lines_done = 0
        self._array = ArrayReader(source)
        self._table: CsvTable | None = None
        if form is DataForm.CSV:
            self._table = CsvTable(source, delimiter=delimiter, names=names)
            self.columns = self._table.header
            twice = {name for name in self.columns if self.columns.count(name) > 1}
            if twice:
                raise InputError(
                    f"{source.path}: two columns are called {min(twice)!r}",
                    hint="give each column its own name",
                )

    @property
    def done_bytes(self) -> int:
        if self._table is not None:
            return self._table.done_bytes
        return self._array.done_bytes if self.form is DataForm.JSON else self._lines_done

    def rows(self) -> Iterator[Row]:
        """Raises InputError, with the line, for what is no row."""
        found = self._values()
        return (Row(number, line, cells) for number, (line, cells) in enumerate(found, 1))

    def _values(self) -> Iterator[tuple[int, dict[str, Any]]]:
        if self._table is not None:
            header = self._table.header
            for line, row in self._table.rows():
                yield line, dict(zip(header, row, strict=True))
        elif self.form is DataForm.JSON:
            for line, value in self._array.items():
                yield line, self._cells(line, value)
        else:
            for line, raw in self._lines():
                yield line, self._of_line(line, raw)

    def _lines(self) -> Iterator[tuple[int, bytes]]:
        """Lines that are not blank, without their end."""
        number = 0
        for block in blocks(self.source):
            for raw in block.lines:
                number += 1
                if number == 1:
                    raw = raw.removeprefix(BOM)
                raw = raw.rstrip(b"\r\n")
                if raw.strip():
                    yield number, raw
            if block.left_out:
                raise self._fault(number, "the line is too long")
            self._lines_done = block.end

    def _of_line(self, line: int, raw: bytes) -> dict[str, Any]:
        try:
            text = raw.decode()
            if self.form is DataForm.TEXT:
                return {TEXT: text}
            value = decode(raw)
        except UnicodeDecodeError:
            raise self._fault(line, "not UTF-8") from None
        except (ValueError, RecursionError) as error:
            raise self._fault(line, f"no JSON: {error}") from None
        return self._cells(line, value)

    def _cells(self, line: int, value: Any) -> dict[str, Any]:
        if isinstance(value, dict):
            return value
        if isinstance(value, str):
            return {TEXT: value}
        raise self._fault(line, "a row is an object with columns, or a text")

    def _fault(self, line: int, message: str) -> InputError:
        return InputError(f"{self.source.path}: line {line}: {message}")
