"""Drives one job."""

from __future__ import annotations

from collections.abc import AsyncGenerator

from batchtui.workflows.jobs.events import JobEvent
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.session import Session


async def run(
    session: Session, store: JobStore, job_id: str, *, interval_s: float = 10.0
) -> AsyncGenerator[JobEvent, None]:
    return
    yield
