"""The app on a real gateway, and on an account that a test writes by hand."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from batchtui.config import Profile
from batchtui.gateway.server import Gateway
from batchtui.tui.app import BatchtuiApp


@pytest.fixture(autouse=True)
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """The same terminal, time zone and working directory everywhere."""
    monkeypatch.setenv("TERM", "xterm-256color")
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    yield
    monkeypatch.undo()
    time.tzset()


@pytest.fixture
def profile(gateway: Gateway) -> Profile:
    return Profile(name="local", base_url=gateway.base_url, kind="local", refresh_s=0.1)


MakeApp = Callable[..., BatchtuiApp]


@pytest.fixture
def make_app(profile: Profile, tmp_path: Path) -> MakeApp:
    """The app on the test's gateway, browsing the test's directory."""

    def make(connect_to: Profile | None = profile, **options: object) -> BatchtuiApp:
        given: dict[str, object] = {
            "browse_dir": tmp_path,
            "downloads": tmp_path / "downloads",
            **options,
        }
        return BatchtuiApp(connect_to, **given)  # type: ignore[arg-type]

    return make
