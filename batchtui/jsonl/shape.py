"""What a file is that may be no JSON lines: a table, one document, plain text, nothing at all.

Told from the first bytes, so it is a guess about the rest, made where JSON lines are ruled out.
"""

from __future__ import annotations

import csv
import json
from pathlib import PurePath
from typing import Final, Literal, NamedTuple

from batchtui.jsonl.glance import BOM

Shape = Literal["lines", "empty", "blank", "table", "document", "array", "text", "binary"]
"""`lines`: JSON lines, or not known to be anything else. `array`: one JSON array on one line;
`document`: one JSON value over many lines. `blank`: nothing but white space."""

_DELIMITERS: Final = (",", "\t", ";", "|")
_TABLE_SUFFIXES: Final = frozenset({".csv", ".tsv", ".tab"})
_COMPARED_LINES: Final = 4
_OPENERS: Final = ("{", "[")


class Look(NamedTuple):
    """`columns` are the names in a table's first line; `is_array`: of a document."""

    shape: Shape
    columns: tuple[str, ...] = ()
    is_array: bool = False


LINES: Final = Look("lines")


def look_of(head: bytes, *, is_whole: bool, name: str) -> Look:
    """What the file called `name` is, that begins with `head`; `is_whole`: nothing follows it."""
    if not head and is_whole:
        return Look("empty")
    text = head.removeprefix(BOM).decode("utf-8", "replace")
    lines = text.split("\n")
    if not is_whole and len(lines) > 1:
        lines.pop()
    filled = [line.rstrip("\r") for line in lines if line.strip()]
    if not filled:
        return Look("blank" if is_whole else "lines")
    if "\0" in text or text.count("\ufffd") > len(text) // 10:
        return Look("binary")
    begins = filled[0].lstrip()
    if begins.startswith(_OPENERS):
        return _json(filled, begins, is_whole=is_whole)
    suffix = PurePath(name.lower().removesuffix(".gz")).suffix
    delimiter = _delimiter(filled[:_COMPARED_LINES])
    if delimiter is None and suffix not in _TABLE_SUFFIXES:
        return Look("text")
    return Look("table", _split(filled[0], delimiter or ","))


def _json(filled: list[str], begins: str, *, is_whole: bool) -> Look:
    is_array = begins.startswith("[")
    try:
        value = json.loads(filled[0])
    except (ValueError, RecursionError):
        goes_on = len(filled) > 1 and _goes_on(filled[0], filled[1])
        return Look("document", is_array=is_array) if goes_on else Look("lines")
    if is_whole and len(filled) == 1 and isinstance(value, list):
        return Look("array", is_array=True)
    return Look("lines")


def _goes_on(first: str, second: str) -> bool:
    """Whether a value that begins in one line goes on in the next, as printed for people."""
    return first.rstrip().endswith(("{", "[", ",")) and second.lstrip()[:1] in '"{[]}-0123456789tfn'


def _delimiter(lines: list[str]) -> str | None:
    """What stands equally often in each of several lines."""
    if len(lines) < 2:
        return None
    for each in _DELIMITERS:
        counts = {len(_split(line, each)) for line in lines}
        if len(counts) == 1 and counts != {1}:
            return each
    return None


def _split(line: str, delimiter: str) -> tuple[str, ...]:
    try:
        return tuple(next(csv.reader([line], delimiter=delimiter), ()))
    except csv.Error:
        return (line,)
