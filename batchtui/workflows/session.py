"""One connection of the app or of a command: a profile, its client, its place for downloads.

Owns when the client is built: on first use, in a thread, because reading the trusted certificates
and importing the HTTP library cost more than a frame.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from batchtui import paths
from batchtui.config import Profile
from batchtui.errors import UsageError
from batchtui.workflows.ledger import Ledger

if TYPE_CHECKING:
    from batchtui.client import BatchClient


LOOKS_S: Final = (0.0, 1.0, 3.0, 8.0, 18.0)
"""A LiteLLM proxy may still be sending a create, whose answer was lost, for some seconds."""


class Session:
    """`downloads`: where file contents are kept, by id; the user's cache directory if None.

    `ledger`: the record of what was sent; the user's own if None, and none at all for a gateway
    of our own, which costs nothing. `client`: instead of one made from the profile. `looks_s`:
    the pauses, in seconds, before each look for a create whose answer was lost.
    """

    def __init__(
        self,
        profile: Profile,
        *,
        downloads: Path | None = None,
        ledger: Ledger | None = None,
        client: BatchClient | None = None,
        looks_s: tuple[float, ...] = LOOKS_S,
    ) -> None:
        self.profile = profile
        self.ledger = ledger or (None if profile.kind == "local" else Ledger())
        self.looks_s = looks_s
        self._downloads = downloads
        self._client = client
        self._building = asyncio.Lock()

    async def client_to_change(self) -> BatchClient:
        """As `client`, for what changes the account. Raises UsageError for a read-only profile."""
        if self.profile.read_only:
            raise UsageError(
                f"profile {self.profile.name} is read-only",
                hint="take read_only out of the profile to allow changes",
            )
        return await self.client()

    async def client(self) -> BatchClient:
        async with self._building:
            if self._client is None:
                self._client = await asyncio.to_thread(_build, self.profile)
            return self._client

    def download_path(self, file_id: str) -> Path:
        """Where the content of `file_id` is kept. Ids are opaque and long, so they are hashed.

        Files of a server never change: one that is there is whole and current.
        """
        base = self._downloads or paths.cache_dir() / "files"
        key = f"{self.profile.account}\n{file_id}"
        return base / f"{hashlib.sha256(key.encode()).hexdigest()[:32]}.jsonl"

    async def aclose(self) -> None:
        client, self._client = self._client, None
        if client is not None:
            await client.aclose()

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.aclose()


def _build(profile: Profile) -> BatchClient:
    from batchtui.client import BatchClient

    return BatchClient.from_profile(profile)
