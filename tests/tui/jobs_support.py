"""What the tests of jobs in the app share: a server with limits, and jobs made there."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import aclosing
from pathlib import Path
from typing import Any

from batchtui.config import Profile
from batchtui.tui.app import BatchtuiApp
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.events import JobMade
from batchtui.workflows.jobs.records import Job, JobOptions
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.session import Session

CHAT = "/v1/chat/completions"


def chat(number: int, *, model: str = "echo", echo: str = "", **body: Any) -> dict[str, Any]:
    """A chat request; `echo`: the trouble that it asks the echo model for."""
    content: dict[str, Any] = {
        "model": model,
        "messages": [{"role": "user", "content": f"Question {number}"}],
        **body,
    }
    if echo:
        content["metadata"] = {"echo": echo}
    return {"custom_id": f"r-{number}", "method": "POST", "url": CHAT, "body": content}


def write(path: Path, requests: Iterable[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(each) + "\n" for each in requests))
    return path


async def make(profile: Profile, path: Path, *, name: str = "", **options: Any) -> Job:
    """A job that nobody drives yet."""
    async with Session(profile) as session:
        new = actions.NewJob(path, JobOptions(**options), name=name)
        async for event in actions.make(session, JobStore(), new):
            if isinstance(event, JobMade):
                return event.job
    raise AssertionError("making ends with a job or with an error")


async def drive(profile: Profile, job: Job, downloads: Path) -> Job:
    """To its end."""
    async with Session(profile, downloads=downloads) as session:
        driving = actions.drive(session, JobStore(), job.id, interval_s=0.05)
        async with aclosing(driving) as events:
            async for _ in events:
                pass
    return JobStore().job(job.id)


def job_of(app: BatchtuiApp, name: str) -> Job:
    return next(each.job for each in app.desk.board.views if each.job.name == name)
