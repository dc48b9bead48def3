"""Every refusal: its status, OpenAI's envelope, the field to blame."""

from __future__ import annotations

import json
import socket
from typing import Any
from urllib.parse import urlsplit

import httpx
import pytest

from tests.gateway.conftest import StartGateway
from tests.gateway.support import Api, chat

CREATE = {
    "input_file_id": "file-x",
    "endpoint": "/v1/chat/completions",
    "completion_window": "24h",
}


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/files/file-nope"),
        ("GET", "/v1/files/file-nope/content"),
        ("DELETE", "/v1/files/file-nope"),
        ("GET", "/v1/batches/batch_nope"),
        ("POST", "/v1/batches/batch_nope/cancel"),
        ("GET", "/v1/models/nope"),
        ("GET", "/v1/nope"),
        ("GET", "/v1/files/../../../etc/passwd/content"),
        ("GET", "/v1/files/..%2F..%2Flock/content"),
    ],
)
def test_unknown_things(api: Api, method: str, path: str) -> None:
    api.refused(api.http.request(method, path), 404)


def test_a_wrong_method_is_told(api: Api) -> None:
    api.refused(api.http.put("/v1/files"), 405)


@pytest.mark.parametrize(
    ("body", "param"),
    [
        (b"{", "request_body"),
        (b"", "request_body"),
        (b"[]", "request_body"),
        (b"null", "request_body"),
        (b'"text"', "request_body"),
        (b"\xff\xfe", "request_body"),
        (b"[" * 100_000, "request_body"),
        (b'{"n": ' + b"1" * 5000 + b"}", "request_body"),
    ],
)
def test_a_create_that_is_no_json_object(api: Api, body: bytes, param: str) -> None:
    error = api.refused(api.http.post("/v1/batches", content=body), 400)
    assert error["param"] == param
    assert error["type"] == "invalid_request_error"


@pytest.mark.parametrize("missing", list(CREATE))
@pytest.mark.parametrize("value", [None, "", "absent"])
def test_a_create_without_a_field(api: Api, missing: str, value: str | None) -> None:
    body: dict[str, Any] = {**CREATE, missing: value}
    if value == "absent":
        del body[missing]
    error = api.refused(api.http.post("/v1/batches", json=body), 400)
    assert error["param"] == missing
    assert missing in error["message"]


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("input_file_id", "file-unknown"),
        ("input_file_id", 7),
        ("endpoint", "/v1/nope"),
        ("endpoint", "/v1/images/generations"),
        ("completion_window", "30m"),
        ("completion_window", "0h"),
        ("completion_window", "8d"),
        ("completion_window", "soon"),
        ("completion_window", 24),
        ("metadata", "text"),
        ("metadata", {f"k{n}": "v" for n in range(17)}),
        ("metadata", {"k" * 65: "v"}),
        ("metadata", {"k": "v" * 513}),
        ("metadata", {"k": 1}),
        ("output_expires_after", {"anchor": "created_at", "seconds": 60}),
        ("output_expires_after", {"anchor": "created_at", "seconds": True}),
        ("output_expires_after", {"seconds": 3600}),
        ("output_expires_after", 3600),
    ],
)
def test_a_create_with_a_wrong_field(api: Api, field: str, value: Any) -> None:
    file = api.upload(b"x")
    body = {**CREATE, "input_file_id": file["id"], field: value}
    error = api.refused(api.http.post("/v1/batches", json=body), 400)
    assert error["param"].partition(".")[0].partition("[")[0] == field


def test_a_file_of_another_purpose_is_no_input(api: Api) -> None:
    file = api.upload(b"x", purpose="user_data")
    body = {**CREATE, "input_file_id": file["id"]}
    error = api.refused(api.http.post("/v1/batches", json=body), 400)
    assert error["param"] == "input_file_id"


@pytest.mark.parametrize("window", ["1h", "24h", "168h", "1d", "7d"])
def test_windows_that_are_taken(api: Api, window: str) -> None:
    batch = api.submit([chat("r")], completion_window=window)
    hours = int(window[:-1]) * (24 if window.endswith("d") else 1)
    assert batch["completion_window"] == window
    assert batch["expires_at"] - batch["created_at"] == hours * 3600


def test_metadata_at_its_limits_is_taken(api: Api) -> None:
    metadata = {f"{n:02}" + "k" * 62: "v" * 512 for n in range(16)}
    batch = api.submit([chat("r")], metadata=metadata)
    assert batch["metadata"] == metadata
    assert api.wait(batch["id"])["metadata"] == metadata


@pytest.mark.parametrize("limit", ["0", "-1", "101", "1000000000000000000000000", "abc", "1.5"])
def test_a_limit_out_of_bounds(api: Api, limit: str) -> None:
    error = api.refused(api.http.get(f"/v1/batches?limit={limit}"), 400)
    assert error["param"] == "limit"


@pytest.mark.parametrize("path", ["/v1/batches", "/v1/files"])
def test_an_unknown_cursor(api: Api, path: str) -> None:
    error = api.refused(api.http.get(f"{path}?after=nope"), 400)
    assert error["param"] == "after"


def test_a_wrong_order(api: Api) -> None:
    error = api.refused(api.http.get("/v1/files?order=up"), 400)
    assert error["param"] == "order"


@pytest.mark.parametrize(
    ("data", "files", "param"),
    [
        ({}, {"file": b"x"}, "purpose"),
        ({"purpose": "nonsense"}, {"file": b"x"}, "purpose"),
        ({"purpose": "batch_output"}, {"file": b"x"}, "purpose"),
        ({"purpose": "batch"}, {"other": b"x"}, "file"),
    ],
)
def test_an_upload_with_a_wrong_form(
    api: Api, data: dict[str, str], files: dict[str, bytes], param: str
) -> None:
    error = api.refused(api.http.post("/v1/files", data=data, files=files), 400)
    assert error["param"] == param


def test_an_upload_with_two_files(api: Api) -> None:
    files = [("file", ("a", b"x")), ("file", ("b", b"y"))]
    answer = api.http.post("/v1/files", data={"purpose": "batch"}, files=files)
    api.refused(answer, 400)


@pytest.mark.parametrize(
    ("kind", "body"),
    [
        ("application/json", b"{}"),
        ("multipart/form-data", b"x"),
        ("multipart/form-data; boundary=b", b"nonsense"),
        ("multipart/form-data; boundary=b", b""),
        ("multipart/form-data; boundary=b", b'--b\r\nContent-Disposition: form-data; name="file"'),
    ],
)
def test_an_upload_that_is_no_form(api: Api, kind: str, body: bytes) -> None:
    answer = api.http.post("/v1/files", content=body, headers={"content-type": kind})
    api.refused(answer, 400)


def test_a_form_field_without_end(api: Api) -> None:
    answer = api.http.post("/v1/files", data={"purpose": "x" * 100_000}, files={"file": b"x"})
    api.refused(answer, 400)


def test_a_file_too_large(start_gateway: StartGateway) -> None:
    with start_gateway(max_file_bytes=1_000_000) as api:
        assert api.upload(b"x" * 1_000_000)["bytes"] == 1_000_000
        for size in (1_000_001, 30_000_000):
            files = {"file": ("x", b"x" * size)}
            answer = api.http.post("/v1/files", data={"purpose": "batch"}, files=files)
            error = api.refused(answer, 413)
            assert "1 MB" in error["message"]
        assert len(api.ok(api.http.get("/v1/files"))["data"]) == 1


def test_a_caller_who_goes_away_leaves_no_file(api: Api, tmp_path: Any) -> None:
    parts = urlsplit(api.base_url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        connection.sendall(
            b"POST /v1/files HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9000000\r\n"
            b"Content-Type: multipart/form-data; boundary=b\r\n\r\n"
            b'--b\r\nContent-Disposition: form-data; name="file"; filename="x"\r\n\r\nxxx'
        )
    api.upload(b"y")
    assert len(api.ok(api.http.get("/v1/files"))["data"]) == 1
    assert len(list((tmp_path / "gateway" / "files").iterdir())) == 1


def test_every_answer_has_a_request_id(api: Api) -> None:
    answers = [api.http.get(path) for path in ("/health", "/v1/batches", "/nope", "/v1/files/x")]
    names = {answer.headers["x-request-id"] for answer in answers}
    assert len(names) == 4
    assert all(name.startswith("req_") for name in names)


@pytest.mark.parametrize("prefix", ["", "/v1", "/openai/v1", "/azure/v1", "/hosted_vllm/v1"])
def test_every_spelling_of_the_paths(api: Api, prefix: str) -> None:
    file = api.ok(api.http.post(f"{prefix}/files", data={"purpose": "batch"}, files={"file": b"x"}))
    body = {**CREATE, "input_file_id": file["id"]}
    batch = api.ok(api.http.post(f"{prefix}/batches", json=body))
    assert api.http.get(f"{prefix}/files/{file['id']}/content").content == b"x"
    assert api.ok(api.http.get(f"{prefix}/files"))["data"]
    assert api.ok(api.http.get(f"{prefix}/batches"))["data"]
    assert api.ok(api.http.get(f"{prefix}/batches/{batch['id']}"))["id"] == batch["id"]
    assert api.ok(api.http.get(f"{prefix}/models"))["data"]


def test_signs_of_life(api: Api) -> None:
    assert api.http.get("/health").json() == {"status": "healthy"}
    assert api.http.get("/health/liveliness").json() == "I'm alive!"


def test_a_closed_connection_is_not_reused_after_a_refusal(start_gateway: StartGateway) -> None:
    with start_gateway(max_file_bytes=10) as api, httpx.Client(base_url=api.base_url) as client:
        for _ in range(3):
            files = {"file": ("x", b"x" * 3_000_000)}
            assert client.post("/v1/files", files=files).status_code == 413
            assert client.get("/v1/batches").status_code == 200


def test_half_a_character_pair_goes_in_and_out(api: Api) -> None:
    """Half of a pair of `\\u` escapes is text in JSON, and none in UTF-8 or a database."""
    metadata = {"half \ud83d": "of \ude00"}
    half = "\ud83d"
    requests = [chat(half, half, model=f"m{half}"), chat("r-1", model=f"m{half}")]
    data = "\n".join(json.dumps(each) for each in requests).encode()
    body = {**CREATE, "input_file_id": api.upload(data)["id"], "metadata": metadata}
    content = json.dumps(body).encode()
    batch = api.ok(api.http.post("/v1/batches", content=content))
    final = api.wait(batch["id"])
    assert final["metadata"] == metadata
    assert final["status"] == "completed", final
    names = {line["custom_id"] for line in api.lines(final["output_file_id"])}
    assert names == {half, "r-1"}
    for name in CREATE:
        wrong = json.dumps({**CREATE, name: half}).encode()
        api.refused(api.http.post("/v1/batches", content=wrong), 400)
