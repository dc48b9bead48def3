"""The records of a file, chosen and told, for a pipe: the viewer without a screen.

Owns what a chosen record is; it reads forward, holds one line at a time, and prints nothing.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import accumulate, compress
from pathlib import Path
from typing import Any, Final

from batchtui.errors import InputError
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.matchers import Matcher, matcher
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Progress, run
from batchtui.jsonl.results import Result, decode, read_result
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


@dataclass(slots=True)
class Seen:
    """What was met on the way: of so many lines it was asked what became of a request, and so many
    of these were results."""

    asked: int = 0
    results: int = 0

    @property
    def is_asked_in_vain(self) -> bool:
        return self.asked > 0 and not self.results


def chosen(
    path: Path, where: Where = EVERYTHING, *, first_line: int = 1, seen: Seen | None = None
) -> Iterator[Line]:
    """The lines of the file at `path` that `where` wants, from `first_line` on.

    Raises InputError for a file that cannot be read or has no such line, and for a regular
    expression that is none.
    """
    with run(opened(path)) as source:
        pieces = (block.lines for block in blocks(source))
        yield from chosen_of(pieces, where, name=str(path), first_line=first_line, seen=seen)


def chosen_of(
    pieces: Iterable[list[bytes]],
    where: Where = EVERYTHING,
    *,
    name: str,
    first_line: int = 1,
    seen: Seen | None = None,
) -> Iterator[Line]:
    """The same of lines that come from anywhere; `name` is what errors call it."""
    seen = Seen() if seen is None else seen
    number = 0
    with _matcher_of(where) as wanted:
        for lines in pieces:
            first, number = number + 1, number + len(lines)
            if number < first_line:
                continue
            numbered = enumerate(lines, first)
            for each, raw in numbered if wanted is None else _with_hit(numbered, lines, wanted):
                if each >= first_line and _is_wanted(raw, where, seen):
                    yield Line(each, raw)
    if first_line > max(number, 1):
        count = "1 line" if number == 1 else f"{number:,} lines"
        raise InputError(f"{name} has {count}: there is no line {first_line:,}")


def document(line: Line) -> dict[str, Any]:
    """What a record says, as data. `status_code` None or 0: there was no HTTP answer."""
    result = line.result
    usage = result.usage
    kind = "other" if result.outcome is Outcome.UNREADABLE else "result"
    if kind == "other" and (asked := _body_of_request(line.raw)) is not None:
        kind = "request"
        model = asked.get("model")
        model = model if isinstance(model, str) else None
        result = replace(result, model=model, message="a request, and no result")
    return {
        "line": line.number,
        "kind": kind,
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


def _body_of_request(raw: bytes) -> dict[str, Any] | None:
    """What an input line asks; None for any other line."""
    try:
        value = decode(raw)
    except (ValueError, RecursionError):
        return None
    body = value.get("body") if isinstance(value, dict) else None
    return body if isinstance(body, dict) and "custom_id" in value else None


@contextmanager
def _matcher_of(where: Where) -> Iterator[Matcher | None]:
    if not where.text:
        yield None
        return
    with closing(matcher(where.text, is_regex=where.is_regex)) as wanted:
        yield wanted


def _with_hit(
    numbered: Iterable[tuple[int, bytes]], lines: list[bytes], wanted: Matcher
) -> Iterator[tuple[int, bytes]]:
    """Those of the `numbered` lines that have a hit."""
    nowhere = Progress(0, 0)
    if wanted.overlap is None:
        hits = set(run(wanted.hits(b"".join(lines), nowhere))[0])
        starts = accumulate(map(len, lines), initial=0)
        has_hit = [start in hits for start, _ in zip(starts, lines, strict=False)]
    else:
        has_hit = [bool(run(wanted.hits(line, nowhere))[0]) for line in lines]
    return compress(numbered, has_hit)


def _is_wanted(raw: bytes, where: Where, seen: Seen) -> bool:
    if where.outcomes is None and not where.asks_result and not where.custom_id:
        return True
    if is_blank(raw) and (where.outcomes is not None or where.asks_result):
        return False
    result = read_result(raw)
    if where.outcomes is not None or where.asks_result:
        seen.asked += 1
        seen.results += result.outcome is not Outcome.UNREADABLE
    if where.outcomes is not None and result.outcome not in where.outcomes:
        return False
    if not where.fits(result):
        return False
    return where.custom_id in (result.custom_id or "")
