"""What is told of good servers, dead ones, wrong keys, missing calls and dishonest paging."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from batchtui.config import KeySource, Profile, Secret
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.workflows import capabilities
from batchtui.workflows.doctor import Finding, Verdict, examine, tls_of
from batchtui.workflows.session import Session
from tests.relay import Call, Fault, Forward, answer, refuses, relay

WriteInput = Callable[..., Path]


async def findings(session: Session) -> dict[str, Finding]:
    return {finding.what: finding async for finding in examine(session)}


def answering(status: int, document: object, content_type: str = "application/json") -> Fault:
    import asyncio

    async def fault(forward: Forward, writer: asyncio.StreamWriter) -> None:
        writer.write(answer(status, json.dumps(document).encode(), content_type))

    return fault


async def test_the_gateway_has_everything(session: Session, write_input: WriteInput) -> None:
    client = await session.client()
    file = await client.files.create(file=write_input())
    for _ in range(2):
        await client.batches.create(input_file_id=file.id, endpoint="/v1/chat/completions")
    found = await findings(session)
    assert {finding.verdict for finding in found.values()} <= {Verdict.OK, Verdict.UNKNOWN}
    assert found["further pages"].verdict is Verdict.OK
    known = await capabilities.known(session)
    assert known is not None
    assert (known.batch_cancel, known.file_delete, known.paging) == (True, True, True)


async def test_nobody_listens(dead_url: str) -> None:
    async with Session(Profile(name="dead", base_url=dead_url)) as session:
        found = await findings(session)
    assert list(found) == ["profile", "connection"]
    assert found["connection"].verdict is Verdict.BAD


async def test_a_wrong_key(tmp_path: Path) -> None:
    options = GatewayOptions(data_dir=tmp_path / "d", port=0, api_keys=(Secret("right"),))
    with Gateway(options) as gateway:
        profile = Profile(name="p", base_url=gateway.base_url, api_key=Secret("wrong"))
        async with Session(profile) as session:
            found = await findings(session)
    assert found["key"].verdict is Verdict.BAD
    assert "not accepted" in found["key"].said


async def test_litellm_without_a_database_answers_400_to_a_wrong_key(gateway: Gateway) -> None:
    no_db = {
        "error": {
            "message": "No connected db.",
            "type": "no_db_connection",
            "param": None,
            "code": "400",
        }
    }

    def choose(call: Call) -> Fault:
        return answering(400, no_db)

    async with (
        relay(gateway.base_url, choose) as url,
        Session(Profile(name="p", base_url=url, kind="litellm")) as session,
    ):
        found = await findings(session)
    assert found["key"].verdict is Verdict.BAD
    assert "key was not accepted" in found["key"].said


@pytest.mark.parametrize(
    ("status", "document"),
    [
        (404, {"detail": "Not Found"}),
        (405, {"detail": "Method Not Allowed"}),
        (404, {"error": {"message": "Invalid URL (POST /v1/batches/x/cancel)"}}),
        (400, {"error": {"message": "LiteLLM doesn't support mistral for 'cancel_batch'."}}),
    ],
)
async def test_a_call_that_the_server_does_not_have(
    gateway: Gateway, status: int, document: object
) -> None:
    def choose(call: Call) -> Fault | None:
        return answering(status, document) if call.path.endswith("/cancel") else None

    async with (
        relay(gateway.base_url, choose) as url,
        Session(Profile(name="p", base_url=url)) as session,
    ):
        found = await findings(session)
    assert found["cancel a batch"].verdict is Verdict.WARNING
    assert found["cancel a batch"].hint == "batches run to their end"
    assert found["list batches"].verdict is Verdict.OK


async def test_a_list_that_goes_round_in_circles(gateway: Gateway) -> None:
    page = {"data": [{"id": "batch_1", "status": "completed"}], "has_more": True}

    def choose(call: Call) -> Fault | None:
        is_list = call.method == "GET" and call.path.split("?")[0].endswith("/batches")
        return answering(200, page) if is_list else None

    async with (
        relay(gateway.base_url, choose) as url,
        Session(Profile(name="p", base_url=url)) as session,
    ):
        found = await findings(session)
    assert found["further pages"].verdict is Verdict.WARNING
    assert "first one again" in found["further pages"].said


@pytest.mark.parametrize(
    "nothing_there",
    [
        refuses(404, b'{"detail": "Not Found"}'),  # vLLM
        refuses(404, b"404 page not found", "text/plain"),
        refuses(404, b"<html><title>Not here</title></html>", "text/html"),
        refuses(404, b'{"error": {"code": "404", "message": "Resource not found"}}'),  # Azure
        refuses(200, b"<html><title>Sign in</title></html>", "text/html"),
        refuses(302, b"", location="https://login.example/"),
    ],
)
async def test_a_server_without_a_batch_api(gateway: Gateway, nothing_there: Fault) -> None:
    async with (
        relay(gateway.base_url, lambda call: nothing_there) as url,
        Session(Profile(name="p", base_url=url)) as session,
    ):
        found = await findings(session)
    assert found["connection"].verdict is Verdict.OK
    assert found["key"].verdict is not Verdict.BAD
    assert found["list batches"].verdict is Verdict.WARNING
    assert found["download a file"].verdict is Verdict.WARNING
    assert found["batch api"].verdict is Verdict.BAD
    assert "base URL" in (found["batch api"].hint or "")


async def test_a_proxy_whose_provider_lists_no_batches_is_no_wrong_server(
    gateway: Gateway,
) -> None:
    """Anthropic behind LiteLLM: no list, no cancel, and files fail for want of a key of its own."""

    def choose(call: Call) -> Fault:
        if "/files" in call.path:
            return refuses(500, b'{"error": {"message": "Anthropic API key is required."}}')
        unsupported = "litellm.BadRequestError: LiteLLM doesn't support anthropic for 'list_batch'."
        return refuses(400, json.dumps({"error": {"message": unsupported}}).encode())

    async with (
        relay(gateway.base_url, choose) as url,
        Session(Profile(name="p", base_url=url, kind="litellm", provider="anthropic")) as session,
    ):
        found = await findings(session)
    assert found["list batches"].verdict is Verdict.WARNING
    assert found["list files"].verdict is Verdict.UNKNOWN
    assert "another provider" in (found["key"].hint or "")
    assert "batch api" not in found


async def test_a_server_in_trouble_is_not_said_to_have_accepted_the_key(gateway: Gateway) -> None:
    async with (
        relay(gateway.base_url, lambda call: refuses(500, b"Internal Server Error")) as url,
        Session(Profile(name="p", base_url=url)) as session,
    ):
        found = await findings(session)
    assert found["key"].verdict is Verdict.UNKNOWN
    assert "500" in found["key"].said
    assert "batch api" not in found


@pytest.mark.parametrize(
    ("base_url", "verdict", "said"),
    [
        ("http://127.0.0.1:4000", Verdict.OK, "plain http"),
        ("http://[::1]:4000", Verdict.OK, "plain http"),
        ("https://api.openai.com/v1", Verdict.OK, "trusted by this machine's"),
        ("http://proxy.example:4000", Verdict.WARNING, "in the clear"),
    ],
)
def test_a_key_in_the_clear(base_url: str, verdict: Verdict, said: str) -> None:
    found = tls_of(Profile("p", base_url, key_source=KeySource("env", "X")))
    assert found.verdict is verdict
    assert said in found.said
