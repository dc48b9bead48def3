"""The columns of the file browser, and what each says of an entry. Pure functions."""

from __future__ import annotations

from batchtui.tui.entries import Entry
from batchtui.tui.figures import count, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.not_requests import is_named_as_lines, word
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell


def entry_columns() -> list[Column[Entry]]:
    return [
        Column("name", "NAME", 20, _name, grow=True, is_name=True, keep=9, order=_by_name),
        Column("lines", "LINES", 8, _lines, right=True, keep=7, order=lambda e: e.lines),
        Column("size", "SIZE", 9, _size, right=True, keep=8, order=lambda e: e.size_bytes),
        Column("endpoint", "ENDPOINT", 17, _endpoint, keep=6, order=lambda e: e.endpoint),
        Column("model", "MODEL", 13, lambda e: e.model or "", keep=5, order=lambda e: e.model),
    ]


def _by_name(entry: Entry) -> tuple[bool, bool, str]:
    return (entry.name != "..", not entry.is_dir, entry.name.casefold())


def _name(entry: Entry) -> Cell:
    if entry.is_dir:
        return [(f"{entry.name}/", "accent")]
    return [(entry.name, "" if entry.kind != "other" else "muted")]


def _lines(entry: Entry) -> Cell:
    return f"{entry.lines:,}" if entry.lines is not None else ""


def _size(entry: Entry) -> Cell:
    return "" if entry.size_bytes is None else size(entry.size_bytes)


def _endpoint(entry: Entry) -> Cell:
    if entry.trouble:
        return [(f"{glyphs().failed} {entry.trouble}", "trouble")]
    if entry.problems:
        noun = "problem" if entry.problems == 1 else "problems"
        return [(f"{glyphs().failed} {count(entry.problems)} {noun}", "trouble")]
    if entry.kind == "results":
        return [("results", "muted")]
    if entry.shape is not None:
        said = word(entry.shape, entry.name)
        if entry.shape != "lines" and is_named_as_lines(entry.name):
            return [(f"{glyphs().failed} {said}", "trouble")]
        return [(said, "muted")]
    return (entry.endpoint or "").removeprefix("/v1/")
