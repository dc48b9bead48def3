"""What can be done with jobs as they stand: the key line offers nothing else. Pure functions."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import TYPE_CHECKING

from textual.binding import Binding

from batchtui.tui.jobs.board import is_final

if TYPE_CHECKING:
    from batchtui.workflows.jobs.view import JobView


def is_left(view: JobView, driven: Collection[str]) -> bool:
    """It should go on, and nobody drives it. `driven`: the ids of those that this app drives."""
    return view.is_interrupted and view.job.id not in driven


def offered(views: Sequence[JobView], driven: Collection[str], binding: Binding) -> str | None:
    """What the key line calls an action on `views`; None: it would do nothing."""
    label = binding.description
    if not views:
        return None
    view = views[0]
    if binding.id == "job.open":
        return "results" if view.shards_done else "detail"
    if binding.id == "job.pause":
        is_still = str(view.state) in ("paused", "stopped") or is_left(view, driven)
        can_pause = not is_final(view) and str(view.state) != "cancelling"
        return "go on" if is_still else label if can_pause else None
    can = {
        "job.retry": is_final(view) and view.job.audit is not None and view.answered < view.total,
        "job.cancel": any(not is_final(each) for each in views),
        "job.export": view.shards_done > 0,
        "job.diff": view.job.attempt > 1,
    }
    return label if can.get(binding.id or "", True) else None
