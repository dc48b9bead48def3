"""Over TLS: whom the client trusts, and transfers that can be stopped there too."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
import trustme

from batchtui.client import BatchClient, tls
from batchtui.errors import ConnectionFailedError

if TYPE_CHECKING:
    from tests.client.conftest import Transfers, Until, Waits

BATCH = b'{"id": "batch_1", "status": "completed"}'


class Secure:
    """An https server that answers a batch, or begins an endless content."""

    def __init__(self) -> None:
        self.url = ""
        self.connections = 0

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.connections += 1
        try:
            head = await reader.readuntil(b"\r\n\r\n")
            if b"/content" in head.splitlines()[0]:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: 1000\r\n\r\n" + b"x" * 600)
                await reader.read(-1)
            else:
                writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(BATCH) + BATCH)
                await writer.drain()
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def secure(authority: trustme.CA) -> AsyncIterator[Secure]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    made = Secure()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context) as listening:
        made.url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield made


@pytest.fixture
def trusted(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """SSL_CERT_FILE names the authority, in a process that has read no certificates yet."""
    file = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(file)
    monkeypatch.setenv("SSL_CERT_FILE", str(file))
    monkeypatch.setattr(tls, "_trusting", None)


async def test_an_unknown_authority_is_not_trusted(
    secure: Secure, waits: Waits, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tls, "_trusting", None)
    async with BatchClient(base_url=secure.url, sleep=waits) as client:
        with pytest.raises(ConnectionFailedError, match="is not trusted") as caught:
            await client.batches.retrieve("batch_1")
        with pytest.raises(ConnectionFailedError, match="is not trusted"):
            await client.files.create(file=b"{}")
    assert "SSL_CERT_FILE" in (caught.value.hint or "")


@pytest.mark.usefixtures("trusted")
async def test_a_private_authority_can_be_named(secure: Secure) -> None:
    async with BatchClient(base_url=secure.url) as client:
        assert (await client.batches.retrieve("batch_1")).id == "batch_1"


@pytest.mark.usefixtures("trusted")
async def test_a_certificate_for_another_name_is_not_trusted(secure: Secure, waits: Waits) -> None:
    url = secure.url.replace("127.0.0.1", "localhost")
    async with BatchClient(base_url=url, sleep=waits) as client:
        with pytest.raises(ConnectionFailedError, match="is not trusted"):
            await client.batches.retrieve("batch_1")


@pytest.mark.usefixtures("trusted")
async def test_cancelling_a_download_over_tls_ends_its_thread(
    secure: Secure, tmp_path: Path, until: Until, transfers: Transfers
) -> None:
    arrived = asyncio.Event()
    async with BatchClient(base_url=secure.url) as client:
        task = asyncio.create_task(
            client.files.content(
                "file-1", to=tmp_path / "out", on_progress=lambda *_: arrived.set()
            )
        )
        await arrived.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
    await until(lambda: not transfers())
    assert not (tmp_path / "out").exists()
    assert not list(tmp_path.glob(".batchtui-*"))
