"""What result files hold, counted in one pass: outcomes, errors, tokens by model."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from batchtui.jsonl.lines import blocks
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.problems import shown
from batchtui.jsonl.progress import Progress, Steps
from batchtui.jsonl.results import Result, Usage, read_result
from batchtui.jsonl.source import opened
from batchtui.jsonl.statistics import OTHER, count


@dataclass
class ResultStatistics:
    """Counts of one file; blank lines are not counted.

    `codes` and `finish_reasons` by their words; `usage` by the model that answered, "" where the
    result does not say; `answer_chars` are those of all answers.
    """

    results: int = 0
    size_bytes: int = 0
    answer_chars: int = 0
    outcomes: dict[Outcome, int] = field(default_factory=dict)
    codes: dict[str, int] = field(default_factory=dict)
    finish_reasons: dict[str, int] = field(default_factory=dict)
    models: dict[str, int] = field(default_factory=dict)
    usage: dict[str, Usage] = field(default_factory=dict)

    def add(self, result: Result) -> None:
        self.results += 1
        self.outcomes[result.outcome] = self.outcomes.get(result.outcome, 0) + 1
        self.answer_chars += len(result.text)
        if result.code is not None:
            count(self.codes, shown(result.code))
        elif result.message is not None and result.status_code:
            count(self.codes, str(result.status_code))
        if result.finish_reason is not None:
            count(self.finish_reasons, shown(result.finish_reason))
        model = shown(result.model or "")
        if result.model is not None:
            count(self.models, model)
        if result.usage is not None:
            key = model if not model or model in self.models else OTHER
            self.usage[key] = _sum(self.usage.get(key, Usage()), result.usage)


def result_statistics(path: Path) -> Steps[ResultStatistics]:
    """Raises InputError when the file cannot be read."""
    found = ResultStatistics()
    with (yield from opened(path)) as source:
        found.size_bytes = source.size_bytes
        for block in blocks(source):
            for line in block.lines:
                if line.strip():
                    found.add(read_result(line))
            yield Progress(block.end, source.size_bytes)
    return found


def _sum(a: Usage, b: Usage) -> Usage:
    return Usage(
        a.input_tokens + b.input_tokens,
        a.output_tokens + b.output_tokens,
        a.cached_tokens + b.cached_tokens,
        a.reasoning_tokens + b.reasoning_tokens,
    )
