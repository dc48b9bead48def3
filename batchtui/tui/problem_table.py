"""The problems of an input file as a table, and the sentences about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final, NamedTuple

from batchtui.tui.cost_text import tokens
from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell, Span, Tone
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.jsonl.problems import Problem
    from batchtui.jsonl.validation import Validation


WAYS: Final = {
    "strip_bom": "remove",
    "drop_blank_lines": "remove",
    "set_method": "set POST",
    "set_url": "set url",
    "renumber_duplicates": "renumber",
    "remove_stream": "remove",
}
"""What each repair does, in a word."""


class Numbered(NamedTuple):
    """A problem and its place in the list, which is its identity."""

    place: int
    problem: Problem


def problem_table(*, id: str) -> RecordTable[Numbered]:  # noqa: A002
    columns: list[Column[Numbered]] = [
        Column("line", "LINE", 9, _line, right=True, keep=9, order=lambda n: n.problem.line),
        Column("code", "PROBLEM", 26, _code, keep=7, order=lambda n: n.problem.code),
        Column("what", "WHAT", 16, lambda n: n.problem.message, grow=True, keep=8),
        Column("way", "WAY OUT", 10, _way_out, keep=6),
    ]
    return RecordTable(columns, lambda numbered: str(numbered.place), id=id)


def numbered(validation: Validation) -> list[Numbered]:
    """Errors first, in file order each."""
    ranked = sorted(validation.problems, key=lambda each: each.severity != "error")
    return [Numbered(place, each) for place, each in enumerate(ranked)]


def verdict(validation: Validation) -> Cell:
    """One sentence: may this file be sent?"""
    requests = plural(validation.statistics.requests, "request")
    errors, warnings = validation.error_count, validation.warning_count
    more: list[Span] = []
    listed = len(validation.problems)
    if listed < errors + warnings:
        more = [(f"  the first {listed:,} are listed", "muted")]
    if errors:
        said = f"{glyphs().failed} {plural(errors, 'problem')}: the server would refuse this file"
        return [(said, "trouble"), *more]
    if warnings:
        said = f"{glyphs().done} {requests}, {plural(warnings, 'warning')}"
        return [(said, "success"), *more]
    return [(f"{glyphs().done} {requests}, nothing to object to", "success")]


def contents(validation: Validation) -> list[Span]:
    """Bytes and tokens of the file, estimated where they are."""
    statistics = validation.statistics
    return [(f"{size(statistics.size_bytes)}   ", "muted"), *tokens(statistics)]


def explained(row: Numbered) -> list[Span]:
    """The problem in full with what to do about it."""
    from batchtui.jsonl.problems import CODES

    code = CODES.get(row.problem.code)
    advice = f". {code.advice}" if code else ""
    return [(row.problem.message, ""), (advice, "muted")]


def _line(numbered: Numbered) -> Cell:
    line = numbered.problem.line
    return "file" if line is None else f"{line:,}"


def _code(numbered: Numbered) -> Cell:
    tone: Tone = "trouble" if numbered.problem.severity == "error" else ""
    return [(numbered.problem.code, tone)]


def _way_out(numbered: Numbered) -> Cell:
    repair = numbered.problem.repair
    if repair is not None:
        return [("f ", "accent"), (WAYS.get(repair, "fix"), "muted")]
    return [("e ", "accent"), ("edit", "muted")] if numbered.problem.line else ""
