"""A CSV file as a header and rows, read forward: what people keep their data in.

Owns the reading only: delimiters, quotes, line ends and encodings as they are met, and errors that
name the line. Memory is that of one row.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from typing import Final

from batchtui.errors import InputError
from batchtui.jsonl.glance import BOM
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.source import Source

MOST_CELL_CHARS: Final = 64_000_000
"""A longer cell is a quote that was left open."""

_DELIMITERS: Final = (",", ";", "\t", "|")
_UTF16: Final = (b"\xff\xfe", b"\xfe\xff")


class CsvTable:
    """`header`, `delimiter`, `line_end` and `has_bom` are known at once; `rows` reads the rest.

    `done_bytes`: how far the file is read.
    """

    def __init__(
        self,
        source: Source,
        *,
        delimiter: str | None = None,
        names: Sequence[str] | None = None,
    ) -> None:
        """`names`: the columns of a file that has no header.

        Raises InputError for a file with no header at all, or in another encoding.
        """
        self.source = source
        self.done_bytes = 0
        head = source.read(0, 64 * 1024)
        if head.startswith(_UTF16):
            raise self._fault("the file is UTF-16", "save it as UTF-8")
        self.has_bom = head.startswith(BOM)
        first = head.removeprefix(BOM).partition(b"\n")[0].decode("utf-8", "replace")
        self.delimiter = delimiter or max(_DELIMITERS, key=_unquoted(first).count)
        self.line_end = "\r\n" if first.endswith("\r") else "\n"
        self._line = 0
        csv.field_size_limit(MOST_CELL_CHARS)
        self._reader = csv.reader(self._lines(), delimiter=self.delimiter, strict=True)
        if names is not None:
            self.header = list(names)
            return
        found = self._next()
        if found is None:
            raise self._fault("the file is empty", "a CSV file has the names of its columns first")
        self.header = found[1]

    def place(self, column: str) -> int:
        """Where `column` is in a row, from 0. Raises InputError where there is no one such."""
        count = self.header.count(column)
        if count != 1:
            what = "no column" if not count else f"{count} columns called"
            raise self._fault(f"{what} {column!r}", f"columns: {', '.join(self.header)[:300]}")
        return self.header.index(column)

    def rows(self) -> Iterator[tuple[int, list[str]]]:
        """(number of the line that it begins on, cells) of each row; blank lines are none.

        Raises InputError for a row with more or fewer cells than the header, naming its line.
        """
        while (found := self._next()) is not None:
            line, row = found
            if len(row) != len(self.header):
                message = f"line {line}: {len(row)} cells, and the header has {len(self.header)}"
                raise self._fault(message, "quote a cell that has the delimiter in it")
            yield line, row

    def _next(self) -> tuple[int, list[str]] | None:
        while True:
            begins = self._line + 1
            try:
                row = next(self._reader, None)
            except csv.Error as error:
                hint = "is a quote left open, or a quote inside a cell not doubled?"
                raise self._fault(f"line {begins}: no CSV: {error}", hint) from None
            if row is None:
                return None
            if row:
                return begins, row

    def _lines(self) -> Iterator[str]:
        for block in blocks(self.source):
            for raw in block.lines:
                if not self._line:
                    raw = raw.removeprefix(BOM)
                self._line += 1
                try:
                    text = raw.decode()
                except UnicodeDecodeError:
                    hint = "save it as UTF-8, as `CSV UTF-8` of a spreadsheet"
                    raise self._fault(f"line {self._line} is not UTF-8", hint) from None
                yield text
            if block.left_out:
                raise self._fault(f"line {self._line} is too long", "is it CSV?")
            self.done_bytes = block.end

    def _fault(self, message: str, hint: str) -> InputError:
        return InputError(f"{self.source.path}: {message}", hint=hint)


def numbered_id(number: int) -> str:
    """The custom_id of row `number`, from 1, that has no id of its own."""
    return f"row-{number}"


def _unquoted(text: str) -> str:
    return "".join(text.split('"')[::2])
