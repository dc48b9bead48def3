"""Everything that is known of one batch, as lines. Pure functions; exact numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING, Final

from batchtui.models import status
from batchtui.tui.batch_cells import bar, errors_of, look
from batchtui.tui.cost_text import amount, basis, in_short
from batchtui.tui.figures import count, long_span, moment, rate, short_path, size
from batchtui.tui.glyphs import glyphs
from batchtui.tui.opens import Entry, ToBatch, ToFile
from batchtui.tui.pace import answered_of
from batchtui.tui.plain_ids import plain_id
from batchtui.tui.results_text import LABEL, result_entries
from batchtui.tui.retried import came_to
from batchtui.tui.widgets.spans import Cell, Span, Tone
from batchtui.visible import id_tail

if TYPE_CHECKING:
    from batchtui.models.batch import Batch, RequestCounts
    from batchtui.tui.account import Account
    from batchtui.tui.batch_facts import BatchFacts
    from batchtui.workflows.lineage import Retry

ERRORS_SHOWN: Final = 1_000
LONGEST_CODE: Final = 28
_TREND_CELLS: Final = 30


def detail_lines(batch: Batch, account: Account, now_s: float) -> list[Cell]:
    return [entry.cell for entry in detail_entries(batch, account, now_s)]


def detail_entries(batch: Batch, account: Account, now_s: float) -> list[Entry]:
    """Top to bottom: state, pace, phases, retries, errors, results, what it runs, ids, times."""
    facts = account.facts.get(batch.id)
    return [
        *map(Entry, _state(batch, account, now_s)),
        Entry(_phases(batch, now_s)),
        *_lineage(facts, account),
        *_errors(batch, account),
        *result_entries(batch, account.summaries.get(batch.id)),
        *_facts(batch, account, facts),
    ]


def first_error(entries: Sequence[Entry]) -> int | None:
    """The number of the first line that leads to a fault in the input; None where there is none."""
    places = (n for n, each in enumerate(entries) if isinstance(each.opens, ToFile))
    return next((n for n in places if getattr(entries[n].opens, "line", None) is not None), None)


def _state(batch: Batch, account: Account, now_s: float) -> Iterator[Cell]:
    sign, word, tone = look(batch)
    line: list[Span] = [(f"{sign} {word}", tone)]
    counts = batch.request_counts
    if counts is not None and counts.total:
        line += _counts(batch, counts)
    yield line
    if account.paces.per_second(batch) and batch.status == status.IN_PROGRESS:
        yield [("  ", ""), (trend(account.paces.steps(batch)), "accent"), *_rates(batch, account)]
    still_s = account.paces.still_s(batch, now_s)
    if still_s is not None:
        yield [(f"{glyphs().partly} no movement for {long_span(still_s)}", "trouble")]


def _rates(batch: Batch, account: Account) -> list[Span]:
    steps = account.paces.steps(batch)
    mean = account.paces.per_second(batch) or 0.0
    left_s = account.paces.left_s(batch)
    left = f"   about {long_span(left_s)} left" if left_s is not None else ""
    now = steps[-1] if steps else mean
    return [(f"  {rate(now)} now, {rate(mean)} mean{left}", "")]


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
    """`validating 12s > running 41m > done`, as far as it came."""
    steps: list[tuple[str, int]] = [
        (name, at_s)
        for name, at_s in (
            ("validating", batch.created_at),
            ("running", batch.in_progress_at),
            ("finalizing", batch.finalizing_at),
            ("cancelling", batch.cancelling_at),
            ("done", batch.completed_at),
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


def _lineage(facts: BatchFacts | None, account: Account) -> Iterator[Entry]:
    if facts is None:
        return
    related = [("retry of", facts.retry_of.of_batch_id, facts.retry_of)] if facts.retry_of else []
    related += [("retried by", retry.batch_id, retry) for retry in facts.retries]
    for name, batch_id, retry in related:
        batch = account.batches.get(batch_id)
        line = _fact(name, id_tail(plain_id(batch_id)) if batch else plain_id(batch_id))
        line += _sent_again(retry, batch if batch_id == retry.batch_id else None)
        line.append((f"   {account.name(batch)}" if batch else "", "muted"))
        yield Entry(line, ToBatch(batch_id))


def _sent_again(retry: Retry, batch: Batch | None) -> Iterator[Span]:
    """`for 2 failed: 2 of 2 ok`. `batch`: the retry, where it is to be told how far it is."""
    for_what = f"for {retry.what}" if retry.what else ""
    if batch is None:
        yield (f"   {for_what}" if for_what else "", "muted")
        return
    counts = batch.request_counts
    is_whole = counts is not None and counts.completed == counts.total > 0
    tone: Tone = "success" if is_whole else "trouble" if batch.is_terminal else "accent"
    yield (f"   {for_what}: " if for_what else "   ", "muted")
    yield (came_to(batch), tone)


def _errors(batch: Batch, account: Account) -> Iterator[Entry]:
    """What the server says of the batch itself, as of an input that it refused."""
    errors = errors_of(batch)
    if not errors:
        return
    widest = min(max(len(error.code or "") for error in errors), LONGEST_CODE)
    yield Entry("")
    yield Entry([(f"{glyphs().failed} errors {len(errors):,}", "trouble")])
    for error in errors[:ERRORS_SHOWN]:
        line: list[Span] = []
        opens = None
        if error.line is not None:
            line.append((f"  line {error.line:>8,}  ", ""))
            if batch.input_file_id:
                opens = ToFile(batch.input_file_id, account.name(batch), error.line)
        else:
            line.append(("  ", ""))
        line.append((f"{(error.code or '').ljust(widest)}  ", "trouble"))
        line.append((error.message or "", ""))
        if error.param:
            line.append((f"  ({error.param})", "muted"))
        yield Entry(line, opens)
    if len(errors) > ERRORS_SHOWN:
        yield Entry(f"  and {len(errors) - ERRORS_SHOWN:,} more")
    yield Entry("")


def _facts(batch: Batch, account: Account, facts: BatchFacts | None) -> Iterator[Entry]:
    from batchtui.workflows.lineage import own_metadata

    yield Entry(_fact("model", batch.model or "not told"))
    window = f"window {batch.completion_window or 'not told'}"
    yield Entry(_fact("endpoint", batch.endpoint or "not told", window))
    usage, found = batch.usage, account.summaries.get(batch.id)
    are_shown = found is not None and found.summary is not None
    if usage is not None and usage.total_tokens and not (are_shown and not usage.cached_tokens):
        extra = f" ({count(usage.cached_tokens)} cached)" if usage.cached_tokens else ""
        tokens = f"{count(usage.input_tokens)} in{extra}, {count(usage.output_tokens)} out"
        yield Entry(_fact("tokens", tokens))
    if cost := _cost(batch, account, facts):
        yield Entry(cost)
    pairs = [f"{key}={value}   " for key, value in own_metadata(batch.metadata).items()]
    if pairs:
        yield Entry([_label("metadata"), *((text, "") for text in pairs)])
    yield Entry(_fact("batch", batch.id))
    yield from _files(batch, account)
    ours = ""
    if facts is not None and facts.is_ours:
        ours = f"by this machine{f', from {short_path(facts.path)}' if facts.path else ''}"
    yield Entry(_fact("created", moment(batch.created_at), ours))
    if batch.ended_at is not None:
        took = f"took {long_span(batch.ended_at - batch.created_at)}" if batch.created_at else ""
        yield Entry(_fact("ended", moment(batch.ended_at), took))


def _cost(batch: Batch, account: Account, facts: BatchFacts | None) -> list[Span]:
    """What it cost so far, else what its results tell, beside what was estimated."""
    found = account.summaries.get(batch.id)
    cost = (facts.cost if facts else None) or (found.cost if found else None)
    estimate = facts.estimate if facts else None
    if cost is None:
        if estimate is None:
            return []
        return _fact("cost", f"estimate {amount(estimate)}", f"({basis(estimate)})")
    what = "" if batch.is_terminal else " so far"
    before = f", estimate {in_short(estimate)}" if estimate else ""
    return _fact("cost", f"{amount(cost)}{what}", f"({basis(cost)}){before}")


def _files(batch: Batch, account: Account) -> Iterator[Entry]:
    """The linked files, with their names and sizes as far as these are known."""
    none = "none" if batch.is_terminal else "not yet"
    for label, file_id in (
        ("input", batch.input_file_id),
        ("output", batch.output_file_id),
        ("errors", batch.error_file_id),
    ):
        if not file_id:
            yield Entry(_fact(label, "not told" if label == "input" else none))
            continue
        file = account.files.get(file_id)
        name = (file.filename if file else "") or account.names.get(file_id, "")
        opens = ToFile(file_id, name or file_id)
        if file is None and file_id in account.files:
            yield Entry(_fact(label, file_id, "the server has it no longer"), opens)
            continue
        told = [name] if name and label == "input" else []
        told += [size(file.bytes)] if file else []
        line: list[Span] = [_label(label), ("   ".join(told), ""), ("   " if told else "", "")]
        yield Entry([*line, (file_id, "muted" if told else "")], opens)


def _label(name: str) -> Span:
    return (name.ljust(LABEL), "muted")


def _fact(name: str, value: str, more: str = "") -> list[Span]:
    fact: list[Span] = [_label(name), (value, "")]
    if more:
        fact.append((f"   {more}", "muted"))
    return fact
