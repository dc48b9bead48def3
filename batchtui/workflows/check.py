"""Checks a batch input before anything is sent or paid for."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

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


async def check(
    path: Path,
    *,
    endpoint: str | None = None,
    limits: Limits = OPENAI,
    on_progress: Callable[[Progress], None] | None = None,
) -> Validation:
    """Every problem of the file at `path`, found in a thread; raises InputError if unreadable."""
    return await in_thread(validate(path, endpoint=endpoint, limits=limits), on_progress)
