"""What became of a batch's requests, as lines: outcomes, tokens, finish reasons, errors. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from batchtui.jsonl.outcomes import Outcome, without_line
from batchtui.tui.batch_cells import bar
from batchtui.tui.figures import count
from batchtui.tui.glyphs import glyphs
from batchtui.tui.opens import Entry, ToResults, ToSummary
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.widgets.spans import Span
from batchtui.workflows.where import Where

if TYPE_CHECKING:
    from batchtui.jsonl.histogram import Histogram
    from batchtui.jsonl.summary import ErrorKind, Summary
    from batchtui.models.batch import Batch
    from batchtui.tui.summaries import Found

LABEL: Final = 12
ERRORS_SHOWN: Final = 8
REASONS_SHOWN: Final = 6
_OUTCOME_CELLS: Final = 30
_REASON_CELLS: Final = 10
_SPREAD_CELLS: Final = 20
_CODE_CELLS: Final = 32


def result_entries(batch: Batch, found: Found | None) -> Iterator[Entry]:
    """Of a final batch; `found` is what its files say, as far as that is known."""
    yield from _outcomes(batch, found.summary if found else None)
    if found is None:
        return
    if found.words:
        yield Entry([("".ljust(LABEL), ""), (found.words, "muted")], _asks(found))
    if found.summary is not None:
        yield from _summary(found.summary)


def _asks(found: Found) -> ToSummary | None:
    return ToSummary() if found.is_offered else None


def _outcomes(batch: Batch, summary: Summary | None) -> Iterator[Entry]:
    """As bars: from the files where they were read, else from the counts of the batch."""
    counts = batch.request_counts
    if not batch.is_terminal or counts is None or not counts.total:
        return
    numbers: dict[Outcome, int] = {Outcome.OK: counts.completed, Outcome.FAILED: counts.failed}
    if summary is not None and summary.lines:
        numbers = dict(summary.outcomes.most_common())
    silent = without_line(batch.status)
    missing = max(counts.total - sum(numbers.values()), 0)
    numbers[silent] = numbers.get(silent, 0) + missing
    for outcome, number in numbers.items():
        if not number:
            continue
        tone = "muted" if outcome is Outcome.MISSING else TONES.get(outcome, "accent")
        name = "no answer" if outcome is Outcome.MISSING else str(outcome)
        share = 100 * number / counts.total
        drawn = bar(number, counts.total, _OUTCOME_CELLS).rstrip(glyphs().empty)
        opens = None
        if batch.has_results:
            opens = ToResults(Where(outcomes=frozenset({outcome})))
        line: list[Span] = [
            (f"{glyph(outcome)} {name}".ljust(LABEL), tone),
            (f"{number:>9,} {share:5.1f}%  ", ""),
            (drawn, tone),
        ]
        yield Entry(line, opens)


def _summary(summary: Summary) -> Iterator[Entry]:
    if summary.input_tokens.count:
        yield _spread("tokens in", summary.input_tokens)
        if summary.output_tokens.most:
            yield _spread("tokens out", summary.output_tokens)
    if summary.finish_reasons:
        yield _reasons(summary.finish_reasons)
    if not summary.errors:
        return
    kinds = len(summary.errors)
    rest = f"the {ERRORS_SHOWN} most frequent of {kinds:,}" if kinds > ERRORS_SHOWN else ""
    yield Entry([("errors".ljust(LABEL), "muted"), (rest, "muted")])
    shown = summary.errors[:ERRORS_SHOWN]
    widest = min(max(len(kind.code or kind.outcome) for kind in shown), _CODE_CELLS)
    has_status = any(kind.status for kind in shown)
    for kind in shown:
        yield _error(kind, summary, widest, has_status=has_status)


def _spread(name: str, numbers: Histogram) -> Entry:
    """`tokens in   31k   median 131   95% up to 260   most 1,024   ▁▃█▅▂▁`."""
    counts = numbers.spread(min(_SPREAD_CELLS, numbers.most - numbers.least + 1))
    highest = max(counts)
    levels = glyphs().levels
    drawn = "".join(
        levels[max(round(each / highest * (len(levels) - 1)), 1)] if each else " "
        for each in counts
    )
    line: list[Span] = [(name.ljust(LABEL), "muted"), (f"{count(numbers.total):<8}", "")]
    if numbers.least == numbers.most:
        line.append((f"{numbers.most:,} each", "muted"))
        return Entry(line)
    figures = f"median {numbers.below(0.5):,}, 95% up to {numbers.below(0.95):,}"
    ends = f"{numbers.least:,} ", f" {numbers.most:,}"
    line += [(ends[0], "muted"), (drawn, "accent"), (ends[1], "muted"), (f"   {figures}", "muted")]
    return Entry(line)


def _reasons(reasons: Mapping[str, int]) -> Entry:
    ranked = sorted(reasons.items(), key=lambda item: -item[1])
    total = sum(reasons.values())
    line: list[Span] = [("finish".ljust(LABEL), "muted")]
    for place, (reason, number) in enumerate(ranked[:REASONS_SHOWN]):
        drawn = bar(number, total, _REASON_CELLS).rstrip(glyphs().empty)
        line += [("   " if place else "", ""), (f"{reason} {number:,} ", ""), (drawn, "accent")]
    if len(ranked) > REASONS_SHOWN:
        line.append((f"   and {len(ranked) - REASONS_SHOWN:,} others", "muted"))
    return Entry(line)


def _error(kind: ErrorKind, summary: Summary, widest: int, *, has_status: bool) -> Entry:
    status = f"{kind.status or '-':<3}  " if has_status else ""
    line: list[Span] = [
        (f"{kind.count:>9,}  ", ""),
        (status, "trouble"),
        ((kind.code or kind.outcome).ljust(widest)[:_CODE_CELLS], "trouble"),
        (f"  {kind.message}", ""),
    ]
    return Entry(line, ToResults(where_of(kind, summary)))


def where_of(kind: ErrorKind, summary: Summary) -> Where:
    """What finds these errors, and no others, in the viewer.

    Their code; where others share it, their status; where others share both, their words.
    """
    others = [each for each in summary.errors if each is not kind and each.outcome is kind.outcome]
    codes = statuses = None
    if kind.code or (kind.status and others):
        codes = frozenset({kind.code or str(kind.status)})
        others = [each for each in others if each.code == kind.code]
    if any(each.status != kind.status for each in others):
        statuses = frozenset({kind.status})
        others = [each for each in others if each.status == kind.status]
    text, is_regex = kind.fixed if others else "", False
    if text and any(text in each.message for each in others):
        text, is_regex = kind.pattern, True
    return Where(frozenset({kind.outcome}), codes, "", text, is_regex, statuses)
