"""An error says what happened, at which host or proxy, and what to do about it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from batchtui.client import BatchClient
from batchtui.errors import ApiError, ConnectionFailedError, ProtocolError

if TYPE_CHECKING:
    from tests.client.conftest import Http, Server, Waits

Call = Callable[[BatchClient], Awaitable[object]]

HTML = b"<html><head><title>Sign in</title></head><body>Who are you?</body></html>"


def call(client: BatchClient) -> Awaitable[object]:
    return client.batches.list().first_page()


def upload(client: BatchClient) -> Awaitable[object]:
    return client.files.create(file=b"{}")


def download(client: BatchClient) -> Awaitable[object]:
    return client.files.content("file-1", to=Path("never"))


async def told(client: BatchClient, asked: Call = call) -> ApiError:
    with pytest.raises(ApiError) as caught:
        await asked(client)
    assert caught.value.hint, "it says what to do"
    return caught.value


@pytest.mark.parametrize(
    ("status", "body", "headers", "hint"),
    [
        (429, {"error": {"message": "slow down"}}, {"retry_after": "90"}, "wait 90 s, as the serv"),
        (429, {"error": {"message": "slow down"}}, {"retry_after": "900"}, "wait 15 min"),
        (429, {}, {}, "wait a little"),
        (404, HTML, {}, "is the base URL that of a Batch API?"),
        (404, b"404 page not found", {}, "is the base URL that of a Batch API?"),
        (404, {"error": {"code": "404", "message": "Resource not found"}}, {}, "is the base URL"),
        (404, {"error": {"message": "No batch found with id 'b'."}}, {}, "it may have expired"),
        (407, b"who are you", {}, "HTTP proxy on the way wants a user and password"),
        (409, {"error": {"message": "Cannot cancel a batch that is completed."}}, {}, "or ended"),
        (422, {"detail": [{"loc": ["body", "file"], "msg": "missing"}]}, {}, "correct what"),
        (500, b"Internal Server Error", {"content_type": "text/plain"}, "server's log"),
        (502, b"<html>502 Bad Gateway</html>", {}, "try again later"),
    ],
)
async def test_statuses(
    client: BatchClient,
    server: Server,
    http: Http,
    status: int,
    body: object,
    headers: dict[str, str],
    hint: str,
) -> None:
    server.reply(http(status, body, **headers))
    error = await told(client)
    assert error.message.startswith(f"{server.base_url.removeprefix('http://')} answered {status}")
    assert hint in (error.hint or "")


async def test_a_web_page_is_called_one(client: BatchClient, server: Server, http: Http) -> None:
    server.reply(http(200, HTML, content_type="text/html"))
    error = await told(client)
    assert isinstance(error, ProtocolError)
    assert error.message.endswith("not a list of batches: a web page, Sign in: Who are you?")
    assert "is the base URL that of a Batch API?" in (error.hint or "")


@pytest.mark.parametrize("asked", [call, upload, download])
async def test_a_proxy_that_refuses_is_not_taken_for_the_server(
    refused_url: str, waits: Waits, asked: Call
) -> None:
    proxy = refused_url.replace("http://", "http://me:word-secret@")
    for base_url in ("http://batches.example", "https://batches.example"):
        async with BatchClient(base_url=base_url, proxy=proxy, sleep=waits) as client:
            error = await told(client, asked)
        host = refused_url.removeprefix("http://")
        assert error.message == (
            f"the HTTP proxy {host} on the way to batches.example refused the connection"
        )
        assert "HTTPS_PROXY" in (error.hint or "")
        assert "secret" not in f"{error.message} {error.hint}"


@pytest.mark.parametrize(
    ("status", "hint"), [(407, "wants a user and password"), (403, "HTTPS_PROXY")]
)
async def test_a_proxy_that_lets_nobody_through(
    server: Server, http: Http, waits: Waits, status: int, hint: str
) -> None:
    server.reply(http(status, b"no", connection="close"))
    async with BatchClient(
        base_url="https://batches.example", proxy=server.base_url, sleep=waits
    ) as client:
        error = await told(client)
    assert isinstance(error, ConnectionFailedError)
    assert error.message.endswith(f"on the way to batches.example refused with {status}")
    assert hint in (error.hint or "")


async def test_a_name_that_nobody_knows(waits: Waits) -> None:
    async with BatchClient(base_url="http://batches.invalid", sleep=waits) as client:
        error = await told(client)
    assert error.message == "the name of batches.invalid is not known"
    assert "base URL" in (error.hint or "")


async def test_plain_http_where_tls_is_expected(waits: Waits) -> None:
    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async with await asyncio.start_server(hang_up, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with BatchClient(base_url=url, sleep=waits) as client:
            error = await told(client)
    assert "was lost" in error.message
    assert "need https" in (error.hint or "")


@pytest.fixture
async def shown(tmp_path: Path) -> AsyncIterator[Callable[..., Awaitable[str]]]:
    """Starts servers with certificates of the authority in `ca.pem`; gives their URLs."""
    authority = trustme.CA()
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    trustme.CA().cert_pem.write_to_path(tmp_path / "another.pem")
    running = []

    async def hang_up(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.close()

    async def start(name: str, not_after: datetime | None = None) -> str:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        authority.issue_cert(name, not_after=not_after).configure_cert(context)
        listening = await asyncio.start_server(hang_up, "127.0.0.1", 0, ssl=context)
        running.append(listening)
        return f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"

    yield start
    for listening in running:
        listening.close()
        await listening.wait_closed()


@pytest.mark.parametrize(
    ("name", "ca_file", "age", "hint"),
    [
        ("127.0.0.1", "another.pem", None, "ca_file"),
        ("elsewhere.example", "ca.pem", None, "as the certificate has it"),
        ("127.0.0.1", "ca.pem", timedelta(days=1), "has expired"),
    ],
)
async def test_certificates(
    shown: Callable[..., Awaitable[str]],
    tmp_path: Path,
    waits: Waits,
    name: str,
    ca_file: str,
    age: timedelta | None,
    hint: str,
) -> None:
    url = await shown(name, datetime.now(UTC) - age if age else None)
    async with BatchClient(base_url=url, ca_file=tmp_path / ca_file, sleep=waits) as client:
        error = await told(client)
    assert "is not trusted" in error.message
    assert hint in (error.hint or "")
