"""Files: upload, list, retrieve, content, delete, expiry."""

from __future__ import annotations

import resource
import subprocess
import sys
from pathlib import Path

import openai.types as openai_types
import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.support import Api, ManualClock, wait_for

DAY_S = 24 * 3600


def test_an_upload_comes_back_byte_for_byte(api: Api) -> None:
    data = bytes(range(256)) * 5000 + b"\r\n--boundary\r\n" * 100
    file = api.upload(data, "mydata.jsonl")
    assert set(file) == set(openai_types.FileObject.model_fields)
    assert file["bytes"] == len(data)
    assert file["filename"] == "mydata.jsonl"
    assert file["purpose"] == "batch"
    assert file["object"] == "file"
    assert file["status"] == "processed"
    assert api.ok(api.http.get(f"/v1/files/{file['id']}")) == file
    answer = api.http.get(f"/v1/files/{file['id']}/content")
    assert answer.content == data
    assert answer.headers["content-length"] == str(len(data))
    assert 'filename="mydata.jsonl"' in answer.headers["content-disposition"]


def test_batch_files_live_thirty_days_and_others_for_ever(
    start_gateway: StartGateway, clock: ManualClock
) -> None:
    with start_gateway(clock=clock) as api:
        batch_file = api.upload(b"x")
        other = api.upload(b"x", purpose="user_data")
        assert batch_file["expires_at"] == batch_file["created_at"] + 30 * DAY_S
        assert other["expires_at"] is None


def test_expires_after_is_honoured(
    start_gateway: StartGateway, clock: ManualClock, tmp_path: Path
) -> None:
    with start_gateway(clock=clock) as api:
        fields = {"expires_after[anchor]": "created_at", "expires_after[seconds]": "7200"}
        file = api.upload(b"data", **fields)
        assert file["expires_at"] == file["created_at"] + 7200
        clock.advance(7199)
        assert api.http.get(f"/v1/files/{file['id']}/content").content == b"data"
        clock.advance(1)
        api.refused(api.http.get(f"/v1/files/{file['id']}"), 404)
        api.refused(api.http.get(f"/v1/files/{file['id']}/content"), 404)
        api.refused(api.http.delete(f"/v1/files/{file['id']}"), 404)
        assert api.ok(api.http.get("/v1/files"))["data"] == []
        clock.advance(60)
        path = tmp_path / "gateway" / "files" / file["id"]
        wait_for(lambda: None if path.exists() else True, "the bytes to go")


@pytest.mark.parametrize(
    ("anchor", "seconds"),
    [("created_at", "3599"), ("created_at", "2592001"), ("now", "3600"), ("created_at", "x")],
)
def test_an_expiry_out_of_bounds_is_refused(api: Api, anchor: str, seconds: str) -> None:
    data = {
        "purpose": "batch",
        "expires_after[anchor]": anchor,
        "expires_after[seconds]": seconds,
    }
    error = api.refused(api.http.post("/v1/files", data=data, files={"file": b"x"}), 400)
    assert error["param"].startswith("expires_after[")


def test_delete_removes_the_file_and_its_bytes(api: Api, tmp_path: Path) -> None:
    file = api.upload(b"data")
    answer = api.ok(api.http.delete(f"/v1/files/{file['id']}"))
    assert answer == {"id": file["id"], "object": "file", "deleted": True}
    api.refused(api.http.get(f"/v1/files/{file['id']}"), 404)
    api.refused(api.http.delete(f"/v1/files/{file['id']}"), 404)
    assert list((tmp_path / "gateway" / "files").iterdir()) == []


def test_head_tells_the_length(api: Api) -> None:
    file = api.upload(b"0123456789")
    answer = api.http.head(f"/v1/files/{file['id']}/content")
    assert answer.status_code == 200
    assert answer.headers["content-length"] == "10"
    assert answer.content == b""


@pytest.mark.parametrize(
    ("asked", "content", "told"),
    [
        ("bytes=0-3", b"0123", "bytes 0-3/10"),
        ("bytes=4-", b"456789", "bytes 4-9/10"),
        ("bytes=-3", b"789", "bytes 7-9/10"),
        ("bytes=8-99", b"89", "bytes 8-9/10"),
    ],
)
def test_a_range_of_the_content(api: Api, asked: str, content: bytes, told: str) -> None:
    file = api.upload(b"0123456789")
    answer = api.http.get(f"/v1/files/{file['id']}/content", headers={"range": asked})
    assert answer.status_code == 206
    assert answer.content == content
    assert answer.headers["content-range"] == told
    assert answer.headers["content-length"] == str(len(content))


def test_a_range_behind_the_end_is_refused(api: Api) -> None:
    file = api.upload(b"0123456789")
    answer = api.http.get(f"/v1/files/{file['id']}/content", headers={"range": "bytes=10-"})
    api.refused(answer, 416)
    assert answer.headers["content-range"] == "bytes */10"


def test_an_empty_file_can_be_kept_and_read(api: Api) -> None:
    file = api.upload(b"")
    assert file["bytes"] == 0
    assert api.http.get(f"/v1/files/{file['id']}/content").content == b""


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("übersicht 日本.jsonl", "übersicht 日本.jsonl"),
        ("../../etc/passwd", "passwd"),
        ("C:\\data\\in.jsonl", "in.jsonl"),
    ],
)
def test_names_are_names_and_no_paths(api: Api, sent: str, kept: str) -> None:
    file = api.upload(b"x", sent)
    assert file["filename"] == kept
    assert api.http.get(f"/v1/files/{file['id']}/content").content == b"x"


def test_the_list_filters_by_purpose_and_orders(api: Api) -> None:
    names = [api.upload(b"x", purpose=purpose)["id"] for purpose in ("batch", "user_data", "batch")]

    def listed(query: str) -> list[str]:
        return [each["id"] for each in api.ok(api.http.get(f"/v1/files?{query}"))["data"]]

    assert listed("") == names[::-1]
    assert listed("order=asc") == names
    assert listed("purpose=batch") == [names[2], names[0]]
    assert listed("purpose=vision") == []
    assert listed(f"order=asc&after={names[0]}&limit=1") == [names[1]]


def test_deleting_while_paging_loses_nothing(api: Api) -> None:
    """`for file in client.files.list(limit=2): client.files.delete(file.id)`"""
    names = {api.upload(b"x")["id"] for _ in range(5)}
    seen: list[str] = []
    query = "limit=2"
    while True:
        page = api.ok(api.http.get(f"/v1/files?{query}"))
        for each in page["data"]:
            seen.append(each["id"])
            api.ok(api.http.delete(f"/v1/files/{each['id']}"))
        if not page["has_more"]:
            break
        query = f"limit=2&after={page['last_id']}"
    assert len(seen) == 5
    assert set(seen) == names


UPLOAD_A_LOT = """
import sys, httpx
def pieces(count):
    yield (b'--b\\r\\nContent-Disposition: form-data; name="purpose"\\r\\n\\r\\nbatch\\r\\n'
           b'--b\\r\\nContent-Disposition: form-data; name="file"; filename="x"\\r\\n\\r\\n')
    for _ in range(count):
        yield b"x" * 1_000_000
    yield b"\\r\\n--b--\\r\\n"
response = httpx.post(sys.argv[1], content=pieces(int(sys.argv[2])), timeout=60,
    headers={"content-type": "multipart/form-data; boundary=b"})
print(response.json()["bytes"])
"""


def test_an_upload_and_a_download_need_little_memory(api: Api) -> None:
    """Memory of this process, which the gateway runs in; the client is a process of its own."""

    def upload(megabytes: int) -> None:
        command = [sys.executable, "-c", UPLOAD_A_LOT, f"{api.base_url}/v1/files", str(megabytes)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.strip() == str(megabytes * 1_000_000)

    upload(5)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    upload(150)
    file = api.ok(api.http.get("/v1/files"))["data"][0]
    with api.http.stream("GET", f"/v1/files/{file['id']}/content") as answer:
        assert sum(map(len, answer.iter_bytes())) == 150_000_000
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 32 * 1024
