"""The real curl, with the lines of LiteLLM's page on its Batches API, against `batchtui serve`.

The page says `localhost:4000`; here the port is a free one. Ids that it makes up are answered with
OpenAI's refusal, and then replaced by the real ones.
"""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.gateway.server_process import ServerProcess
from tests.gateway.support import Api, chat

CREATE_FILE = """curl http://localhost:4000/v1/files \\
    -H "Authorization: Bearer sk-1234" \\
    -F purpose="batch" \\
    -F file="@mydata.jsonl"
"""

CREATE_BATCH = """curl http://localhost:4000/v1/batches \\
        -H "Authorization: Bearer sk-1234" \\
        -H "Content-Type: application/json" \\
        -d '{
            "input_file_id": "file-abc123",
            "endpoint": "/v1/chat/completions",
            "completion_window": "24h"
    }'
"""

RETRIEVE_BATCH = """curl http://localhost:4000/v1/batches/batch_abc123 \\
    -H "Authorization: Bearer sk-1234" \\
    -H "Content-Type: application/json" \\

"""

LIST_BATCHES = """curl http://localhost:4000/v1/batches \\
    -H "Authorization: Bearer sk-1234" \\
    -H "Content-Type: application/json" \\

"""


class Shell:
    """A directory with `mydata.jsonl`, and a server that `localhost:4000` stands for."""

    def __init__(self, directory: Path, api: Api) -> None:
        self.directory = directory
        self.api = api

    def run(self, command: str) -> dict[str, Any]:
        port = urlsplit(self.api.base_url).port
        done = subprocess.run(
            ["bash", "-c", command.replace("localhost:4000", f"localhost:{port}")],
            cwd=self.directory,
            capture_output=True,
            text=True,
            timeout=30,
            check=True,
        )
        answer = json.loads(done.stdout)
        assert isinstance(answer, dict)
        return answer


@pytest.fixture
def shell(tmp_path: Path) -> Iterator[Shell]:
    assert shutil.which("curl"), "these tests need curl"
    lines = [json.dumps(chat(f"request-{n}", "Hello")) for n in range(1, 4)]
    (tmp_path / "mydata.jsonl").write_text("\n".join(lines))
    with ServerProcess(tmp_path / "gateway") as server:
        yield Shell(tmp_path, server.api)


def test_the_page_from_the_upload_to_the_answers(shell: Shell) -> None:
    file = shell.run(CREATE_FILE)
    assert file["object"] == "file"
    assert file["filename"] == "mydata.jsonl"
    assert file["bytes"] == (shell.directory / "mydata.jsonl").stat().st_size

    batch = shell.run(CREATE_BATCH.replace("file-abc123", file["id"]))
    assert batch["object"] == "batch"
    assert batch["status"] == "validating"
    assert batch["input_file_id"] == file["id"]

    shell.api.wait(batch["id"])
    retrieved = shell.run(RETRIEVE_BATCH.replace("batch_abc123", batch["id"]))
    assert retrieved["status"] == "completed"
    assert retrieved["request_counts"] == {"total": 3, "completed": 3, "failed": 0}

    listed = shell.run(LIST_BATCHES)
    assert [each["id"] for each in listed["data"]] == [batch["id"]]
    assert listed["has_more"] is False


def test_ids_that_are_made_up(shell: Shell) -> None:
    assert "file-abc123" in shell.run(CREATE_BATCH)["error"]["message"]
    assert "batch_abc123" in shell.run(RETRIEVE_BATCH)["error"]["message"]


def test_curl_downloads_and_resumes(shell: Shell) -> None:
    file = shell.run(CREATE_FILE)
    source = shell.directory / "mydata.jsonl"
    url = f"{shell.api.base_url}/v1/files/{file['id']}/content"
    target = shell.directory / "copy.jsonl"
    target.write_bytes(source.read_bytes()[:100])
    for options in (["-C", "-", "-o", target.name], ["-O", "-J"]):
        subprocess.run(
            ["curl", "-fsS", *options, url],
            cwd=shell.directory if "-o" in options else shell.directory / "gateway",
            timeout=30,
            check=True,
        )
    assert target.read_bytes() == source.read_bytes()
    assert (shell.directory / "gateway" / "mydata.jsonl").read_bytes() == source.read_bytes()
