"""Sessions on a real gateway, and on a port where nobody listens."""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.workflows.session import Session


@pytest.fixture
async def session(gateway: Gateway, tmp_path: Path) -> AsyncIterator[Session]:
    profile = Profile(name="test", base_url=gateway.base_url, kind="local")
    async with Session(profile, downloads=tmp_path / "downloads") as open_session:
        yield open_session


@pytest.fixture
def dead_url() -> str:
    """A loopback URL where nobody listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}"
