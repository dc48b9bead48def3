"""One gateway and one LiteLLM proxy for the whole interop suite: the proxy takes long to start."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from batchtui.config import Secret
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from tests.interop.litellm_proxy import UPSTREAM_KEY, litellm_proxy


@pytest.fixture(scope="session")
def upstream(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Gateway]:
    """The gateway behind the proxy; it takes the proxy's key only."""
    options = GatewayOptions(
        data_dir=tmp_path_factory.mktemp("upstream"), port=0, api_keys=(Secret(UPSTREAM_KEY),)
    )
    with Gateway(options) as gateway:
        yield gateway


@pytest.fixture(scope="session")
def proxy_url(upstream: Gateway, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with litellm_proxy(upstream.base_url, tmp_path_factory.mktemp("proxy")) as url:
        yield url
