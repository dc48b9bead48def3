"""How large one batch of a job may be: what the server takes, and what its user asked for."""

from __future__ import annotations

from batchtui.config import Profile
from batchtui.jsonl.shards import Bounds
from batchtui.workflows.check import limits_of
from batchtui.workflows.jobs.records import JobOptions


def bounds_of(profile: Profile, options: JobOptions) -> Bounds:
    limits = limits_of(profile)
    return Bounds(
        lines=_least(limits.lines, options.max_lines),
        size_bytes=_least(limits.size_bytes, options.max_size_bytes),
        tokens=_least(options.max_tokens, options.max_enqueued_tokens, profile.max_enqueued_tokens),
    )


def _least(*bounds: int | None) -> int | None:
    return min((each for each in bounds if each is not None), default=None)
