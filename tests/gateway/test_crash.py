"""kill -9: what was accepted goes on, no line is lost, none has two results, files are whole."""

from __future__ import annotations

import json
import socket
import sqlite3
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from tests.gateway.conftest import StartGateway, StartUpstream
from tests.gateway.fake_upstream import chat_answer
from tests.gateway.server_process import ServerProcess
from tests.gateway.support import Api, chat, wait_for

LINES = 2000
KILLS = 11


def durable_ids(data_dir: Path, batch_id: str) -> set[str]:
    """The custom_ids whose results the database vouches for, read as a restart would."""
    database = sqlite3.connect(data_dir / "gateway.sqlite3")
    try:
        row = database.execute(
            "SELECT output_name, output_bytes, error_name, error_bytes, completed + failed "
            "FROM batches WHERE id = ?",
            (batch_id,),
        ).fetchone()
    finally:
        database.close()
    found: list[str] = []
    for name, size in (row[0:2], row[2:4]):
        if size:
            data = (data_dir / "files" / name).read_bytes()[:size]
            found += [json.loads(line)["custom_id"] for line in data.splitlines()]
    assert len(found) == len(set(found)) == row[4]
    return set(found)


def at_least(api: Api, batch_id: str, count: int) -> None:
    def probe() -> bool | None:
        counts = api.batch(batch_id)["request_counts"]
        return True if counts["completed"] + counts["failed"] >= count else None

    wait_for(probe, f"{count} results")


def test_killed_again_and_again_in_one_batch(tmp_path: Path, start_upstream: StartUpstream) -> None:
    def script(body: dict[str, Any], attempt: int) -> tuple[int, dict[str, str], bytes]:
        text = body["messages"][-1]["content"]
        if text.endswith("13"):
            return 400, {}, b'{"error":{"message":"no"}}'
        return 200, {}, chat_answer(f"answer to {text}")

    upstream = start_upstream(script)
    data_dir = tmp_path / "gateway"
    options = ("--upstream", upstream.base_url, "--concurrency", "16")
    batch_id = ""
    asked_before: dict[str, int] = {}
    durable: set[str] = set()
    for kill in range(KILLS):
        with ServerProcess(data_dir, *options) as server:
            if not batch_id:
                requests = [chat(f"r-{n}", f"q-{n}") for n in range(LINES)]
                batch_id = server.api.submit(requests)["id"]
            else:
                at_least(server.api, batch_id, kill * LINES // (KILLS + 1))
            server.kill()
        asked_again = {f"r-{text[2:]}" for text in upstream.asked_since(asked_before)}
        assert not asked_again & durable, "a line with a durable result was asked again"
        asked_before = dict(upstream.asked)
        before, durable = durable, durable_ids(data_dir, batch_id)
        assert before <= durable, "a durable result was lost"

    with ServerProcess(data_dir, *options) as server:
        batch = server.api.wait(batch_id)
        outputs = server.api.lines(batch["output_file_id"])
        errors = server.api.lines(batch["error_file_id"])
    assert batch["status"] == "completed"
    failing = {f"r-{n}" for n in range(LINES) if str(n).endswith("13")}
    assert sorted(line["custom_id"] for line in errors) == sorted(failing)
    assert sorted(line["custom_id"] for line in outputs) == sorted(
        {f"r-{n}" for n in range(LINES)} - failing
    )
    for line in outputs:
        text = line["response"]["body"]["choices"][0]["message"]["content"]
        assert text == f"answer to q-{line['custom_id'][2:]}"
    assert batch["request_counts"] == {
        "total": LINES,
        "completed": LINES - len(failing),
        "failed": len(failing),
    }
    assert batch["usage"]["total_tokens"] == 5 * len(outputs)


def test_what_was_accepted_survives(tmp_path: Path) -> None:
    with ServerProcess(tmp_path) as server:
        data = b"".join(json.dumps(chat(f"r-{n}")).encode() + b"\n" for n in range(100))
        file = server.api.upload(data)
        server.kill()
    with ServerProcess(tmp_path) as server:
        assert server.api.http.get(f"/v1/files/{file['id']}").json() == file
        assert server.api.http.get(f"/v1/files/{file['id']}/content").content == data
        batch = server.api.create(file["id"], metadata={"run": "7"})
        server.kill()
    with ServerProcess(tmp_path) as server:
        final = server.api.wait(batch["id"])
        assert final["metadata"] == {"run": "7"}
        assert len(server.api.lines(final["output_file_id"])) == 100


def test_half_an_upload_leaves_nothing(tmp_path: Path) -> None:
    files = tmp_path / "files"
    with ServerProcess(tmp_path) as server:
        parts = urlsplit(server.api.base_url)
        with socket.create_connection((parts.hostname, parts.port)) as connection:
            connection.sendall(
                b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
                b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
                b'--b\r\nContent-Disposition: form-data; name="purpose"\r\n\r\nbatch\r\n'
                b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\n'
                + b"x"
                * 3_000_000
            )
            wait_for(lambda: list(files.iterdir()) or None, "the upload to reach the disk")
            server.kill()
    assert list(files.iterdir())
    with ServerProcess(tmp_path) as server:
        assert list(files.iterdir()) == []
        assert server.api.ok(server.api.http.get("/v1/files"))["data"] == []


@pytest.mark.parametrize(
    "torn",
    [b'{"id":"batch_req_', b"\x00" * 5000, b"whole line\n"],
    ids=["half a line", "zeros", "a line too much"],
)
def test_a_torn_tail_is_cut_off(
    start_gateway: StartGateway, start_upstream: StartUpstream, tmp_path: Path, torn: bytes
) -> None:
    """What a machine that lost power may leave behind the last durable line."""
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("q-5")
    with start_gateway(upstream=upstream.base_url, concurrency=1) as api:
        batch = api.submit([chat(f"r-{n}", f"q-{n}") for n in range(10)])
        at_least(api, batch["id"], 5)
    files = tmp_path / "gateway" / "files"
    (output,) = [path for path in files.iterdir() if path.name != batch["input_file_id"]]
    with output.open("ab") as file:
        file.write(torn)
    upstream.release()
    with start_gateway(upstream=upstream.base_url) as api:
        final = api.wait(batch["id"])
        lines = api.lines(final["output_file_id"])
    assert sorted(line["custom_id"] for line in lines) == [f"r-{n}" for n in range(10)]
    assert [upstream.asked[f"q-{n}"] for n in range(5)] == [1] * 5


def test_a_gateway_stopped_while_finalizing_finishes_at_the_next_start(
    start_gateway: StartGateway, start_upstream: StartUpstream, tmp_path: Path
) -> None:
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("q-2")
    with start_gateway(upstream=upstream.base_url, concurrency=1) as api:
        batch = api.submit([chat(f"r-{n}", f"q-{n}") for n in range(4)])
        at_least(api, batch["id"], 2)
    upstream.release()
    database = sqlite3.connect(tmp_path / "gateway" / "gateway.sqlite3")
    with database:
        database.execute("UPDATE batches SET status = 'finalizing', outcome = 'expired'")
    database.close()
    with start_gateway(upstream=upstream.base_url) as api:
        final = api.wait(batch["id"])
        assert final["status"] == "expired"
        assert len(api.lines(final["output_file_id"])) == 2
        errors = api.lines(final["error_file_id"])
    assert [line["custom_id"] for line in errors] == ["r-2", "r-3"]


def test_a_second_gateway_on_the_same_directory_is_refused(tmp_path: Path) -> None:
    with ServerProcess(tmp_path), pytest.raises(AssertionError, match="another gateway is using"):
        ServerProcess(tmp_path).__enter__()


def test_a_torn_tail_of_a_batch_that_was_being_cancelled(
    start_gateway: StartGateway, start_upstream: StartUpstream, tmp_path: Path
) -> None:
    upstream = start_upstream(lambda body, attempt: (200, {}, chat_answer()))
    upstream.hold("q-2")
    with start_gateway(upstream=upstream.base_url, concurrency=1) as api:
        batch = api.submit([chat(f"r-{n}", f"q-{n}") for n in range(4)])
        at_least(api, batch["id"], 2)
    database = sqlite3.connect(tmp_path / "gateway" / "gateway.sqlite3")
    with database:
        database.execute("UPDATE batches SET status = 'cancelling', cancelling_at = created_at")
    database.close()
    files = tmp_path / "gateway" / "files"
    (output,) = [path for path in files.iterdir() if path.name != batch["input_file_id"]]
    with output.open("ab") as file:
        file.write(b'{"id":"batch_req_')
    with start_gateway(upstream=upstream.base_url) as api:
        final = api.wait(batch["id"])
        assert final["status"] == "cancelled"
        assert len(api.lines(final["output_file_id"])) == 2
