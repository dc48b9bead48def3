"""The built-in gateway for the time of one command: `--local`, and the demo."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchtui.config import Profile
    from batchtui.gateway.options import GatewayOptions
    from batchtui.gateway.service import Seed


@contextmanager
def private_profile() -> Iterator[Profile]:
    """A gateway of this command alone, on a free loopback port; nothing of it is left behind."""
    from batchtui.gateway.options import GatewayOptions

    with (
        tempfile.TemporaryDirectory(prefix="batchtui-") as directory,
        gateway_profile(GatewayOptions(data_dir=Path(directory), port=0), name="local") as profile,
    ):
        yield profile


@contextmanager
def local_profile() -> Iterator[Profile]:
    """A gateway on this user's data directory: what it accepts goes on in the next command."""
    from batchtui.gateway.options import GatewayOptions

    with gateway_profile(GatewayOptions(port=0), name="local") as profile:
        yield profile


@contextmanager
def gateway_profile(
    options: GatewayOptions, *, name: str, seed: Seed | None = None
) -> Iterator[Profile]:
    """A running gateway, as a profile to connect with."""
    from batchtui.config import Profile
    from batchtui.gateway.server import Gateway

    with Gateway(options, seed=seed) as gateway:
        yield Profile(name=name, base_url=gateway.base_url, kind="local")
