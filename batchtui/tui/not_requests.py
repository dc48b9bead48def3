"""What is said of a file that holds no requests: what it is, and the way from it to a batch input.

Words for a column, sentences for a form. Knows no widgets.
"""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchtui.tui.widgets.spans import Span

if TYPE_CHECKING:
    from batchtui.jsonl.facts import Facts
    from batchtui.jsonl.shape import Shape

WORDS: Final[dict[Shape, str]] = {
    "lines": "no requests",
    "empty": "empty",
    "blank": "blank lines only",
    "table": "table",
    "document": "one JSON document",
    "array": "one JSON array",
    "text": "not JSON lines",
    "binary": "binary",
}
_LINES: Final = "a batch input has one request a line"
_LINE_SUFFIXES: Final = frozenset({".jsonl", ".ndjson"})


def is_named_as_lines(name: str) -> bool:
    """Whether somebody means this file to be JSON lines."""
    return Path(name.lower().removesuffix(".gz")).suffix in _LINE_SUFFIXES


def word(shape: Shape, name: str) -> str:
    if shape in ("lines", "text") and not is_named_as_lines(name):
        return "" if shape == "lines" else "text"
    return WORDS[shape]


def sentence(facts: Facts, path: Path) -> list[Span]:
    """What is wrong with the whole file, and what to do; empty where its lines are to be judged."""
    if facts.kind == "results":
        return _said("these are results of a batch, not requests.", "Enter in Local shows them.")
    if facts.kind == "input":
        return []
    look, name = facts.look, shlex.quote(path.name)
    new = shlex.quote(f"{path.name.removesuffix('.gz').partition('.')[0]}.new.jsonl")
    make = f"batchtui prepare {name} -o {new} --model MODEL --prompt"
    if look.shape == "table":
        column = (look.columns[-1] if look.columns else "column").replace("'", "")
        way = f"Make requests of its rows: {make} '... {{{column}}} ...'"
        return _said(f"this is a table (CSV or TSV), and {_LINES}.", way)
    if look.shape == "document":
        items = "'.[]'" if look.is_array else "."
        way = f"To write it so: jq -c {items} {name} > {new}"
        return _said(f"this is one JSON document over many lines, and {_LINES}.", way)
    if look.shape == "array":
        return _said(
            f"this is one JSON array, and {_LINES}.", f"To write it so: jq -c '.[]' {name} > {new}"
        )
    if look.shape == "text":
        way = f"Make requests of its lines: {make} '... {{text}} ...' --from text"
        return _said(f"this is text, not JSON, and {_LINES}.", way)
    what = {
        "binary": "this is no text",
        "empty": "this file is empty",
        "blank": "this file has blank lines only",
    }.get(look.shape)
    return _said(f"{what}, and {_LINES}.", "") if what else []


def _said(what: str, way: str) -> list[Span]:
    said: list[Span] = [(what, "trouble")]
    return [*said, (f" {way}", "")] if way else said
