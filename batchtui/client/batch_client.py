"""The client of one Batch API."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Self

from batchtui.client.batches import Batches
from batchtui.client.exchange import QueryValue
from batchtui.client.files import Files
from batchtui.client.models import Models
from batchtui.client.probe import Probe, probe
from batchtui.client.route import Route
from batchtui.client.session import Session, Sleep
from batchtui.client.target import target
from batchtui.config import Kind, Profile, never_show

if TYPE_CHECKING:
    from batchtui.client.wire import Transport


class BatchClient:
    """Talks to one server with one key, on one event loop.

        async with BatchClient(base_url="http://localhost:4000") as client:
            file = await client.files.create(file=Path("in.jsonl"))
            batch = await client.batches.create(
                input_file_id=file.id, endpoint="/v1/chat/completions"
            )

    `base_url`: with or without /v1. `provider`: LiteLLM's `custom-llm-provider`; `model`: its
    `x-litellm-model`, in place of a provider; `target_model_names`: for what models, parted by
    commas, LiteLLM is to manage what is uploaded. `organization`, `project`: OpenAI's.
    `timeout_s`: how long the server may be silent, by the kind of server if None. `proxy`: instead
    of the environment's. `ca_file`: who is trusted, in PEM, instead of the machine's list.
    `client_cert`, `client_key`: what we show to a server that asks for a certificate, in PEM.
    `transport`: an httpx transport to use instead of connections, asynchronous and synchronous, as
    `httpx.MockTransport` is. `sleep`: how to wait between attempts.

    Making one costs nothing and connects to nothing: httpx and the trusted certificates are loaded
    by the first request, in a thread. Raises UsageError for what can not be a URL, a key or a
    header. Close it, or use it as a context manager.
    """

    def __init__(
        self,
        *,
        base_url: str,
        api_key: str | None = None,
        kind: Kind = "compatible",
        provider: str | None = None,
        model: str | None = None,
        target_model_names: str | None = None,
        organization: str | None = None,
        project: str | None = None,
        headers: Mapping[str, str] | None = None,
        timeout_s: float | None = None,
        proxy: str | None = None,
        ca_file: Path | None = None,
        client_cert: Path | None = None,
        client_key: Path | None = None,
        transport: Transport | None = None,
        sleep: Sleep = asyncio.sleep,
    ) -> None:
        self._session = Session(
            target(
                base_url=base_url,
                api_key=api_key,
                kind=kind,
                provider=provider,
                model=model,
                target_model_names=target_model_names,
                organization=organization,
                project=project,
                headers=headers,
                timeout_s=timeout_s,
                route=Route(proxy, ca_file, client_cert, client_key),
            ),
            transport=transport,
            sleep=sleep,
        )
        never_show(*self._session.target.secrets)
        self.files = Files(self._session)
        self.batches = Batches(self._session)
        self.models = Models(self._session)

    @classmethod
    def from_profile(cls, profile: Profile, *, timeout_s: float | None = None) -> Self:
        """May take long, since it fetches the key: for a thread. Raises UsageError."""
        key = profile.with_key().api_key
        return cls(
            base_url=profile.base_url,
            api_key=key.reveal() if key else None,
            kind=profile.kind,
            provider=profile.provider,
            model=profile.model,
            target_model_names=profile.target_model_names,
            organization=profile.organization,
            project=profile.project,
            headers=profile.headers,
            timeout_s=timeout_s,
            proxy=profile.proxy,
            ca_file=profile.ca_file,
            client_cert=profile.client_cert,
            client_key=profile.client_key,
        )

    @property
    def processes_uploads(self) -> bool:
        """A file may be used only when its status is `processed`, as at Azure."""
        return self._session.target.dialect.processes_uploads

    async def probe(
        self, method: str, path: str, query: Mapping[str, QueryValue] | None = None
    ) -> Probe:
        """What came of one request, sent once, whatever it is; raises nothing of the server's."""
        return await probe(self._session, method, path, query or {})

    async def aclose(self) -> None:
        """Close the connections. A client that is closed can not be used again."""
        await self._session.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()

    def __repr__(self) -> str:
        return f"BatchClient({self._session.target.root!r})"
