"""The problems of an input file as a table, and the sentences about them."""

from __future__ import annotations

from typing import TYPE_CHECKING, NamedTuple

from batchtui.tui.figures import plural, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.columns import Column
from batchtui.tui.widgets.spans import Cell, Span, Tone
from batchtui.tui.widgets.table import RecordTable

if TYPE_CHECKING:
    from batchtui.jsonl.problems import Problem
    from batchtui.jsonl.validation import Validation


class Numbered(NamedTuple):
    """A problem and its place in the list, which is its identity."""

    place: int
    problem: Problem


def problem_table(*, id: str) -> RecordTable[Numbered]:  # noqa: A002
    columns: list[Column[Numbered]] = [
        Column("line", "LINE", 9, _line, right=True, keep=9, order=lambda n: n.problem.line),
        Column("code", "PROBLEM", 26, _code, keep=7, order=lambda n: n.problem.code),
        Column("what", "WHAT", 20, lambda n: n.problem.message, grow=True, keep=8),
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
    """Tokens and bytes of the file, estimated where they are."""
    statistics = validation.statistics
    pieces: list[Span] = [(f"{size(statistics.size_bytes)}   ", "muted")]
    if statistics.estimated_input_tokens:
        tokens = f"about {statistics.estimated_input_tokens:,} tokens in"
        pieces.append((tokens, "muted"))
        if statistics.max_output_tokens and not statistics.uncapped_requests:
            pieces.append((f", at most {statistics.max_output_tokens:,} out", "muted"))
    return pieces


def explained(row: Numbered | None, validation: Validation) -> list[Span]:
    """The problem in full with what to do about it; with no problem, what the file holds."""
    if row is None:
        return contents(validation)
    from batchtui.jsonl.problems import CODES

    code = CODES.get(row.problem.code)
    advice = f"   {code.advice}" if code else ""
    return [(row.problem.message, ""), (advice, "muted")]


def _line(numbered: Numbered) -> Cell:
    line = numbered.problem.line
    return "file" if line is None else f"{line:,}"


def _code(numbered: Numbered) -> Cell:
    tone: Tone = "trouble" if numbered.problem.severity == "error" else ""
    return [(numbered.problem.code, tone)]
