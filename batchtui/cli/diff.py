"""`batchtui diff`: two results compared, request by request."""

from __future__ import annotations

import json
import shutil
import sys
from contextlib import ExitStack
from typing import TYPE_CHECKING, Any, Final

import click

from batchtui.cli.completing import FILE
from batchtui.cli.examples import examples
from batchtui.cli.narrowing import GAP
from batchtui.cli.options import json_option
from batchtui.cli.output import SCHEMA_VERSION, note, print_table
from batchtui.cli.reading import STDIN, read_from, worked
from batchtui.errors import InputError, UsageError
from batchtui.visible import shortened, visible, visible_lines

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from batchtui.jsonl.diff import Diff, Pair
    from batchtui.jsonl.export_columns import Record
    from batchtui.jsonl.joined import Joined

_HEADER: Final = ("CHANGE", "CUSTOM_ID", "A", "B", "ANSWER A", "ANSWER B")
_LEAST_CHARS: Final = 12


@click.command(
    short_help="Two results by custom_id: same, changed, in one only.",
    epilog=examples(
        "batchtui diff out.jsonl other.jsonl",
        "batchtui diff out.jsonl other.jsonl --words",
        "batchtui diff out.jsonl other.jsonl --json",
    ),
)
@click.argument("a", metavar="A", type=FILE)
@click.argument("b", metavar="B", type=FILE)
@click.option("--all", "every", is_flag=True, help="List what is the same too.")
@click.option("--words", is_flag=True, help="Show what changed in each answer, word by word.")
@json_option
def diff(a: str, b: str, every: bool, words: bool, as_json: bool) -> None:
    """Compare two result files. What is listed is what differs, with both outcomes and answers."""
    if a == b == STDIN:
        raise UsageError("stdin can be one of the two only")
    from batchtui.jsonl.diff import CHANGES, Change
    from batchtui.jsonl.diff import diff as comparing
    from batchtui.jsonl.join import join

    wanted = CHANGES if every else [each for each in CHANGES if each is not Change.SAME]
    with ExitStack() as stack:
        first, second = (
            stack.enter_context(worked(join(None, [path]), "reading"))
            for path in [stack.enter_context(read_from(each)) for each in (a, b)]
        )
        for name, joined in ((a, first), (b, second)):
            _check_holds_results(name, joined)
        found = worked(comparing(first, second), "comparing")
        if as_json:
            _print_document(found, found.pairs(wanted))
        elif words:
            _print_words(found.pairs(wanted))
            note(_summary(found))
        else:
            _print_rows(found.pairs(wanted))
            note(_summary(found))


def _check_holds_results(name: str, joined: Joined) -> None:
    """Raises InputError: nothing compared with nothing would look like an answer."""
    from batchtui.jsonl.outcomes import Outcome

    if joined.counts.keys() <= {Outcome.UNREADABLE}:
        raise InputError(
            f"{name} holds no results",
            hint="compare two files of results, as batchtui run and batches results write them",
        )


def _print_rows(pairs: Iterator[Pair]) -> None:
    """A portion at a time: a table of a million rows is not laid out whole.

    In a pipe the answers are whole; on a terminal they share what the other columns leave.
    """
    from itertools import islice

    width = shutil.get_terminal_size().columns if sys.stdout.isatty() else None
    while rows := [_row(pair) for pair in islice(pairs, 1000)]:
        print_table(_HEADER, rows if width is None else _narrowed(rows, width))


def _narrowed(rows: Sequence[tuple[str, ...]], width: int) -> list[tuple[str, ...]]:
    fixed = [max(len(row[column]) for row in (_HEADER, *rows)) for column in range(4)]
    fixed[1] = min(fixed[1], max(width // 4, _LEAST_CHARS))
    room = max((width - sum(fixed) - GAP * 5) // 2, _LEAST_CHARS)
    return [
        (row[0], shortened(row[1], fixed[1]), *row[2:4], *(shortened(x, room) for x in row[4:]))
        for row in rows
    ]


def _print_words(pairs: Iterator[Pair]) -> None:
    """As `git diff --word-diff=plain`: [-gone-] and {+new+}."""
    from batchtui.jsonl.word_diff import word_diff

    marks = {"same": "{}", "gone": "[-{}-]", "new": "{{+{}+}}"}
    for pair in pairs:
        click.echo(f"{pair.change} {visible(pair.custom_id or '-')}")
        pieces = word_diff(_said(pair.a), _said(pair.b))
        text = "".join(marks[kind].format(text) for kind, text in pieces)
        for line in visible_lines(text):
            click.echo(f"  {line}")


def _row(pair: Pair) -> tuple[str, ...]:
    outcomes = (str(each.outcome) if each is not None else "-" for each in (pair.a, pair.b))
    answers = (_said(each) for each in (pair.a, pair.b))
    return (pair.change, pair.custom_id or "-", *outcomes, *answers)


def _said(record: Record | None) -> str:
    if record is None:
        return ""
    from batchtui.jsonl.export_csv import cell

    return cell(record.answer) or record.result.message or ""


def _summary(found: Diff) -> str:
    from batchtui.jsonl.diff import Change

    counts = found.counts
    words = (
        (Change.SAME, "the same"),
        (Change.CHANGED, "changed"),
        (Change.ONLY_A, "only in A"),
        (Change.ONLY_B, "only in B"),
    )
    text = ", ".join(f"{counts[change]:,} {word}" for change, word in words)
    moves = (f"{n:,} {a} -> {b}" for (a, b), n in sorted(found.outcome_changes.items()))
    return "; ".join([text, *moves])


def _print_document(found: Diff, pairs: Iterator[Pair]) -> None:
    """One JSON document, written as it is found: a million requests need no memory."""
    head = {
        "schema_version": SCHEMA_VERSION,
        "counts": {str(change): count for change, count in found.counts.items()},
        "outcome_changes": [
            {"a": str(a), "b": str(b), "count": count}
            for (a, b), count in sorted(found.outcome_changes.items())
        ],
    }
    click.echo(f'{json.dumps(head, indent=2)[:-2]},\n  "data": [', nl=False)
    separator = ""
    for pair in pairs:
        click.echo(f"{separator}\n    {json.dumps(document(pair))}", nl=False)
        separator = ","
    click.echo("\n  ]\n}")


def document(pair: Pair) -> dict[str, Any]:
    return {
        "custom_id": pair.custom_id,
        "change": str(pair.change),
        "a": _side(pair.a),
        "b": _side(pair.b),
    }


def _side(record: Record | None) -> dict[str, Any] | None:
    if record is None:
        return None
    return {
        "outcome": str(record.outcome),
        "answer": record.answer,
        "code": record.result.code,
        "message": record.result.message,
    }
