"""Everything that is known of one job, as lines. Pure functions; exact numbers."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TYPE_CHECKING

from batchtui.tui.batch_cells import bar
from batchtui.tui.figures import count, dollars, long_span, moment, plural, short_path, size
from batchtui.tui.jobs.board import is_final
from batchtui.tui.jobs.look import look, money, nobody_drives, shard_line
from batchtui.tui.opens import Entry, ToBatch
from batchtui.tui.outcome_look import TONES, glyph
from batchtui.tui.widgets.spans import Cell, Span, Tone

if TYPE_CHECKING:
    from batchtui.tui.jobs.board import Queued
    from batchtui.workflows.jobs.actions import JobDetail
    from batchtui.workflows.jobs.records import Attempt, Estimate, Job, Spent
    from batchtui.workflows.jobs.view import JobView

LABEL = 11


def detail_entries(
    view: JobView,
    detail: JobDetail | None,
    queues: Sequence[Queued],
    *,
    is_driven_here: bool = False,
    doing: str = "",
) -> list[Entry]:
    """Top to bottom: state and why, queue, money, attempts, files, shards.

    `detail` None: its shards are not read yet. `doing`: what is done for it right now.
    """
    return [
        *map(Entry, _state(view, is_driven_here, doing)),
        *map(Entry, _queue(view, queues)),
        *map(Entry, _money(view.job)),
        *map(Entry, _outcomes(view)),
        *map(Entry, _attempts(detail.attempts if detail else (), view.job)),
        *map(Entry, _files(view.job)),
        *_shards(detail, is_driven_here),
    ]


def _state(view: JobView, is_driven_here: bool, doing: str) -> Iterator[Cell]:
    sign, word, tone = look(view, is_driven_here=is_driven_here)
    line: list[Span] = [(f"{sign} {word}", tone)]
    if view.total:
        done = view.answered + view.failed
        line += [
            (f" {100 * done // view.total}%  ", ""),
            (bar(done, view.total), "accent"),
            (f"  {done:,} of {view.total:,}", ""),
        ]
    if view.eta_s is not None:
        line.append((f"   about {long_span(view.eta_s)} left", ""))
    yield line
    figures = (("failed", view.failed), ("missing", view.missing), ("pending", view.pending))
    counts: list[Span] = [_label("requests"), (f"ok {view.answered:,}", "")]
    for word, number in figures:
        tone_of_it: Tone = "muted" if word == "pending" or not number else "trouble"
        counts.append((f"   {word} {number:,}", tone_of_it))
    yield counts
    why = "" if view.is_interrupted and is_driven_here else view.why
    if why:
        yield [(f"  {why}", "trouble" if tone == "trouble" else "")]
    if not is_final(view):
        driven = _fact("driven", *_driver(view, is_driven_here))
        yield [*driven, (f"   {doing}", "accent")] if doing else driven


def _driver(view: JobView, is_driven_here: bool) -> tuple[str, str]:
    if is_driven_here:
        return "by this app", "p pauses"
    if view.is_driven:
        return f"by process {view.driver_pid}", "only watched here; p and x are asked of it"
    if view.is_interrupted:
        return "by no process", "p takes it up"
    known = {"paused": "p lets it go on", "stopped": "p tries again"}
    return "by no process", known.get(str(view.state), "")


def _queue(view: JobView, queues: Sequence[Queued]) -> Iterator[Cell]:
    shards = f"{view.shards_done:,} of {view.shards_all:,} done"
    more = f"{view.shards_at_server:,} at the server, {view.shards_waiting:,} wait"
    yield _fact("shards", shards, more if view.shards_at_server or view.shards_waiting else "")
    if view.tokens_at_server or view.tokens_waiting:
        waiting = f"{count(view.tokens_waiting)} tokens wait"
        yield _fact("queue", f"{count(view.tokens_at_server)} tokens of it at the server", waiting)
    for queue in queues:
        if queue.account == view.job.account and view.tokens_at_server:
            yield _fact("", queue_text(queue), "of all jobs")


def queue_text(queue: Queued) -> str:
    """`1.9M of 2.0M tokens (gpt-4o-mini)`."""
    limit = "" if queue.limit is None else f" of {count(queue.limit)}"
    return f"{count(queue.tokens)}{limit} tokens ({queue.model or 'no model named'})"


def _money(job: Job) -> Iterator[Cell]:
    if job.estimate is not None:
        yield _fact("estimate", *_estimate(job.estimate))
    cap = job.options.max_spend_usd
    if cap is not None:
        yield _fact("cap", dollars(cap), "no batch is created that may cost more")
    for model, spent in job.spent.items():
        yield _fact("used", model or "no model named", _spent(spent))
    if len(job.spent) > 1:
        yield _fact("cost", money(job.spent_usd))


def _estimate(estimate: Estimate) -> tuple[str, str]:
    tokens = f"{count(estimate.input_tokens)} tokens in"
    if estimate.low_usd is None:
        return tokens, "cost not known"
    basis = "batch price" if estimate.is_batch_price else "no batch discount"
    if estimate.most_usd == 0:
        return tokens, "free of charge"
    if estimate.high_usd is None:
        return f"{tokens}, from {dollars(estimate.low_usd)}", basis
    low, high = dollars(estimate.low_usd), dollars(estimate.high_usd)
    return f"{tokens}, {low if low == high else f'{low} to {high}'}", basis


def _spent(spent: Spent) -> str:
    cached = f" ({count(spent.cached_tokens)} cached)" if spent.cached_tokens else ""
    tokens = f"{count(spent.input_tokens)} tokens in{cached}, {count(spent.output_tokens)} out"
    return f"{tokens}   {money(spent.usd)}"


def _outcomes(view: JobView) -> Iterator[Cell]:
    audit = view.job.audit
    if audit is None:
        return
    line: list[Span] = [_label("outcomes")]
    for outcome, number in sorted(audit.outcomes.items(), key=lambda item: -item[1]):
        line.append((f"{glyph(outcome)} {number:,} {outcome}   ", TONES.get(outcome, "accent")))
    for word in ("duplicate", "unknown", "unreadable"):
        number = getattr(audit, word)
        if number:
            line.append((f"{number:,} {word} lines   ", "trouble"))
    yield line


def _attempts(attempts: Sequence[Attempt], job: Job) -> Iterator[Cell]:
    if len(attempts) < 2:
        return
    for attempt in attempts:
        what = plural(attempt.lines, "request")
        if attempt.outcomes:
            what = f"{what} ({', '.join(attempt.outcomes)})"
        changes = "   ".join(f"{key}={value}" for key, value in attempt.changes.items())
        path = "" if attempt.path == job.input_path else short_path(attempt.path)
        more = "   ".join(each for each in (changes, moment(attempt.created_at), path) if each)
        yield _fact(f"attempt {attempt.number}", what, more)


def _files(job: Job) -> Iterator[Cell]:
    facts = f"{plural(job.records, 'request')}, {size(job.size_bytes)}"
    yield _fact("input", short_path(job.input_path), facts)
    if job.out_path:
        yield _fact("result", short_path(job.out_path))
    else:
        yield _fact("result", "written nowhere yet", "E exports it")
    yield _fact("server", job.account, job.profile_name)
    yield _fact("job", job.id, f"made {moment(job.created_at)}")


def _shards(detail: JobDetail | None, is_driven_here: bool) -> Iterator[Entry]:
    if detail is None:
        return
    yield Entry("")
    attempts = detail.view.job.attempt
    at_rest = nobody_drives(detail.view, is_driven_here=is_driven_here)
    for shard in detail.shards:
        opens = ToBatch(shard.batch_id) if shard.batch_id else None
        yield Entry(shard_line(shard, attempts, is_at_rest=at_rest), opens)
        batches = [
            each.batch_id
            for each in detail.batches
            if (each.attempt, each.number) == (shard.attempt, shard.number)
            and each.batch_id != shard.batch_id
        ]
        for batch_id in batches:
            yield Entry([("      before ", "muted"), (batch_id, "muted")], ToBatch(batch_id))


def _label(name: str) -> Span:
    return (name.ljust(LABEL), "muted")


def _fact(name: str, value: str, more: str = "") -> list[Span]:
    fact: list[Span] = [_label(name), (value, "")]
    if more:
        fact.append((f"   {more}", "muted"))
    return fact
