"""The names of input files: from this machine where it sent them, else from the server."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import httpx

from batchtui.client import BatchClient
from batchtui.config import Profile
from batchtui.workflows.ledger import Ledger
from batchtui.workflows.names import FileNames
from batchtui.workflows.session import Session

URL = "http://proxy:4000"


class Files:
    """A server with these files, by id; `listed` are those its list shows."""

    def __init__(self, names: dict[str, str], listed: set[str] | None = None) -> None:
        self.names = names
        self.listed = names.keys() if listed is None else listed
        self.asked: Counter[str] = Counter()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        path = request.url.path.removeprefix("/v1/files")
        self.asked[path] += 1
        if not path:
            rows = [{"id": each, "filename": self.names[each]} for each in sorted(self.listed)]
            return httpx.Response(200, json={"data": rows, "has_more": False})
        name = self.names.get(path[1:])
        if name is None:
            return httpx.Response(404, json={"error": {"message": f"No such file: {path[1:]}"}})
        return httpx.Response(200, json={"id": path[1:], "filename": name})


async def learned(files: Files, ledger: Ledger, *asked: set[str]) -> list[dict[str, str]]:
    """What is told of each of `asked`, one after the other."""
    client = BatchClient(base_url=URL, transport=httpx.MockTransport(files))
    told: list[dict[str, str]] = []
    async with Session(Profile("proxy", URL, "litellm"), client=client, ledger=ledger) as session:
        names = FileNames(session)
        for wanted in asked:
            found: dict[str, str] = {}
            async for portion in names.learn(wanted):
                found |= portion
            told.append(found)
    return told


async def test_one_list_names_many_and_none_is_asked_for_twice(tmp_path: Path) -> None:
    files = Files({"file-1": "a.jsonl", "file-2": "b.jsonl", "file-3": "c.jsonl"}, {"file-1"})
    ids = {"file-1", "file-2", "file-gone"}
    told = await learned(files, Ledger(tmp_path / "l.db"), ids, ids, {"file-3"})
    assert told == [{"file-1": "a.jsonl", "file-2": "b.jsonl"}, {}, {"file-3": "c.jsonl"}]
    assert files.asked == {"": 1, "/file-2": 1, "/file-gone": 1, "/file-3": 1}


async def test_what_was_sent_from_here_has_the_name_it_has_here(tmp_path: Path) -> None:
    """Managed files of a LiteLLM proxy all have the same name, which tells nothing."""
    ledger = Ledger(tmp_path / "l.db")
    ledger.intend(URL, "hash", "/v1/embeddings", "/home/me/reviews.jsonl", "file-1")
    ledger.intend("http://other", "hash", "/v1/embeddings", "/home/me/other.jsonl", "file-2")
    files = Files(dict.fromkeys(("file-1", "file-2", "file-3"), "modified_file.jsonl"))
    told = await learned(files, ledger, {"file-1"}, {"file-1", "file-2", "file-3"})
    assert told == [{"file-1": "reviews.jsonl"}, {}]
    assert "/file-1" not in files.asked


async def test_parts_of_one_file_are_told_apart(tmp_path: Path) -> None:
    ledger = Ledger(tmp_path / "l.db")
    account = Profile("proxy", URL, "litellm").account
    for number, content in enumerate(("job_a/1/1", "job_a/1/12", "job_ab/1/1", "sha256")):
        path = f"/data/{content.partition('/')[0]}.jsonl"
        ledger.intend(account, content, "/v1/chat/completions", path, f"file-{number}")
    files = Files({})
    told = await learned(files, ledger, {f"file-{number}" for number in range(4)})
    assert told == [
        {
            "file-0": "job_a.jsonl 1.1",
            "file-1": "job_a.jsonl 1.12",
            "file-2": "job_ab.jsonl",
            "file-3": "sha256.jsonl",
        }
    ]
    assert not files.asked


async def test_a_listed_file_is_told_though_a_batch_comes_to_use_it_only_later(
    tmp_path: Path,
) -> None:
    files = Files({"file-1": "a.jsonl", "file-2": "b.jsonl", "file-0": "late.jsonl"})
    told = await learned(files, Ledger(tmp_path / "l.db"), {"file-1", "file-2"}, {"file-0"})
    names: dict[str, str] = {}
    for each in told:
        names |= each
    assert names == files.names


class Breaking(Files):
    """Its answers for `broken` are an error once."""

    broken = "/file-2"

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith(self.broken) and not self.asked[self.broken]:
            self.asked[self.broken] += 1
            return httpx.Response(403, json={"error": {"message": "not now"}})
        return super().__call__(request)


async def test_what_was_found_before_an_error_is_told(tmp_path: Path) -> None:
    files = Breaking({"file-1": "a.jsonl", "file-2": "b.jsonl"}, listed=set())
    ids = {"file-1", "file-2"}
    told = await learned(files, Ledger(tmp_path / "l.db"), ids, ids)
    assert told == [{"file-1": "a.jsonl"}, {"file-2": "b.jsonl"}]
