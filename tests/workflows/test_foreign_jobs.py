"""The whole job at servers with ways of their own: submit, watch, collect, read.

Made from what those servers document; what one call does is told in `tests/client/test_providers`.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from itertools import chain, repeat
from pathlib import Path
from typing import Any

import httpx
import pytest

from batchtui.client import BatchClient
from batchtui.config import Kind, Profile
from batchtui.jsonl.results import read_result
from batchtui.models.batch import Batch
from batchtui.workflows import results
from batchtui.workflows.feed import Trouble
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.session import Session
from batchtui.workflows.submit import Created, Submission, submit
from batchtui.workflows.watch import LATE_OUTPUT_TRIES, watch

CHAT = "/v1/chat/completions"
WriteInput = Callable[..., Path]
Answers = Iterator[dict[str, Any]]


class Server:
    """One file, one batch; what it answers when the batch is looked at comes from `looks`."""

    def __init__(self, root: str, created: dict[str, Any], looks: Answers, **more: bytes) -> None:
        self.asked: list[str] = []
        self.bodies: dict[str, bytes] = {}
        self._root = root
        self._created = created
        self._looks = looks
        self._contents = more
        self.file: Answers = repeat({"id": "file-in", "status": "processed"})

    def __call__(self, request: httpx.Request) -> httpx.Response:
        request.read()
        path = request.url.path.removeprefix(self._root)
        asked = f"{request.method} {path}"
        self.asked.append(asked)
        self.bodies[asked] = request.content
        if path.endswith("/content"):
            return httpx.Response(200, content=self._contents[path.split("/")[2].split("-")[1]])
        answers = {
            "POST /files": self.file,
            "GET /files/file-in": self.file,
            "POST /batches": iter([self._created]),
            "GET /batches/b-1": self._looks,
        }
        if asked not in answers:
            return httpx.Response(404, json={"detail": "Not Found"})
        return httpx.Response(200, json=next(answers[asked]))


def result(number: int, **more: Any) -> bytes:
    message = {"role": "assistant", "content": f"Answer {number}"}
    body = {"object": "chat.completion", "choices": [{"message": message, "finish_reason": "stop"}]}
    line = {"custom_id": f"r-{number}", "response": {"status_code": 200, "body": body | more}}
    return json.dumps(line | {"error": None}).encode() + b"\n"


async def answers_of(
    server: Server, path: Path, kind: Kind, base_url: str, tmp_path: Path
) -> list[str]:
    """The texts of the answers, in input order."""
    client = BatchClient(base_url=base_url, kind=kind, transport=httpx.MockTransport(server))
    profile = Profile("there", base_url, kind)
    async with Session(
        profile, client=client, ledger=Ledger(tmp_path / "l.db"), downloads=tmp_path / "downloads"
    ) as session:
        last = [event async for event in submit(session, Submission(path))][-1]
        assert isinstance(last, Created)
        batch = last.batch
        async for seen in watch(session, [batch.id], interval_s=0.01):
            assert not isinstance(seen, Trouble)
            batch = seen
        assert batch.status == "completed"
        out = tmp_path / "out.jsonl"
        collected = await results.collect(session, batch, out, input_path=path)
    assert collected.audit.is_complete
    return [read_result(line).text or "" for line in out.read_bytes().splitlines()]


@pytest.mark.parametrize(
    ("base_url", "root"),
    [
        ("https://r.openai.azure.com", "/openai/v1"),
        ("https://r.openai.azure.com?api-version=2024-10-21", "/openai"),
    ],
)
async def test_azure(
    write_input: WriteInput,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    base_url: str,
    root: str,
) -> None:
    """Waits for the file; null counts, ISO times, an empty error file, lines without `id`."""
    monkeypatch.setattr("batchtui.workflows.processed.FIRST_INTERVAL_S", 0.001)
    path = write_input(2)
    if "api-version" in base_url:
        path.write_text(path.read_text().replace(CHAT, "/chat/completions"))
    batch = {
        "id": "b-1",
        "status": "Validating",
        "endpoint": None,
        "created_at": "2026-11-22T02:00:00Z",
        "request_counts": {"total": None, "completed": None, "failed": None},
        "input_file_id": "file-in",
        "error_file_id": "",
        "output_file_id": "",
    }
    ended = batch | {"status": "Completed", "output_file_id": "file-o", "error_file_id": "file-e"}
    filtered = {"content_filter_results": {"hate": {"filtered": False, "severity": "safe"}}}
    server = Server(
        root,
        batch,
        iter([batch, batch | {"status": "InProgress"}, ended]),
        o=result(1, prompt_filter_results=[filtered]) + result(0),
        e=b"",
    )
    server.file = chain(
        ({"id": "file-in", "status": each} for each in ("pending", "Running")),
        repeat({"id": "file-in", "status": "processed"}),
    )
    texts = await answers_of(server, path, "azure", base_url, tmp_path)
    assert texts == ["Answer 0", "Answer 1"]
    assert server.asked.index("POST /batches") > server.asked.index("GET /files/file-in")
    sent = json.loads(server.bodies["POST /batches"])
    assert sent["endpoint"] == ("/chat/completions" if "api-version" in base_url else CHAT)


async def test_together(write_input: WriteInput, tmp_path: Path) -> None:
    """Capitals, a wrapped create, a share in percent for counts."""
    job = {"id": "b-1", "status": "VALIDATING", "created_at": "2026-11-22T02:00:00.5Z"}
    server = Server(
        "/v1",
        {"job": job, "warning": None},
        iter(
            [
                job | {"status": "IN_PROGRESS", "progress": 50.0},
                job | {"status": "COMPLETED", "progress": 100.0, "output_file_id": "file-o"},
            ]
        ),
        o=result(0) + result(1),
    )
    base_url = "https://api.together.xyz/v1"
    texts = await answers_of(server, write_input(2), "compatible", base_url, tmp_path)
    assert texts == ["Answer 0", "Answer 1"]
    assert b"batch-api" in server.bodies["POST /files"]


async def test_the_id_of_the_output_comes_late(write_input: WriteInput, tmp_path: Path) -> None:
    """LiteLLM, and OpenAI behind it: `completed` before there is a file (LiteLLM issue 37715)."""
    batch = {"id": "b-1", "status": "validating", "input_file_id": "file-in"}
    ended = batch | {"status": "completed", "output_file_id": "", "request_counts": {"total": 1}}
    there = ended | {"output_file_id": "file-o"}
    server = Server("/v1", batch, iter([batch, ended, ended, there]), o=result(0))
    texts = await answers_of(server, write_input(1), "litellm", "http://proxy:4000", tmp_path)
    assert texts == ["Answer 0"]


async def test_an_output_that_never_comes_is_not_waited_for(tmp_path: Path) -> None:
    """A proxy reads the files of a batch at each look: a few are enough."""
    ended = {"id": "b-1", "status": "completed", "request_counts": {"total": 1, "failed": 1}}
    server = Server("/v1", {}, repeat(ended))
    client = BatchClient(base_url="http://proxy:4000", transport=httpx.MockTransport(server))
    async with Session(Profile("there", "http://proxy:4000", "local"), client=client) as session:
        seen = [event async for event in watch(session, ["b-1"], interval_s=0.01)]
    assert [each.status for each in seen if isinstance(each, Batch)] == ["completed"]
    assert server.asked.count("GET /batches/b-1") == LATE_OUTPUT_TRIES + 1
