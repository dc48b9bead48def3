"""What the results of a batch say together: outcomes, tokens, finish reasons, frequent errors.

One pass over the output and error files; memory is bounded whatever they hold. No request is looked
at, so nothing is known here of what is missing, nor of answers that should have been JSON.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

import msgspec

from batchtui.jsonl.glance import BOM, glance
from batchtui.jsonl.histogram import Histogram
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.messages import VARYING, alike
from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import Result, Usage, read_result
from batchtui.jsonl.source import opened
from batchtui.jsonl.statistics import OTHER, count

MOST_ERRORS: Final = 500
"""Kinds of errors that are told apart; the rest count under OTHER."""
CODE_CHARS: Final = 100
MESSAGE_CHARS: Final = 300
_LINES_A_STEP: Final = 64
_VARYING_IN_JSON: Final = (
    r"""(?:[0-9a-f]{8,}|[0-9][0-9,._]*|(?:['`]|\\")[^'`]{0,400}?(?:['`]|\\"))"""
)


@dataclass(slots=True)
class ErrorKind:
    """Results with one outcome, status and code whose messages differ in numbers and names only.

    `status`: 0 where there was no HTTP. `message` is the first one. `fixed`: its longest part that
    is the same in all; "" for none.
    """

    outcome: Outcome
    code: str
    message: str
    status: int = 0
    count: int = 0

    @property
    def fixed(self) -> str:
        parts = VARYING.split(self.message)
        return max((part.strip() for part in parts if part), key=len, default="")

    @property
    def pattern(self) -> str:
        """A regular expression for such a message, from its beginning to its end, in a line."""
        found, place = [], 0
        for varying in VARYING.finditer(self.message):
            found += [_in_json(self.message[place : varying.start()]), _VARYING_IN_JSON]
            place = varying.end()
        found.append(_in_json(self.message[place:]))
        end = '"' if len(self.message) < MESSAGE_CHARS else ""
        return f'"{"".join(found)}{end}'


@dataclass(slots=True)
class Spending:
    """Of the answers of one model."""

    requests: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass
class Summary:
    """`lines` counts the results. Tokens and models are of those that tell them.

    `finish_reasons` and `models` name at most so many; the rest count under OTHER.
    """

    lines: int = 0
    outcomes: Counter[Outcome] = field(default_factory=Counter)
    input_tokens: Histogram = field(default_factory=Histogram)
    output_tokens: Histogram = field(default_factory=Histogram)
    finish_reasons: dict[str, int] = field(default_factory=dict)
    models: dict[str, Spending] = field(default_factory=dict)
    errors: list[ErrorKind] = field(default_factory=list)
    """The most frequent first."""


def summarize(results: Sequence[Path]) -> Steps[Summary]:
    """The summary of these output and error files. Raises InputError when one cannot be read."""
    summing = _Summing()
    with ExitStack() as stack:
        sources = []
        for path in results:
            sources.append(stack.enter_context((yield from opened(path))))
        total_bytes = sum(source.size_bytes for source in sources)
        done_bytes = 0
        for source in sources:
            for block in blocks(source):
                for number, line in enumerate(block.lines):
                    summing.add(line)
                    if number % _LINES_A_STEP == 0:
                        yield Progress(done_bytes + block.offset, total_bytes)
                yield Progress(done_bytes + block.end, total_bytes)
            done_bytes += source.size_bytes
    return summing.result()


class _Summing:
    def __init__(self) -> None:
        self.summary = Summary()
        self.errors: dict[tuple[Outcome, int, str, str], ErrorKind] = {}

    def add(self, line: bytes) -> None:
        if not line.removeprefix(BOM).strip():
            return
        summary, result = self.summary, figures_of(line)
        summary.lines += 1
        summary.outcomes[result.outcome] += 1
        if result.finish_reason:
            count(summary.finish_reasons, result.finish_reason[:CODE_CHARS])
        if result.usage is not None:
            self.spend(result.model or "", result.usage)
        if result.outcome in NOT_ANSWERED or result.code:
            self.fail(result)

    def spend(self, model: str, usage: Usage) -> None:
        summary = self.summary
        summary.input_tokens.add(usage.input_tokens)
        summary.output_tokens.add(usage.output_tokens)
        name = model[:CODE_CHARS]
        if name not in summary.models and len(summary.models) >= MOST_ERRORS:
            name = OTHER
        spending = summary.models.setdefault(name, Spending())
        spending.requests += 1
        spending.input_tokens += max(usage.input_tokens, 0)
        spending.output_tokens += max(usage.output_tokens, 0)
        spending.cached_tokens += max(usage.cached_tokens, 0)

    def fail(self, result: Result) -> None:
        code = (result.code or "")[:CODE_CHARS]
        message = (result.message or "")[:MESSAGE_CHARS]
        status = result.status_code or 0
        key = result.outcome, status, code, alike(message)
        if key not in self.errors and len(self.errors) >= MOST_ERRORS:
            status, code, message = 0, OTHER, ""
            key = result.outcome, status, code, message
        self.errors.setdefault(key, ErrorKind(result.outcome, code, message, status)).count += 1

    def result(self) -> Summary:
        self.summary.errors = sorted(self.errors.values(), key=lambda kind: -kind.count)
        return self.summary


def _in_json(text: str) -> str:
    """A pattern for `text` inside a JSON string; beyond ASCII, that has several spellings."""
    return "".join(
        re.escape(json.dumps(each)[1:-1])
        if each.isascii()
        else rf"(?:{re.escape(each)}|(?:\\u[0-9a-fA-F]{{4}}){{1,2}})"
        for each in text
    )


class _Details(msgspec.Struct, gc=False):
    cached_tokens: int = 0


class _Usage(msgspec.Struct, gc=False):
    prompt_tokens: int = 0
    completion_tokens: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    input_tokens_details: _Details | None = None
    prompt_tokens_details: _Details | None = None


class _Choice(msgspec.Struct, gc=False):
    finish_reason: str | None = None


class _Body(msgspec.Struct, gc=False):
    model: str | None = None
    usage: _Usage | None = None
    choices: list[_Choice] = []
    output: None = None


class _Response(msgspec.Struct, gc=False):
    body: _Body


class _Line(msgspec.Struct, gc=False):
    response: _Response


_decode: Final = msgspec.json.Decoder(_Line).decode


def figures_of(line: bytes) -> Result:
    """As `read_result`, without what was said: texts and vectors are not decoded.

    Its code, message, model, finish reason and in, out and cached tokens are the same; its outcome
    is that of `glance`, so that figures agree with those of `join`.
    """
    _, outcome = glance(line)
    if outcome in (Outcome.OK, Outcome.TRUNCATED):
        with suppress(ValueError, RecursionError):
            body = _decode(line).response.body
            reason = body.choices[0].finish_reason if body.choices else None
            usage = _usage(body.usage) if body.usage is not None else None
            return Result(outcome=outcome, usage=usage, model=body.model, finish_reason=reason)
    return replace(read_result(line.removeprefix(BOM)), outcome=outcome)


def _usage(told: _Usage) -> Usage:
    of_input, of_prompt = told.input_tokens_details, told.prompt_tokens_details
    details = of_input or of_prompt
    return Usage(
        told.input_tokens or told.prompt_tokens,
        told.output_tokens or told.completion_tokens,
        details.cached_tokens if details is not None else 0,
    )
