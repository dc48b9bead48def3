"""The way to a new attempt of a job: what may be retried, and what it may cost."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from batchtui.tui.figures import dollars, plural
from batchtui.tui.jobs.board import is_final

if TYPE_CHECKING:
    from batchtui.jsonl.outcomes import Outcome
    from batchtui.tui.app import BatchtuiApp
    from batchtui.workflows.jobs.records import Job
    from batchtui.workflows.jobs.view import JobView


def retry_job(app: BatchtuiApp, view: JobView, outcomes: Collection[Outcome] | None = None) -> None:
    """Ask for which requests, with what changed. `outcomes`: chosen at first; None: those without
    an answer."""
    if not is_final(view):
        app.tell(f"{view.job.name} has not ended: its requests may still be answered")
        return
    if view.job.audit is None:
        app.tell(f"{view.job.name} was never sent: nothing is known of its requests")
        return
    from batchtui.tui.screens.job_retry import JobRetryScreen

    app.push_screen(JobRetryScreen(view, outcomes))


def cost_text(job: Job, requests: int, *, other_model: bool) -> str:
    """What a retry of so many requests may cost, as their share of the estimate of all."""
    estimate = job.estimate
    if estimate is None or estimate.low_usd is None or not job.records:
        return "cost not known"
    if estimate.most_usd == 0:
        return "free of charge"
    if other_model:
        return "cost not known: another model has another price"
    share = requests / job.records
    low = dollars(estimate.low_usd * share)
    if estimate.high_usd is None:
        return f"cost from {low}, no limit on answers"
    high = dollars(estimate.high_usd * share)
    return f"cost about {low}" if low == high else f"cost {low} to {high}"


def question(job: Job, requests: int, *, other_model: bool) -> str:
    cost = cost_text(job, requests, other_model=other_model)
    return f"Send {plural(requests, 'request')} of {job.name} again? {cost[0].upper()}{cost[1:]}."
