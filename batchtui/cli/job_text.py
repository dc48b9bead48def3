"""A job in words: table rows, the page of `show`, JSON documents, the exit code."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any, Final

import click

from batchtui.cli.narrowing import telling_chars
from batchtui.cli.output import UNKNOWN, age, print_table, size, span
from batchtui.errors import ExitCode
from batchtui.visible import visible
from batchtui.workflows.jobs.states import JobState

if TYPE_CHECKING:
    from batchtui.workflows.jobs.actions import JobDetail, JobView
    from batchtui.workflows.jobs.records import Job, JobAudit, ShardRow

JOB_HEADER: Final = (
    *("JOB", "STATE", "SHARDS", "ANSWERED", "TOTAL", "FAILED", "RETRIES", "COST", "LEFT", "AGE"),
    *("INPUT", "WHY"),
)
JOB_RIGHT: Final = range(2, 10)
JOB_GIVE_UP: Final = (6, 2, 8, 7, 11, 10)
"""Retries, shards, left, cost, why, input."""
SHARD_HEADER: Final = ("SHARD", "STATE", "BATCH", "LINES", "OK", "FAILED", "TOKENS", "MODEL", "WHY")
SHARD_RIGHT: Final = range(3, 7)
SHARD_GIVE_UP: Final = (7, 6, 2, 8)
"""Model, tokens, all of a batch's id but its beginning, why."""


def job_row(view: JobView) -> tuple[str, ...]:
    return (
        view.job.id,
        signed(view.job),
        f"{view.shards_done}/{view.shards_all}",
        str(view.answered),
        str(view.total),
        str(view.failed + view.missing),
        str(view.retries),
        money(view.cost_usd),
        UNKNOWN if view.eta_s is None else f"~{span(view.eta_s)}",
        age(int(view.job.created_at)),
        view.job.name,
        view.why or UNKNOWN,
    )


def shard_row(shard: ShardRow) -> tuple[str, ...]:
    return (
        f"{shard.attempt}.{shard.number}",
        shard.state,
        shard.batch_id or UNKNOWN,
        str(shard.lines),
        str(shard.completed),
        str(shard.failed),
        str(shard.tokens),
        shard.lane.model or UNKNOWN,
        shard.why or UNKNOWN,
    )


def signed(job: Job) -> str:
    """The state as the app shows it: with a sign where requests have no answer."""
    return f"! {job.state.word}" if job.state is JobState.INCOMPLETE else job.state.word


def money(usd: float | None) -> str:
    if usd is None:
        return UNKNOWN
    return f"${usd:,.2f}" if usd >= 0.1 or usd == 0 else f"${usd:.4f}"


def show_job(detail: JobDetail) -> None:
    view, job = detail.view, detail.view.job
    _line("job", job.id)
    _line("state", f"{signed(job)}{f', driven by {view.driver_pid}' if view.is_driven else ''}")
    _line("why", view.why)
    _line("input", f"{job.input_path}  {job.records:,} requests, {size(job.size_bytes)}")
    figures = {"ok": view.answered, "failed": view.failed, "missing": view.missing}
    figures["pending"] = view.pending
    told = "   ".join(f"{name} {count:,}" for name, count in figures.items() if count)
    _line("requests", f"{view.total:,}   {told}")
    if job.audit is not None:
        words = ", ".join(f"{count:,} {word}" for word, count in sorted(job.audit.outcomes.items()))
        _line("outcomes", f"{words}   (after attempt {job.audit.attempt})")
    _line("shards", f"{view.shards_done:,} of {view.shards_all:,}")
    if view.eta_s is not None:
        _line("left", f"about {span(view.eta_s)}")
    _line("server", job.account)
    _line("result", job.out_path)
    _line("estimate", _estimate_text(job))
    for model, spent in job.spent.items():
        _line(
            "used",
            f"{model}: {spent.input_tokens:,} tokens in, {spent.output_tokens:,} out"
            f"   {money(spent.usd)}",
        )
    for attempt in detail.attempts[1:]:
        changes = "".join(f"  {key}={value}" for key, value in attempt.changes.items())
        _line("retry", f"{attempt.number - 1}: {attempt.lines:,} requests{changes}")
    click.echo()
    print_table(
        SHARD_HEADER,
        [shard_row(each) for each in detail.shards],
        right=SHARD_RIGHT,
        give_up=SHARD_GIVE_UP,
        floors={2: telling_chars([each.batch_id for each in detail.shards])},
    )


def _estimate_text(job: Job) -> str:
    estimate = job.estimate
    if estimate is None:
        return ""
    text = f"{estimate.input_tokens:,} tokens in"
    if estimate.low_usd is None:
        return text
    high = "more" if estimate.high_usd is None else money(estimate.high_usd)
    return f"{text}, {money(estimate.low_usd)} to {high}"


def _line(name: str, value: str) -> None:
    if value:
        click.echo(f"{name:<12} {visible(value)}")


def job_document(view: JobView) -> dict[str, Any]:
    job = view.job
    document = asdict(job)
    document.pop("input_stamp")
    document.pop("wanted")
    audit = document.pop("audit")
    return document | {
        "driver_pid": view.driver_pid,
        "why": view.why,
        "requests": {
            "total": view.total,
            "ok": view.answered,
            "failed": view.failed,
            "missing": view.missing,
            "pending": view.pending,
        },
        "shards": {
            "done": view.shards_done,
            "total": view.shards_all,
            "at_server": view.shards_at_server,
        },
        "eta_s": view.eta_s,
        "cost_usd": view.cost_usd,
        "audit": audit,
    }


def detail_document(detail: JobDetail) -> dict[str, Any]:
    return job_document(detail.view) | {
        "attempts": [asdict(each) for each in detail.attempts],
        "shard_list": [_shard_document(each) for each in detail.shards],
        "batches": [asdict(each) for each in detail.batches],
    }


def _shard_document(shard: ShardRow) -> dict[str, Any]:
    return asdict(shard) | {"lane": shard.lane._asdict()}


def audit_document(audit: JobAudit) -> dict[str, Any]:
    """The sums of a job's audit, with the names that those of a batch have."""
    return {
        "submitted": audit.submitted,
        "answered": audit.submitted - audit.missing,
        "ok": audit.ok,
        "failed": audit.failed,
        "missing": audit.missing,
        "duplicate": audit.duplicate,
        "unknown": audit.unknown,
        "unreadable": audit.unreadable,
        "superseded": audit.superseded,
        "result_lines": audit.result_lines,
        "outcomes": {str(outcome): count for outcome, count in audit.outcomes.items()},
    }


def exit_code_of(job: Job) -> ExitCode:
    """What a job that has ended means for a script."""
    if job.audit is None or not job.audit.is_complete:
        return ExitCode.SOME_FAILED
    return ExitCode.DONE
