"""Everything that is known of one batch, as lines. Pure functions; exact numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Final

from batchtui.models import status
from batchtui.tui.batch_cells import bar, errors_of, look
from batchtui.tui.cost_text import amount, basis
from batchtui.tui.figures import count, long_span, moment
from batchtui.tui.glyphs import glyphs
from batchtui.tui.pace import answered_of
from batchtui.tui.widgets.spans import Cell, Span, Tone
from batchtui.workflows.ledger import TOKEN_KEY

if TYPE_CHECKING:
    from batchtui.models.batch import Batch, RequestCounts
    from batchtui.tui.account import Account

LABEL: Final = 12
ERRORS_SHOWN: Final = 1_000
LONGEST_CODE: Final = 28
OUTCOME_CELLS: Final = 30
_TREND_CELLS: Final = 30


def detail_lines(batch: Batch, account: Account, now_s: float) -> list[Cell]:
    """Top to bottom: state, pace, phases, errors, what it runs, tokens, metadata, ids, times."""
    return [
        *_state(batch, account, now_s),
        _phases(batch, now_s),
        *_errors(batch),
        *_outcomes(batch),
        *_facts(batch, account),
    ]


def _state(batch: Batch, account: Account, now_s: float) -> Iterator[Cell]:
    sign, word, tone = look(batch)
    line: list[Span] = [(f"{sign} {word}", tone)]
    counts = batch.request_counts
    if counts is not None and counts.total:
        line += _counts(batch, counts)
        left_s = account.paces.left_s(batch)
        if left_s is not None:
            line.append((f"   about {long_span(left_s)} left", ""))
    yield line
    rate = account.paces.per_second(batch)
    if rate and batch.status == status.IN_PROGRESS:
        yield [("  ", ""), (trend(account.paces.steps(batch)), "accent"), *_rates(batch, account)]
    still_s = account.paces.still_s(batch, now_s)
    if still_s is not None:
        yield [(f"{glyphs().partly} no movement for {long_span(still_s)}", "trouble")]


def _rates(batch: Batch, account: Account) -> list[Span]:
    steps = account.paces.steps(batch)
    mean = account.paces.per_second(batch) or 0.0
    return [(f"  {steps[-1] if steps else mean:.1f}/s now, {mean:.1f}/s mean", "")]


def _outcomes(batch: Batch) -> Iterator[Cell]:
    """Of a final batch: how many ended how, as bars."""
    counts = batch.request_counts
    if not batch.is_terminal or counts is None or not counts.total:
        return
    missing = max(counts.total - counts.completed - counts.failed, 0)
    outcomes: tuple[tuple[str, str, int, Tone], ...] = (
        (glyphs().done, "ok", counts.completed, "success"),
        (glyphs().failed, "failed", counts.failed, "trouble"),
        (glyphs().missing, "no answer", missing, "muted"),
    )
    for sign, name, number, tone in outcomes:
        if number:
            share = 100 * number / counts.total
            drawn = bar(number, counts.total, OUTCOME_CELLS).rstrip(glyphs().empty)
            figures = f"{number:>9,} {share:5.1f}%  "
            yield [(f"{sign} {name}".ljust(LABEL), tone), (figures, ""), (drawn, tone)]


def _counts(batch: Batch, counts: RequestCounts) -> list[Span]:
    done = answered_of(batch)
    tone: Tone = "trouble" if counts.failed else "muted"
    return [
        (f" {done * 100 // counts.total}%  ", ""),
        (bar(done, counts.total), "accent"),
        (f"  {done:,} of {counts.total:,}", ""),
        (f"   ok {counts.completed:,}", "success" if counts.completed else "muted"),
        (f"   failed {counts.failed:,}", tone),
    ]


def trend(rates: Sequence[float]) -> str:
    """The rates as a row of bars, the latest at the right."""
    recent = rates[-_TREND_CELLS:]
    highest = max(recent, default=0.0)
    levels = glyphs().levels
    if not highest:
        return levels[0] * len(recent)
    return "".join(levels[round(rate / highest * (len(levels) - 1))] for rate in recent)


def _phases(batch: Batch, now_s: float) -> list[Span]:
    """`validating 12s > running 41m > completed`, as far as it came."""
    steps: list[tuple[str, int]] = [
        (name, at_s)
        for name, at_s in (
            ("validating", batch.created_at),
            ("running", batch.in_progress_at),
            ("finalizing", batch.finalizing_at),
            ("cancelling", batch.cancelling_at),
            ("completed", batch.completed_at),
            ("failed", batch.failed_at),
            ("expired", batch.expired_at),
            ("cancelled", batch.cancelled_at),
        )
        if at_s is not None
    ]
    line: list[Span] = []
    for place, (name, at_s) in enumerate(steps):
        if line:
            line.append((f"  {glyphs().steps}  ", "muted"))
        last = place == len(steps) - 1
        line.append((name, "strong" if last else ""))
        if not last:
            line.append((f" {long_span(steps[place + 1][1] - at_s)}", "muted"))
        elif not batch.is_terminal:
            line.append((f" {long_span(now_s - at_s)}", "muted"))
    if batch.expires_at is not None and not batch.is_terminal:
        line.append((f"   expires in {long_span(batch.expires_at - now_s)}", "muted"))
    return line


def _facts(batch: Batch, account: Account) -> Iterator[Cell]:
    yield _fact("model", batch.model or "not told")
    yield _fact("endpoint", batch.endpoint, f"window {batch.completion_window or 'not told'}")
    usage = batch.usage
    if usage is not None and usage.total_tokens:
        extra = f" ({count(usage.cached_tokens)} cached)" if usage.cached_tokens else ""
        tokens = f"{count(usage.input_tokens)} in{extra}, {count(usage.output_tokens)} out"
        yield _fact("tokens", tokens)
    facts = account.facts.get(batch.id)
    if facts is not None and facts.cost is not None:
        what = "" if batch.is_terminal else " so far"
        yield _fact("cost", f"{amount(facts.cost)}{what}", f"({basis(facts.cost)})")
    pairs = [f"{key}={value}   " for key, value in own_metadata(batch).items()]
    if pairs:
        yield [_label("metadata"), *((text, "") for text in pairs)]
    yield _fact("batch", batch.id)
    name = account.names.get(batch.input_file_id, "")
    yield _fact("input", batch.input_file_id or "not told", name)
    none = "none" if batch.is_terminal else "not yet"
    yield _fact("output", batch.output_file_id or none)
    yield _fact("errors", batch.error_file_id or none)
    ours = ""
    if facts is not None and facts.is_ours:
        ours = f"by this machine{f', from {short_path(facts.path)}' if facts.path else ''}"
    yield _fact("created", moment(batch.created_at), ours)
    if batch.ended_at is not None:
        took = f"took {long_span(batch.ended_at - batch.created_at)}" if batch.created_at else ""
        yield _fact("ended", moment(batch.ended_at), took)


def _errors(batch: Batch) -> Iterator[Cell]:
    errors = errors_of(batch)
    if not errors:
        return
    widest = min(max(len(error.code or "") for error in errors), LONGEST_CODE)
    yield ""
    yield [(f"{glyphs().failed} errors {len(errors):,}", "trouble")]
    for error in errors[:ERRORS_SHOWN]:
        line: list[Span] = []
        if error.line is not None:
            line.append((f"  line {error.line:>8,}  ", ""))
        else:
            line.append(("  ", ""))
        line.append((f"{(error.code or '').ljust(widest)}  ", "trouble"))
        line.append((error.message or "", ""))
        if error.param:
            line.append((f"  ({error.param})", "muted"))
        yield line
    if len(errors) > ERRORS_SHOWN:
        yield f"  and {len(errors) - ERRORS_SHOWN:,} more"
    yield ""


def own_metadata(batch: Batch) -> dict[str, str]:
    """Without what this program put there to find its batches again."""
    return {key: value for key, value in (batch.metadata or {}).items() if key != TOKEN_KEY}


def short_path(path: str) -> str:
    home = str(Path.home())
    return f"~{path[len(home) :]}" if path.startswith(f"{home}/") else path


def _label(name: str) -> Span:
    return (name.ljust(LABEL), "muted")


def _fact(name: str, value: str, more: str = "") -> list[Span]:
    fact: list[Span] = [_label(name), (value, "")]
    if more:
        fact.append((f"   {more}", "muted"))
    return fact
