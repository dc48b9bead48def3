"""The verbs of the LiteLLM SDK, by its names and keyword arguments, async and sync.

    import batchtui as litellm

    file = await litellm.acreate_file(file=open("in.jsonl", "rb"), purpose="batch")

Each call makes its own connection: for many calls use `BatchClient`. The sync twins also work
where an event loop runs. Errors are those of `batchtui.errors`.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Any, TypedDict, Unpack

from batchtui import paths
from batchtui.client.batch_client import BatchClient
from batchtui.client.blocking import blocking
from batchtui.client.file_content import FileContent
from batchtui.client.sending import Sendable
from batchtui.config import HOW_TO_CONNECT, OPENAI_URL, Profile, Secret, resolve
from batchtui.errors import UsageError
from batchtui.models.batch import Batch
from batchtui.models.file import FileDeleted, FileObject
from batchtui.models.listing import Page


class Connection(TypedDict, total=False):
    """What every verb takes besides.

    `api_base`, `api_key`: by default those of the default profile or the environment. `timeout`:
    how many seconds the server may be silent. `extra_headers`: sent along. `extra_body`: more
    fields of a create's body or of an upload's form, as LiteLLM's `target_model_names`; other
    calls have no body, and it changes nothing there.
    """

    api_base: str | None
    api_key: str | None
    timeout: float | None
    extra_headers: Mapping[str, str] | None
    extra_body: Mapping[str, Any] | None


async def acreate_file(
    file: Sendable,
    purpose: str = "batch",
    custom_llm_provider: str | None = None,
    *,
    expires_after: Mapping[str, Any] | None = None,
    **connection: Unpack[Connection],
) -> FileObject:
    """Upload a file. `expires_after`: `{"anchor": "created_at", "seconds": n}`."""
    async with _client(custom_llm_provider, connection) as client:
        return await client.files.create(
            file=file,
            purpose=purpose,
            expires_after_s=_seconds(expires_after),
            extra_fields={
                name: str(value) for name, value in (connection.get("extra_body") or {}).items()
            },
        )


async def afile_list(
    custom_llm_provider: str | None = None,
    purpose: str | None = None,
    *,
    after: str | None = None,
    limit: int | None = None,
    **connection: Unpack[Connection],
) -> Page[FileObject]:
    """One page of files."""
    async with _client(custom_llm_provider, connection) as client:
        return await client.files.list(purpose=purpose, limit=limit, after=after).first_page()


async def afile_retrieve(
    file_id: str, custom_llm_provider: str | None = None, **connection: Unpack[Connection]
) -> FileObject:
    async with _client(custom_llm_provider, connection) as client:
        return await client.files.retrieve(file_id)


async def afile_delete(
    file_id: str, custom_llm_provider: str | None = None, **connection: Unpack[Connection]
) -> FileDeleted:
    async with _client(custom_llm_provider, connection) as client:
        return await client.files.delete(file_id)


async def afile_content(
    file_id: str, custom_llm_provider: str | None = None, **connection: Unpack[Connection]
) -> FileContent:
    """The content of a file, in memory; `BatchClient.files.content` writes a large one to disk."""
    async with _client(custom_llm_provider, connection) as client:
        return FileContent(b"".join([piece async for piece in client.files.stream(file_id)]))


async def acreate_batch(
    completion_window: str,
    endpoint: str,
    input_file_id: str,
    custom_llm_provider: str | None = None,
    metadata: Mapping[str, str] | None = None,
    *,
    output_expires_after: Mapping[str, Any] | None = None,
    **connection: Unpack[Connection],
) -> Batch:
    """Create a batch, sent exactly once: see `BatchClient.batches.create` for NotKnownError."""
    async with _client(custom_llm_provider, connection) as client:
        return await client.batches.create(
            input_file_id=input_file_id,
            endpoint=endpoint,
            completion_window=completion_window,
            metadata=metadata,
            output_expires_after_s=_seconds(output_expires_after),
            extra_body=connection.get("extra_body"),
        )


async def aretrieve_batch(
    batch_id: str, custom_llm_provider: str | None = None, **connection: Unpack[Connection]
) -> Batch:
    async with _client(custom_llm_provider, connection) as client:
        return await client.batches.retrieve(batch_id)


async def alist_batches(
    after: str | None = None,
    limit: int | None = None,
    custom_llm_provider: str | None = None,
    **connection: Unpack[Connection],
) -> Page[Batch]:
    """One page of batches, newest first; `limit` 1 to 100."""
    async with _client(custom_llm_provider, connection) as client:
        return await client.batches.list(limit=limit, after=after).first_page()


async def acancel_batch(
    batch_id: str, custom_llm_provider: str | None = None, **connection: Unpack[Connection]
) -> Batch:
    async with _client(custom_llm_provider, connection) as client:
        return await client.batches.cancel(batch_id)


create_file = blocking(acreate_file)
file_list = blocking(afile_list)
file_retrieve = blocking(afile_retrieve)
file_delete = blocking(afile_delete)
file_content = blocking(afile_content)
create_batch = blocking(acreate_batch)
retrieve_batch = blocking(aretrieve_batch)
list_batches = blocking(alist_batches)
cancel_batch = blocking(acancel_batch)


@asynccontextmanager
async def _client(provider: str | None, connection: Connection) -> AsyncIterator[BatchClient]:
    unknown = sorted(set(connection) - Connection.__annotations__.keys())
    if unknown:
        raise TypeError(f"unexpected keyword argument {unknown[0]!r}")
    made = await asyncio.to_thread(_made, provider, connection)
    async with made as client:
        yield client


def _made(provider: str | None, connection: Connection) -> BatchClient:
    """Fetches the key, which may take long: for a thread."""
    profile = _profile(connection)
    if provider:
        profile = replace(profile, provider=provider, model=None)
    headers = {**profile.headers, **(connection.get("extra_headers") or {})}
    return BatchClient.from_profile(
        replace(profile, headers=headers), timeout_s=connection.get("timeout")
    )


def _profile(connection: Connection) -> Profile:
    """Where to connect; a key alone means OpenAI."""
    key = connection.get("api_key")
    profile = resolve(base_url=connection.get("api_base"))
    if profile is None and key:
        profile = Profile("openai", OPENAI_URL, "openai")
    if profile is None:
        raise UsageError(
            "no server is configured",
            hint=f"pass api_base, or {HOW_TO_CONNECT.format(config=paths.config_file())}",
        )
    return replace(profile, api_key=Secret(key)) if key else profile


def _seconds(expires_after: Mapping[str, Any] | None) -> int | None:
    """Of `{"anchor": "created_at", "seconds": n}`; there is no other anchor."""
    if expires_after is None:
        return None
    seconds = expires_after.get("seconds")
    if expires_after.get("anchor", "created_at") != "created_at" or not isinstance(seconds, int):
        raise UsageError('an expiry is {"anchor": "created_at", "seconds": n}')
    return seconds
