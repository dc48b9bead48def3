"""A file is waited for where a server must process it first, and only there."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from itertools import chain, repeat
from pathlib import Path

import httpx
import pytest

from batchtui.client import BatchClient
from batchtui.config import Kind, Profile
from batchtui.errors import InvalidRequestError, TimedOutError
from batchtui.models.file import FileObject
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.processed import LONGEST_S, processed
from batchtui.workflows.session import Session

UPLOADED = FileObject(id="file-1", filename="in.jsonl", status="uploaded")


class Waits(list[float]):
    async def __call__(self, seconds: float) -> None:
        self.append(seconds)


@asynccontextmanager
async def session(
    statuses: Iterator[str | None], ledger: Path, kind: Kind = "azure"
) -> AsyncIterator[Session]:
    def answer(request: httpx.Request) -> httpx.Response:
        assert request.url.path.endswith("/files/file-1")
        details = "Invalid JSON at line 1"
        return httpx.Response(
            200, json={"id": "file-1", "status": next(statuses), "status_details": details}
        )

    client = BatchClient(base_url="http://azure", kind=kind, transport=httpx.MockTransport(answer))
    profile = Profile("azure", "http://azure", kind)
    async with Session(profile, client=client, ledger=Ledger(ledger)) as opened:
        yield opened


async def test_azure_is_waited_for(tmp_path: Path) -> None:
    waits = Waits()
    answers = iter(["uploaded", "pending", "Processed"])
    async with session(answers, tmp_path / "ledger.db") as azure:
        file = await processed(azure, UPLOADED, sleep=waits)
    assert file.status == "Processed"
    assert waits == [1, 1.5, 2.25]


async def test_what_is_ready_is_not_waited_for(tmp_path: Path) -> None:
    waits = Waits()
    async with session(iter([]), tmp_path / "ledger.db") as azure:
        for status in ("processed", None):
            await processed(azure, FileObject(id="file-1", status=status), sleep=waits)
    async with session(iter([]), tmp_path / "ledger.db", "openai") as openai:
        await processed(openai, UPLOADED, sleep=waits)
    assert waits == []


async def test_a_file_that_can_not_be_read_says_why(tmp_path: Path) -> None:
    async with session(iter(["error"]), tmp_path / "ledger.db") as azure:
        with pytest.raises(InvalidRequestError, match="Invalid JSON at line 1"):
            await processed(azure, UPLOADED, sleep=Waits())


async def test_the_wait_ends(tmp_path: Path) -> None:
    waits = Waits()
    async with session(chain(repeat("pending")), tmp_path / "ledger.db") as azure:
        with pytest.raises(TimedOutError, match="still pending"):
            await processed(azure, UPLOADED, sleep=waits)
    assert LONGEST_S <= sum(waits) < LONGEST_S + 11
