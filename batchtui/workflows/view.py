"""The records of a file, chosen and told, for a pipe: the viewer without a screen.

Owns what a chosen record is; it reads forward, holds one line at a time, and prints nothing.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from batchtui.jsonl.lines import blocks
from batchtui.jsonl.matchers import Matcher, matcher
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import run
from batchtui.jsonl.results import Result, read_result
from batchtui.jsonl.source import opened
from batchtui.jsonl.told import is_blank
from batchtui.workflows.where import Where

EVERYTHING: Final = Where()


@dataclass(frozen=True, slots=True)
class Line:
    """`number` counts from 1. `raw` is the line as it stands in the file, with its line end."""

    number: int
    raw: bytes

    @property
    def result(self) -> Result:
        return read_result(self.raw)


def chosen(path: Path, where: Where = EVERYTHING, *, first_line: int = 1) -> Iterator[Line]:
    """The lines of the file at `path` that `where` wants, from `first_line` on.

    Raises InputError for a file that cannot be read and for a regular expression that is none.
    """
    wanted = matcher(where.text, is_regex=where.is_regex) if where.text else None
    number = 0
    with run(opened(path)) as source:
        for block in blocks(source):
            for raw in block.lines:
                number += 1
                if number >= first_line and _is_wanted(raw, where, wanted):
                    yield Line(number, raw)


def document(line: Line) -> dict[str, Any]:
    """What a record says, as data. `status_code` None or 0: there was no HTTP answer."""
    result = line.result
    usage = result.usage
    return {
        "line": line.number,
        "custom_id": result.custom_id,
        "outcome": None if result.outcome is Outcome.UNREADABLE else result.outcome,
        "status_code": result.status_code,
        "code": result.code,
        "message": result.message,
        "text": result.text,
        "finish_reason": result.finish_reason,
        "model": result.model,
        "input_tokens": usage.input_tokens if usage else None,
        "output_tokens": usage.output_tokens if usage else None,
    }


def _is_wanted(raw: bytes, where: Where, wanted: Matcher | None) -> bool:
    if wanted is not None and not wanted.hits(raw)[0]:
        return False
    if where.outcomes is None and not where.asks_result and not where.custom_id:
        return True
    if is_blank(raw) and (where.outcomes is not None or where.asks_result):
        return False
    result = read_result(raw)
    if where.outcomes is not None and result.outcome not in where.outcomes:
        return False
    if not where.fits(result):
        return False
    return where.custom_id in (result.custom_id or "")
