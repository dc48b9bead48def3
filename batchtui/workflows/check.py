"""Checks a batch input before anything is sent or paid for."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

from batchtui.config import Profile
from batchtui.errors import InputError
from batchtui.jsonl.progress import Progress
from batchtui.jsonl.validate import validate
from batchtui.jsonl.validation import Validation
from batchtui.models.limits import AZURE, GATEWAY, OPENAI, Limits
from batchtui.workflows.background import in_thread


class RefusedError(InputError):
    """The file would be refused by the server; `validation` has every problem with its line."""

    def __init__(self, path: Path, validation: Validation) -> None:
        count = validation.error_count
        problems = "1 problem" if count == 1 else f"{count:,} problems"
        super().__init__(
            f"{path.name}: {problems}: the server would refuse this file",
            hint="correct the file; nothing was sent",
        )
        self.validation = validation


def limits_for(kind: str) -> Limits:
    return {"azure": AZURE, "local": GATEWAY}.get(kind, OPENAI)


def limits_of(profile: Profile) -> Limits:
    """Those of the profile's kind, but for what the profile itself says."""
    limits = limits_for(profile.kind)
    return replace(
        limits,
        lines=profile.max_lines or limits.lines,
        size_bytes=profile.max_size_bytes or limits.size_bytes,
    )


async def check(
    path: Path,
    *,
    endpoint: str | None = None,
    limits: Limits = OPENAI,
    on_progress: Callable[[Progress], None] | None = None,
) -> Validation:
    """Every problem of the file at `path`, found in a thread; raises InputError if unreadable."""
    return await in_thread(validate(path, endpoint=endpoint, limits=limits), on_progress)
