"""One connection of the app or of a command: a profile, its client, its place for downloads.

Owns when the client is built: on first use, in a thread, because reading the trusted certificates
and importing the HTTP library cost more than a frame.
"""

from __future__ import annotations

import asyncio
import hashlib
from pathlib import Path
from typing import TYPE_CHECKING, Self

from batchtui import paths
from batchtui.config import Profile

if TYPE_CHECKING:
    from batchtui.client import BatchClient


class Session:
    """`downloads`: where file contents are kept, by id; the user's cache directory if None."""

    def __init__(self, profile: Profile, *, downloads: Path | None = None) -> None:
        self.profile = profile
        self._downloads = downloads
        self._client: BatchClient | None = None
        self._building = asyncio.Lock()

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
        key = f"{self.profile.base_url}\n{self.profile.provider or ''}\n{file_id}"
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
