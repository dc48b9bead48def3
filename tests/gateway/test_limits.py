"""A gateway with the limits of a provider: lines of a batch, enqueued tokens of a model."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from batchtui.errors import UsageError
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.models.endpoint import CHAT_COMPLETIONS as CHAT
from tests.gateway.conftest import StartGateway
from tests.gateway.server_process import ServerProcess
from tests.gateway.support import Api, chat

LINE_TOKENS = 9  # of a chat line that asks "hello": 3 + 4 + its 7 bytes of JSON text / 4


def error_of(batch: dict[str, Any]) -> dict[str, Any]:
    assert batch["status"] == "failed"
    (error,) = batch["errors"]["data"]
    assert isinstance(error, dict)
    return error


def slow(custom_id: str, **body: Any) -> dict[str, Any]:
    return chat(custom_id, metadata={"echo": "slow-600000"}, **body)


def test_a_batch_with_too_many_lines_fails(start_gateway: StartGateway) -> None:
    with start_gateway(max_lines=3) as api:
        assert api.wait(api.submit([chat(each) for each in "abc"])["id"])["status"] == "completed"
        batch = api.wait(api.submit([chat(each) for each in "abcd"])["id"])
        assert error_of(batch) == {
            "code": "too_many_tasks",
            "message": "4 requests, and the server takes 3",
            "line": None,
            "param": None,
        }


def test_a_batch_over_the_enqueued_tokens_fails_until_there_is_room(
    start_gateway: StartGateway,
) -> None:
    with start_gateway(max_enqueued_tokens=3 * LINE_TOKENS) as api:
        running = api.submit([slow("a"), slow("b")])
        api.wait(running["id"], "in_progress")
        error = error_of(api.wait(api.submit([chat("c"), chat("d")])["id"]))
        assert error["code"] == "token_limit_exceeded"
        assert "Enqueued token limit reached for echo. Limit: 27 enqueued" in error["message"]
        assert api.wait(api.submit([chat("e")])["id"])["status"] == "completed"
        other = [chat(each, model="other") for each in "fgh"]
        assert api.wait(api.submit(other)["id"])["status"] == "completed"
        api.ok(api.http.post(f"/v1/batches/{running['id']}/cancel"))


def test_a_batch_that_ended_leaves_its_room(start_gateway: StartGateway) -> None:
    with start_gateway(max_enqueued_tokens=2 * LINE_TOKENS) as api:
        for _ in range(3):
            batch = api.wait(api.submit([chat("a"), chat("b")])["id"])
            assert batch["status"] == "completed"
        alone = error_of(api.wait(api.submit([chat(each) for each in "abc"])["id"]))
        assert alone["code"] == "token_limit_exceeded"


def test_a_create_over_the_enqueued_tokens_can_be_refused(start_gateway: StartGateway) -> None:
    limits = {"max_enqueued_tokens": 2 * LINE_TOKENS, "refuse_over_enqueued": True}
    with start_gateway(**limits) as api:
        running = api.submit([slow("a")])
        api.wait(running["id"], "in_progress")
        assert api.wait(api.submit([chat("b")])["id"])["status"] == "completed"
        file = api.upload(b"".join(json.dumps(chat(each)).encode() + b"\n" for each in "cd"))
        fields = {"input_file_id": file["id"], "endpoint": CHAT, "completion_window": "24h"}
        error = api.refused(api.http.post("/v1/batches", json=fields), 400)
        assert error["code"] == "token_limit_exceeded"
        bad = api.create(api.upload(b"nope")["id"])
        assert api.wait(bad["id"])["status"] == "failed"
        api.ok(api.http.post(f"/v1/batches/{running['id']}/cancel"))


def test_a_refusal_needs_a_limit(tmp_path: Path) -> None:
    options = GatewayOptions(data_dir=tmp_path, port=0, refuse_over_enqueued=True)
    with pytest.raises(UsageError, match="there is no limit"):
        options.check()


def test_the_queue_survives_a_crash(tmp_path: Path) -> None:
    options = ("--max-enqueued-tokens", str(2 * LINE_TOKENS), "--max-lines", "2")
    with ServerProcess(tmp_path, *options) as server:
        running = server.api.submit([slow("a"), slow("b")])
        server.api.wait(running["id"], "in_progress")
        server.kill()
    with ServerProcess(tmp_path, *options) as server:
        assert _code_of(server.api, [chat("c")]) == "token_limit_exceeded"
        assert _code_of(server.api, [chat(each) for each in "cde"]) == "too_many_tasks"


def _code_of(api: Api, requests: list[dict[str, Any]]) -> str:
    return str(error_of(api.wait(api.submit(requests)["id"]))["code"])


@pytest.mark.parametrize("name", ["max_lines", "max_enqueued_tokens"])
def test_a_limit_below_one_is_refused(tmp_path: Path, name: str) -> None:
    options: dict[str, Any] = {name: 0}
    with (
        pytest.raises(UsageError, match="at least 1"),
        Gateway(GatewayOptions(data_dir=tmp_path, port=0, **options)),
    ):
        pass
