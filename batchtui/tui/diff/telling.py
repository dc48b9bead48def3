"""A request that changed, as lines: the old answer and the new, what differs marked in both.

Pure functions. What went is in `[-...-]`, what came in `{+...+}`: colour alone never says it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Final

from batchtui.jsonl.diff import Change, Pair
from batchtui.jsonl.outcomes import ANSWERED
from batchtui.jsonl.word_diff import Kind, Piece, word_diff
from batchtui.tui.glyphs import glyphs
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.widgets.spans import Cell, Span, Tone

if TYPE_CHECKING:
    from batchtui.jsonl.export_columns import Record

WORDS: Final = {
    Change.SAME: "same",
    Change.CHANGED: "changed",
    Change.ONLY_A: "only in A",
    Change.ONLY_B: "only in B",
}
LINES_AROUND: Final = 4
"""Lines that are the same before and after a change; of more, the middle is left out."""
MOST_CHARS: Final = 64_000
"""Of an answer, compared and shown at most."""


def sign(change: Change) -> tuple[str, Tone]:
    signs = glyphs()
    known: dict[Change, tuple[str, Tone]] = {
        Change.SAME: (signs.unknown, "muted"),
        Change.CHANGED: (signs.partly, "accent"),
        Change.ONLY_A: ("-", "trouble"),
        Change.ONLY_B: ("+", "success"),
    }
    return known[change]


def pair_lines(pair: Pair) -> list[Cell]:
    """Custom_id and change, then A and its answer, then B and its answer."""
    mark, tone = sign(pair.change)
    head: list[Span] = [(pair.custom_id or "no custom_id", "strong")]
    head.append((f"   {mark} {WORDS[pair.change]}", tone))
    old, new = said(pair.a), said(pair.b)
    if pair.a is None or pair.b is None or old == new:
        return [head, "", *_side("A", pair.a, _plain(old)), "", *_side("B", pair.b, _plain(new))]
    pieces = word_diff(old[:MOST_CHARS], new[:MOST_CHARS])
    gone = [span for each in _in_runs(pieces, "new") for span in _marked(each)]
    came = [span for each in _in_runs(pieces, "gone") for span in _marked(each)]
    return [head, "", *_side("A", pair.a, _lines(gone)), "", *_side("B", pair.b, _lines(came))]


def said(record: Record | None) -> str:
    """The answer, else the code and message of the failure."""
    if record is None:
        return ""
    if record.outcome in ANSWERED:
        answer = record.answer
        if isinstance(answer, str):
            return answer
        return "" if answer is None else json.dumps(answer, ensure_ascii=False)
    result = record.result
    return "  ".join(str(each) for each in (result.code, result.message) if each)


def _side(name: str, record: Record | None, lines: list[Cell]) -> list[Cell]:
    if record is None:
        return [[(f"{name}  ", "accent"), ("no such request", "muted")]]
    outcome = record.outcome
    tone = TONES.get(outcome, "accent")
    head: list[Span] = [(f"{name}  ", "accent"), (f"{glyph(outcome)} {outcome}", tone)]
    if record.result.model:
        head.append((f"   {record.result.model}", "muted"))
    return [head, *lines]


def _in_runs(pieces: Iterable[Piece], other: Kind) -> list[Piece]:
    """Those of one side, without the pieces of the `other`; what is only space between two marked
    pieces is marked with them, so that a rewritten sentence is one mark, not one for each word."""
    runs: list[Piece] = []
    for piece in pieces:
        if piece.kind == other:
            continue
        if (
            len(runs) > 1
            and piece.kind != "same"
            and runs[-1].kind == "same"
            and runs[-1].text.isspace()
            and runs[-2].kind == piece.kind
        ):
            space = runs.pop().text
            runs[-1] = Piece(piece.kind, f"{runs[-1].text}{space}{piece.text}")
        else:
            runs.append(piece)
    return runs


def _marked(piece: Piece) -> list[Span]:
    """Of many lines that are the same, the first and the last few."""
    if piece.kind == "gone":
        return [(f"[-{piece.text}-]", "trouble")]
    if piece.kind == "new":
        return [(f"{{+{piece.text}+}}", "success")]
    lines = piece.text.split("\n")
    left_out = len(lines) - 2 * LINES_AROUND
    if left_out < 2:
        return [(piece.text, "")]
    return [
        ("\n".join([*lines[:LINES_AROUND], ""]), ""),
        (f"{glyphs().ellipsis} {left_out:,} lines are the same", "muted"),
        ("\n".join(["", *lines[-LINES_AROUND:]]), ""),
    ]


def _plain(text: str) -> list[Cell]:
    return _lines([(text[:MOST_CHARS], "")])


def _lines(pieces: list[Span]) -> list[Cell]:
    """One cell for each line of the text, indented; a piece may go over several lines."""
    lines: list[list[Span]] = [[]]
    for text, tone in pieces:
        first, *others = text.split("\n")
        lines[-1].append((first, tone))
        lines += [[(each, tone)] for each in others]
    return [[("  ", ""), *line] for line in lines if line != [("", "")] or len(lines) > 1]
