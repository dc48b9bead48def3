"""A gateway over a real socket, its clock, and an upstream that does as it is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from pathlib import Path
from typing import Any

import pytest

from batchtui.gateway.clock import Clock
from batchtui.gateway.options import GatewayOptions
from batchtui.gateway.server import Gateway
from batchtui.gateway.service import Seed
from tests.gateway.fake_upstream import FakeUpstream, Script
from tests.gateway.support import Api, ManualClock


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


StartGateway = Callable[..., AbstractContextManager[Api]]


@pytest.fixture
def start_gateway(tmp_path: Path) -> StartGateway:
    """Starts a gateway on the test's data directory and gives a client of it."""

    @contextmanager
    def start(
        *, clock: Clock | None = None, seed: Seed | None = None, key: str = "", **options: Any
    ) -> Iterator[Api]:
        given = GatewayOptions(**{"data_dir": tmp_path / "gateway", "port": 0, **options})
        headers = {"authorization": f"Bearer {key}"} if key else {}
        with Gateway(given, clock=clock, seed=seed) as gateway:
            api = Api(gateway.base_url, **headers)
            try:
                yield api
            finally:
                api.close()

    return start


@pytest.fixture
def api(start_gateway: StartGateway) -> Iterator[Api]:
    """A client of an empty gateway with the echo model."""
    with start_gateway() as api:
        yield api


StartUpstream = Callable[[Script], FakeUpstream]


@pytest.fixture
def start_upstream() -> Iterator[StartUpstream]:
    running: list[FakeUpstream] = []

    def start(script: Script) -> FakeUpstream:
        running.append(FakeUpstream(script))
        return running[-1]

    yield start
    for each in running:
        each.close()
