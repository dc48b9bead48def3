"""Each field of a profile is honoured, by calls on the loop and by transfers in threads alike."""

from __future__ import annotations

import asyncio
import ssl
import sys
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    PrivateFormat,
    load_pem_private_key,
)

import batchtui
from batchtui.client import BatchClient
from batchtui.client.target import Target, target
from batchtui.config import KeySource, Kind, Profile, Secret
from batchtui.errors import ConnectionFailedError, InvalidRequestError, UsageError

if TYPE_CHECKING:
    from tests.client.conftest import Http, Server, Waits

BATCH = {"id": "batch_1", "status": "completed"}
FILE = {"id": "file-1", "bytes": 2}


def made(kind: Kind = "litellm", **changes: Any) -> Target:
    return target(base_url="http://localhost:4000", api_key=None, kind=kind, **changes)


@pytest.mark.parametrize("kind", ["litellm", "compatible", "local"])
def test_a_model_routes_where_a_proxy_may_be(kind: Kind) -> None:
    headers = made(kind, model="gpt-batch").headers
    assert headers["x-litellm-model"] == "gpt-batch"
    assert "custom-llm-provider" not in headers


@pytest.mark.parametrize("kind", ["openai", "azure"])
def test_a_model_is_not_sent_where_nobody_reads_it(kind: Kind) -> None:
    assert "x-litellm-model" not in made(kind, model="gpt-batch", provider="azure").headers


def test_model_and_provider_together_are_refused() -> None:
    """For a create the model would win, for a cancel the provider: two accounts."""
    with pytest.raises(UsageError, match="both set"):
        made(model="gpt-batch", provider="azure")


@pytest.mark.parametrize(
    ("kind", "sent"), [("openai", True), ("compatible", True), ("litellm", False), ("azure", False)]
)
def test_organization_and_project(kind: Kind, sent: bool) -> None:
    headers = made(kind, organization="org-1", project="proj_1").headers
    assert headers.get("openai-organization") == ("org-1" if sent else None)
    assert headers.get("openai-project") == ("proj_1" if sent else None)


@pytest.mark.parametrize(
    "wrong",
    [
        {"proxy": "socks5://127.0.0.1:1"},
        {"proxy": "proxy.example:3128"},
        {"proxy": "http://"},
        {"proxy": "http://user:pass word-secret@proxy"},
        {"model": "a\nb"},
        {"organization": "a\r\nb: c"},
        {"client_key": Path("key.pem")},
    ],
)
def test_what_can_not_be_used_is_refused_at_once(wrong: dict[str, Any]) -> None:
    kind: Kind = "openai" if "organization" in wrong else "litellm"
    with pytest.raises(UsageError) as caught:
        BatchClient.from_profile(Profile("p", "http://localhost:4000", kind, **wrong))
    assert "secret" not in f"{caught.value} {caught.value.hint}"


async def every_call(client: BatchClient, to: Path) -> None:
    """A call on the loop, a create on its own connection, an upload, a download and a stream."""
    await client.batches.retrieve("batch_1")
    await client.batches.create(input_file_id="file-1", endpoint="/v1/embeddings")
    await client.files.create(file=b"{}")
    await client.files.content("file-1", to=to)
    async for _ in client.files.stream("file-1"):
        pass


async def test_every_request_carries_the_headers_of_the_profile(
    server: Server, http: Http, tmp_path: Path
) -> None:
    server.reply(http(200, BATCH | FILE))
    profile = Profile(
        "work",
        server.base_url,
        model="gpt-batch",
        organization="org-1",
        project="proj_1",
        api_key=Secret("sk-key-0123456789"),
        headers={"X-Team": "evaluation"},
    )
    async with BatchClient.from_profile(profile) as client:
        await every_call(client, tmp_path / "out")
    assert len(server.asked) == 5
    for asked in server.asked:
        assert asked.headers["authorization"] == "Bearer sk-key-0123456789"
        assert asked.headers["x-litellm-model"] == "gpt-batch"
        assert asked.headers["openai-organization"] == "org-1"
        assert asked.headers["openai-project"] == "proj_1"
        assert asked.headers["x-team"] == "evaluation"


async def test_every_request_goes_by_the_proxy_of_the_profile(
    server: Server, http: Http, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    server.reply(http(200, BATCH | FILE))
    proxy = server.base_url.replace("http://", "http://me:proxy-secret@")
    profile = Profile("work", "http://batches.example", proxy=proxy)
    async with BatchClient.from_profile(profile) as client:
        assert "proxy-secret" not in f"{client!r} {client._session.target!r}"
        await every_call(client, tmp_path / "out")
    assert len(server.asked) == 5
    assert all(each.path.startswith("http://batches.example/v1/") for each in server.asked)
    assert all("proxy-authorization" in each.headers for each in server.asked)


class Guarded:
    """An https server that wants a client certificate, and answers anything with one object."""

    url = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = next(
                (int(x.split(b":")[1]) for x in head.split(b"\r\n") if b"content-length:" in x), 0
            )
            await reader.readexactly(length)
            body = b'{"id": "batch_1", "status": "completed", "bytes": 2}'
            writer.write(b"HTTP/1.1 200 OK\r\ncontent-length: %d\r\n\r\n" % len(body) + body)
            await writer.drain()
        except (ConnectionError, ssl.SSLError, asyncio.IncompleteReadError):
            pass
        finally:
            writer.close()


@pytest.fixture
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
async def guarded(authority: trustme.CA) -> AsyncIterator[Guarded]:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("127.0.0.1").configure_cert(context)
    authority.configure_trust(context)
    context.verify_mode = ssl.CERT_REQUIRED
    made = Guarded()
    async with await asyncio.start_server(made.serve, "127.0.0.1", 0, ssl=context) as listening:
        made.url = f"https://127.0.0.1:{listening.sockets[0].getsockname()[1]}"
        yield made


@pytest.fixture
def known(guarded: Guarded, authority: trustme.CA, tmp_path: Path) -> Profile:
    """A profile that names the authority, and a certificate and key in two files."""
    ours = authority.issue_cert("client.example")
    authority.cert_pem.write_to_path(tmp_path / "ca.pem")
    ours.private_key_pem.write_to_path(tmp_path / "key.pem")
    ours.cert_chain_pems[0].write_to_path(tmp_path / "cert.pem")
    return Profile(
        "guarded",
        guarded.url,
        ca_file=tmp_path / "ca.pem",
        client_cert=tmp_path / "cert.pem",
        client_key=tmp_path / "key.pem",
    )


async def test_both_sides_show_certificates(known: Profile, tmp_path: Path) -> None:
    async with BatchClient.from_profile(known) as client:
        await every_call(client, tmp_path / "out")


async def test_certificate_and_key_in_one_file(known: Profile, tmp_path: Path) -> None:
    both = tmp_path / "both.pem"
    both.write_bytes((tmp_path / "key.pem").read_bytes() + (tmp_path / "cert.pem").read_bytes())
    profile = replace(known, client_cert=both, client_key=None)
    async with BatchClient.from_profile(profile) as client:
        assert (await client.batches.retrieve("batch_1")).id == "batch_1"


async def test_without_the_certificate_there_is_no_connection(known: Profile, waits: Waits) -> None:
    client = BatchClient.from_profile(replace(known, client_cert=None, client_key=None))
    client._session._sleep = waits
    async with client:
        with pytest.raises(ConnectionFailedError):
            await client.batches.retrieve("batch_1")


async def test_nginx_says_what_it_wants(client: BatchClient, server: Server, http: Http) -> None:
    title = b"<html><head><title>400 No required SSL certificate was sent</title></head></html>"
    server.reply(http(400, title, content_type="text/html"))
    with pytest.raises(InvalidRequestError) as caught:
        await client.batches.retrieve("batch_1")
    assert "client_cert" in (caught.value.hint or "")


async def test_without_the_authority_nobody_is_trusted(known: Profile, waits: Waits) -> None:
    client = BatchClient.from_profile(replace(known, ca_file=None))
    client._session._sleep = waits
    async with client:
        with pytest.raises(ConnectionFailedError, match="is not trusted") as caught:
            await client.batches.retrieve("batch_1")
    assert "ca_file" in (caught.value.hint or "")


@pytest.mark.parametrize("name", ["ca_file", "client_cert", "client_key"])
@pytest.mark.parametrize("content", [b"no certificate", b"", b"\xff\x00", None])
async def test_files_that_are_no_certificates(
    known: Profile, tmp_path: Path, name: str, content: bytes | None
) -> None:
    broken = tmp_path / "broken.pem"
    if content is not None:
        broken.write_bytes(content)
    changes: dict[str, Any] = {name: broken}
    async with BatchClient.from_profile(replace(known, **changes)) as client:
        with pytest.raises(UsageError, match=r"broken\.pem"):
            await client.batches.retrieve("batch_1")


async def test_an_encrypted_key_asks_nothing_on_the_terminal(
    known: Profile, tmp_path: Path
) -> None:
    key = load_pem_private_key((tmp_path / "key.pem").read_bytes(), None)
    locked = tmp_path / "locked.pem"
    locked.write_bytes(
        key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, BestAvailableEncryption(b"word"))
    )
    async with BatchClient.from_profile(replace(known, client_key=locked)) as client:
        with pytest.raises(UsageError, match="its key is encrypted"):
            await client.batches.retrieve("batch_1")


def test_the_key_is_fetched_where_the_profile_says() -> None:
    profile = Profile(
        "work",
        "http://localhost:4000",
        key_source=KeySource("command", f"{sys.executable} -c 'print(\"sk-from-a-command\")'"),
    )
    headers = BatchClient.from_profile(profile)._session.target.headers
    assert headers["authorization"] == "Bearer sk-from-a-command"


async def test_the_verbs_fetch_the_key_off_the_loop_and_honour_the_profile(
    machine: Path, server: Server, http: Http
) -> None:
    server.reply(http(200, BATCH))
    config = machine / ".config" / "batchtui" / "config.toml"
    config.parent.mkdir(parents=True)
    slow = "import time; time.sleep(0.3); print('sk-from-a-command')"
    config.write_text(
        f'[profiles.work]\nbase_url = "{server.base_url}"\nkind = "litellm"\nmodel = "gpt-batch"\n'
        f'api_key_command = """{sys.executable} -c "{slow}" """\n'
    )
    beats = 0

    async def beat() -> None:
        nonlocal beats
        while True:
            await asyncio.sleep(0.01)
            beats += 1

    heart = asyncio.create_task(beat())
    await batchtui.aretrieve_batch("batch_1", extra_headers={"x-team": "evaluation"})
    heart.cancel()
    assert beats > 5
    headers = server.asked[0].headers
    assert headers["authorization"] == "Bearer sk-from-a-command"
    assert (headers["x-litellm-model"], headers["x-team"]) == ("gpt-batch", "evaluation")
    await batchtui.aretrieve_batch("batch_1", custom_llm_provider="azure")
    headers = server.asked[1].headers
    assert headers["custom-llm-provider"] == "azure"
    assert "x-litellm-model" not in headers


async def test_an_upload_takes_more_fields(server: Server, http: Http) -> None:
    """LiteLLM's managed files: `target_model_names` in the form."""
    server.reply(http(200, FILE))
    fields = {"target_model_names": "gpt-5-mini, gemini"}
    async with BatchClient(base_url=server.base_url) as client:
        await client.files.create(file=b"{}", extra_fields=fields)
    await batchtui.acreate_file(b"{}", api_base=server.base_url, extra_body=fields)
    for asked in server.asked:
        assert b'name="target_model_names"\r\n\r\ngpt-5-mini, gemini\r\n' in asked.body


@pytest.mark.parametrize(("kind", "sent"), [("litellm", True), ("openai", False)])
async def test_managed_files_are_asked_for_by_the_profile(
    server: Server, http: Http, kind: Kind, sent: bool
) -> None:
    server.reply(http(200, FILE))
    profile = Profile("managed", server.base_url, kind, target_model_names="gpt-5-mini,gemini")
    async with BatchClient.from_profile(profile) as client:
        await client.files.create(file=b"{}")
    field = b'name="target_model_names"\r\n\r\ngpt-5-mini,gemini\r\n'
    assert (field in server.asked[0].body) is sent


def test_a_transport_is_made_with_the_profiles_certificates_only_for_https() -> None:
    """Over http no file is read: one that is not there is no trouble."""
    from batchtui.client.wire import Wire

    plain = BatchClient(base_url="http://localhost:4000", ca_file=Path("/not/there.pem"))
    wire = Wire(plain._session.target, None)
    assert isinstance(wire.blocking_transport(), httpx.BaseTransport)
