"""A job of the test's own, on a real gateway, in this process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable, Iterable
from contextlib import aclosing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.models.batch import Batch
from batchtui.workflows.batches import list_batches
from batchtui.workflows.jobs import actions
from batchtui.workflows.jobs.events import JobEvent, JobMade
from batchtui.workflows.jobs.records import Job, JobOptions
from batchtui.workflows.jobs.store import JobStore
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session

CHAT = "/v1/chat/completions"
INTERVAL_S = 0.1


@dataclass
class Desk:
    """A store, a connection, and a place for files; `events` of what was driven last."""

    session: Session
    store: JobStore
    folder: Path
    events: list[JobEvent] = field(default_factory=list)

    @property
    def out(self) -> Path:
        return self.folder / "out.jsonl"

    async def make(self, path: Path, *, again: bool = False, **options: Any) -> Job:
        new = actions.NewJob(path, JobOptions(**options), out_path=str(self.out), again=again)
        async for event in actions.make(self.session, self.store, new):
            if isinstance(event, JobMade):
                return event.job
        raise AssertionError("making ends with a job or with an error")

    async def drive(
        self,
        job: Job,
        until: Callable[[JobEvent], bool] | None = None,
        session: Session | None = None,
    ) -> Job:
        """To its end, or until an event; its error is raised."""
        self.events = []
        driving = actions.drive(session or self.session, self.store, job.id, interval_s=INTERVAL_S)
        async with aclosing(driving) as events:
            async for event in events:
                self.events.append(event)
                if until is not None and until(event):
                    break
        return self.store.job(job.id)

    async def batches(self) -> list[Batch]:
        return [each async for each in list_batches(self.session)]

    async def assert_batches_are_those_of(self, job: Job) -> None:
        listed = sorted(each.id for each in await self.batches())
        assert listed == sorted(each.batch_id for each in self.store.batches(job.id))

    async def until_some_batch_is(self, status: str) -> None:
        async with asyncio.timeout(30):
            while status not in {each.status for each in await self.batches()}:  # noqa: ASYNC110
                await asyncio.sleep(0.01)

    def results(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.read_text().splitlines()]

    def ids(self) -> list[str]:
        return [each["custom_id"] for each in self.results()]

    def write(self, requests: Iterable[dict[str, Any]], name: str = "in.jsonl") -> Path:
        path = self.folder / name
        path.write_text("".join(json.dumps(each) + "\n" for each in requests))
        return path


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


def connected(url: str, folder: Path, **profile: Any) -> Session:
    """A session with a server that costs money, as far as it knows; looks without long pauses."""
    return Session(
        Profile(name="paying", base_url=url, **profile),
        downloads=folder / "downloads",
        ledger=Ledger(folder / "ledger.db"),
        looks_s=(0.0, 0.05, 0.2),
    )


@pytest.fixture
async def desk(gateway: Gateway, tmp_path: Path) -> AsyncIterator[Desk]:
    async with connected(gateway.base_url, tmp_path) as session:
        yield Desk(session, JobStore(tmp_path / "state" / "jobs.db"), tmp_path)
