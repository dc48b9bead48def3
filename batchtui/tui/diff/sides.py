"""What two results are: files on this machine, or a job up to one of its attempts.

Owns the way from that to records joined by custom_id, in a thread. Knows no widget.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from batchtui.jsonl.progress import Steps

if TYPE_CHECKING:
    from batchtui.jsonl.diff import Diff
    from batchtui.jsonl.joined import Joined
    from batchtui.workflows.jobs.store import JobStore


@dataclass(frozen=True, slots=True)
class ResultFile:
    path: Path

    @property
    def name(self) -> str:
        return self.path.name


@dataclass(frozen=True, slots=True)
class JobAttempt:
    """The best results of a job up to attempt `up_to`, from 1."""

    job_id: str
    name: str
    up_to: int


Side: TypeAlias = ResultFile | JobAttempt


def opened(side: Side, store: JobStore | None) -> Steps[Joined]:
    """`store`: for the attempts of jobs. Raises BatchtuiError. Close what is returned."""
    if isinstance(side, ResultFile):
        from batchtui.jsonl.join import join

        return (yield from join(None, [side.path]))
    from batchtui.workflows.jobs.audit import joined

    assert store is not None, "an attempt is of a job"
    return (yield from joined(store, store.job(side.job_id), up_to=side.up_to))


def compared(a: Side, b: Side, store: JobStore | None) -> Steps[Diff]:
    """Both opened and compared. Raises BatchtuiError. Close both results of the Diff."""
    from batchtui.jsonl.diff import diff

    first = yield from opened(a, store)
    try:
        second = yield from opened(b, store)
        try:
            return (yield from diff(first, second))
        except BaseException:
            second.close()
            raise
    except BaseException:
        first.close()
        raise
