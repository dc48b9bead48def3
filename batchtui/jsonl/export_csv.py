"""Rows of an export as CSV: UTF-8, `\\n` at the end of each row, quotes where they are needed.

A spreadsheet runs a cell that begins with `=` and its like: a text from a model that does gets an
apostrophe before it. Source: OWASP, CSV Injection.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Sequence
from typing import Any, BinaryIO, Final

from batchtui.jsonl.export_columns import as_json

_STEERS: Final = re.compile(r"[=+\-@\t\r\n＝＋－＠]")
_NUMBER: Final = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?")


class CsvWriter:
    """Writes rows to a binary file. `guard`: put an apostrophe before what a spreadsheet runs."""

    def __init__(
        self, file: BinaryIO, *, delimiter: str = ",", end: str = "\n", guard: bool = True
    ) -> None:
        self._file = file
        self._end = end
        self._guard = guard
        # The library quotes a lone \r or \n only if both are in its line end; `write` puts ours.
        self._writer = csv.writer(self, delimiter=delimiter, lineterminator="\r\n")

    def write(self, row: str) -> None:
        """What the library's writer calls, once a row."""
        text = row.removesuffix("\r\n") + self._end
        self._file.write(text.encode("utf-8", "backslashreplace"))

    def row(self, values: Sequence[Any], *, kept: Sequence[str] = ()) -> None:
        """`kept`: cells that come first, as they are; `values`: of an export."""
        self._writer.writerow([*kept, *(self._cell(value) for value in values)])

    def _cell(self, value: Any) -> str:
        text = cell(value)
        if self._guard and isinstance(value, str) and _is_risky(text):
            return f"'{text}"
        return text


def cell(value: Any) -> str:
    """A text as it is, nothing for None, and JSON for all else."""
    if value is None:
        return ""
    return value if isinstance(value, str) else as_json(value)


def _is_risky(text: str) -> bool:
    return bool(_STEERS.match(text)) and not _NUMBER.fullmatch(text)
