"""The command line in this process, on a gateway of the test's own."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from click.testing import CliRunner, Result

from batchtui.cli.root import root
from batchtui.gateway.server import Gateway

Command = Callable[..., Result]


@pytest.fixture
def command(gateway: Gateway, monkeypatch: pytest.MonkeyPatch) -> Command:
    """Runs `batchtui ARGUMENTS...` against the gateway; see click's `Result`."""
    monkeypatch.setenv("BATCHTUI_BASE_URL", gateway.base_url)

    def run(*arguments: object) -> Result:
        result = CliRunner().invoke(root, [str(each) for each in arguments])
        if result.exception and not isinstance(result.exception, SystemExit):
            raise result.exception
        return result

    return run
