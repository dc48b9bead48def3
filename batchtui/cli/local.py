"""The built-in gateway for the time of one command: `--local`, and the demo."""

from __future__ import annotations

import logging
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
    """A gateway on this user's data directory: what it accepts goes on in the next command.

    One that runs there already, as `batchtui serve` does, is the one.
    """
    from batchtui.config import Profile
    from batchtui.gateway.options import GatewayOptions
    from batchtui.gateway.store.disk import running_url

    options = GatewayOptions(port=0)
    if url := running_url(options.directory):
        yield Profile(name="local", base_url=url, kind="local")
        return
    with gateway_profile(options, name="local") as profile:
        yield profile


@contextmanager
def gateway_profile(
    options: GatewayOptions, *, name: str, seed: Seed | None = None
) -> Iterator[Profile]:
    """A running gateway, as a profile to connect with."""
    from batchtui.config import Profile
    from batchtui.gateway.server import Gateway

    # Without a handler a warning of its thread would be written over the app's screen.
    for logger in ("batchtui.gateway", "uvicorn.error"):
        logging.getLogger(logger).addHandler(logging.NullHandler())
    with Gateway(options, seed=seed) as gateway:
        yield Profile(name=name, base_url=gateway.base_url, kind="local")
