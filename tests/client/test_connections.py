"""When httpx and certificates are loaded, proxies, closing, and what no traceback shows."""

from __future__ import annotations

import asyncio
import gzip
import ssl
import subprocess
import sys
import threading
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

import httpx
import pytest

from batchtui.client import BatchClient, tls
from batchtui.client.wire import proxy_for
from batchtui.errors import BatchtuiError, ConnectionFailedError, ProtocolError, UsageError

if TYPE_CHECKING:
    from tests.client.conftest import Http, Server, Waits

KEY = "sk-the-secret-of-this-test"


def test_importing_and_making_a_client_loads_no_http_library() -> None:
    code = (
        "import sys\n"
        "from batchtui import BatchClient\n"
        "BatchClient(base_url='https://api.openai.com', kind='openai')\n"
        "print([name for name in ('httpx', 'httpcore', 'certifi') if name in sys.modules])\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


HTTP_ONLY = """
import asyncio, ssl, sys
built = []
def refuse(*_, **__): built.append(1); raise AssertionError("certificates were read")
ssl.create_default_context = refuse
ssl.SSLContext.load_verify_locations = refuse
ssl.SSLContext.load_default_certs = refuse
from batchtui import BatchClient
async def main(url, to):
    async with BatchClient(base_url=url) as client:
        await client.batches.retrieve("batch_1")
        await client.files.create(file=b"{}")
        await client.files.content("file-1", to=to)
    print("certificates read:", bool(built))
from pathlib import Path
asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
"""


async def test_http_reads_no_certificates(server: Server, http: Http, tmp_path: Path) -> None:
    server.reply(http(200, {"id": "x", "status": "completed"}))
    command = [sys.executable, "-c", HTTP_ONLY, server.base_url, str(tmp_path / "out")]
    done = await asyncio.to_thread(
        subprocess.run, command, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "certificates read: False"


def test_the_context_for_http_trusts_nobody() -> None:
    context = tls.closed_context()
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert context.check_hostname
    assert context.cert_store_stats()["x509_ca"] == 0


async def test_certificates_are_read_once_and_off_the_loop(
    monkeypatch: pytest.MonkeyPatch, waits: Waits, refused_url: str
) -> None:
    threads: list[int] = []
    original = tls._build

    def build() -> ssl.SSLContext:
        threads.append(threading.get_ident())
        return original()

    monkeypatch.setattr(tls, "_trusting", None)
    monkeypatch.setattr(tls, "_build", build)
    for _ in range(2):
        url = refused_url.replace("http:", "https:")
        async with BatchClient(base_url=url, sleep=waits) as client:
            with pytest.raises(ConnectionFailedError, match="refused"):
                await client.batches.retrieve("batch_1")
    assert len(threads) == 1
    assert threads[0] != threading.get_ident()


async def test_https_to_a_server_that_speaks_http(waits: Waits) -> None:
    async def refuse(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 400 Bad Request\r\n\r\n")
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(refuse, "127.0.0.1", 0) as listening:
        url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with BatchClient(base_url=url, sleep=waits) as client:
            with pytest.raises(ConnectionFailedError, match="no TLS connection") as caught:
                await client.batches.retrieve("batch_1")
    assert "plain http" in (caught.value.hint or "")


async def test_a_redirect_is_not_followed(
    client: BatchClient, server: Server, http: Http, tmp_path: Path
) -> None:
    server.reply(http(307, location="https://elsewhere.example/v1/batches"))
    with pytest.raises(ProtocolError, match=r"elsewhere\.example"):
        await client.batches.retrieve("batch_1")
    with pytest.raises(ProtocolError, match=r"elsewhere\.example"):
        await client.files.create(file=b"{}")
    with pytest.raises(ProtocolError, match=r"elsewhere\.example"):
        await client.files.content("file-1", to=tmp_path / "out")
    assert len(server.asked) == 3


async def test_a_proxy_of_the_environment_is_used(
    server: Server, http: Http, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reply(http(200, {"id": "batch_1", "status": "completed"}))
    monkeypatch.setenv("http_proxy", server.base_url)
    monkeypatch.delenv("no_proxy", raising=False)
    async with BatchClient(base_url="http://batch.example") as client:
        await client.batches.retrieve("batch_1")
        await client.files.create(file=b"{}")
    assert server.asked[0].path == "http://batch.example/v1/batches/batch_1"
    assert server.asked[1].path == "http://batch.example/v1/files"


async def test_this_machine_is_never_asked_through_a_proxy(
    server: Server, http: Http, refused_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    server.reply(http(200, {"id": "batch_1", "status": "completed"}))
    monkeypatch.setenv("http_proxy", refused_url)
    async with BatchClient(base_url=server.base_url) as client:
        assert (await client.batches.retrieve("batch_1")).id == "batch_1"


@pytest.mark.parametrize(
    ("settings", "proxy"),
    [
        ({}, None),
        ({"https_proxy": "http://proxy:3128"}, "http://proxy:3128"),
        ({"https_proxy": "proxy:3128"}, "http://proxy:3128"),
        ({"http_proxy": "http://proxy:3128"}, None),
        ({"all_proxy": "http://proxy:3128"}, "http://proxy:3128"),
        ({"https_proxy": "http://proxy:3128", "no_proxy": "batch.example"}, None),
    ],
)
def test_which_proxy(
    monkeypatch: pytest.MonkeyPatch, settings: dict[str, str], proxy: str | None
) -> None:
    for name in ("http_proxy", "https_proxy", "all_proxy", "no_proxy"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.upper(), raising=False)
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    assert proxy_for("https://batch.example/v1") == proxy


async def test_a_proxy_that_can_not_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("http_proxy", "gopher://user:secret@proxy")
    async with BatchClient(base_url="http://batch.example") as client:
        with pytest.raises(UsageError, match="proxy") as caught:
            await client.batches.retrieve("batch_1")
    assert "secret" not in f"{caught.value} {caught.value.hint}"


async def test_a_host_that_can_not_be(tmp_path: Path) -> None:
    async with BatchClient(base_url="http://[v1.x]") as client:
        with pytest.raises(UsageError, match="base_url"):
            await client.files.content("file-1", to=tmp_path / "out")


async def test_https_spoken_where_http_is_expected_gets_a_hint(waits: Waits) -> None:
    async def alert(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"\x15\x03\x01\x00\x02\x02\x16")  # how a TLS server refuses plain text
        await writer.drain()
        writer.close()

    async with await asyncio.start_server(alert, "127.0.0.1", 0) as listening:
        url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        async with BatchClient(base_url=url, sleep=waits) as client:
            with pytest.raises(ProtocolError, match="not HTTP") as caught:
                await client.batches.retrieve("batch_1")
    assert "https" in (caught.value.hint or "")


async def test_a_compressed_answer(client: BatchClient, server: Server, http: Http) -> None:
    body = gzip.compress(b'{"id": "batch_1", "status": "completed"}')
    server.reply(http(200, body, content_encoding="gzip"))
    assert (await client.batches.retrieve("batch_1")).status == "completed"
    assert server.asked[0].headers["accept-encoding"] == "gzip"
    server.reply(http(200, b"not gzip at all", content_encoding="gzip"))
    with pytest.raises(ProtocolError, match="decompressed"):
        await client.batches.retrieve("batch_1")


async def test_an_answer_without_end_is_not_kept(client: BatchClient, server: Server) -> None:
    async def endless(_: object, __: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 99999999999\r\n\r\n")
        while True:
            writer.write(b"[" * (1 << 20))
            await writer.drain()

    server.reply(endless)
    with pytest.raises(ProtocolError, match="more than 64 MB"):
        await client.batches.retrieve("batch_1")
    assert len(server.asked) == 1


async def test_a_closed_client_says_so(server: Server) -> None:
    client = BatchClient(base_url=server.base_url)
    await client.aclose()
    await client.aclose()
    with pytest.raises(RuntimeError, match="closed"):
        await client.batches.retrieve("batch_1")


async def test_the_transport_can_be_injected(tmp_path: Path) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/content"):
            return httpx.Response(200, content=b"{}\n")
        return httpx.Response(200, json={"id": "file-1", "bytes": len(request.content)})

    transport = httpx.MockTransport(answer)
    async with BatchClient(base_url="http://localhost", transport=transport) as client:
        assert (await client.files.retrieve("file-1")).id == "file-1"
        assert (await client.files.create(file=b"{}\n")).bytes > 100
        assert await client.files.content("file-1", to=tmp_path / "out") == 3
        assert [piece async for piece in client.files.stream("file-1")] == [b"{}\n"]


async def test_no_frame_of_a_traceback_holds_the_key(
    client: BatchClient, server: Server, http: Http, refused_url: str, waits: Waits, tmp_path: Path
) -> None:
    """Tools print the local variables of every frame, and of every error behind an error."""

    async def hang_up(*_: object) -> None:
        return

    async def short(_: object, __: object, writer: asyncio.StreamWriter) -> None:
        writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 9\r\n\r\nx")

    to = tmp_path / "out"
    for reply in (http(401), http(302), hang_up, short):
        server.reply(reply)
        await _raises_clean(client, to)
    async with BatchClient(base_url=refused_url, api_key=KEY, sleep=waits) as dead:
        await _raises_clean(dead, to)


async def _raises_clean(client: BatchClient, to: Path) -> None:
    calls = (
        lambda: client.batches.retrieve("batch_1"),
        lambda: client.batches.create(input_file_id="file-1", endpoint="/v1/responses"),
        lambda: client.files.create(file=b"{}"),
        lambda: client.files.create(file=to.parent / "missing"),
        lambda: client.files.content("file-1", to=to / "no" / "where"),
        lambda: _read(client),
    )
    for call in calls:
        with pytest.raises(BatchtuiError) as caught:
            await call()
        assert KEY not in _everything(caught.value)


async def _read(client: BatchClient) -> list[bytes]:
    return [piece async for piece in client.files.stream("file-1")]


def _everything(error: BaseException | None) -> str:
    """What a tool could print of an error: texts, and the locals below the test's own frame."""
    shown = []
    while error is not None:
        shown.append(repr(error))
        trace: TracebackType | None = error.__traceback__
        while trace is not None:
            shown.append(repr(trace.tb_frame.f_locals))
            trace = trace.tb_next
        error = error.__cause__ or error.__context__
    return " ".join(shown)
