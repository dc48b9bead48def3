"""What every test shares: a machine with no settings, no keys and directories of its own."""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import msgspec
import pytest

if TYPE_CHECKING:
    from batchtui.gateway.server import Gateway

SETTINGS = (
    "AZURE_OPENAI_AD_TOKEN",
    "AZURE_OPENAI_API_KEY",
    "AZURE_OPENAI_ENDPOINT",
    "BATCHTUI_BASE_URL",
    "COLORTERM",
    "LITELLM_PROXY_API_BASE",
    "LITELLM_PROXY_API_KEY",
    "NO_COLOR",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "OPENAI_ORG_ID",
    "OPENAI_PROJECT_ID",
    "SSH_CONNECTION",
    "SSH_TTY",
    "TEXTUAL_THEME",
)


@pytest.fixture(autouse=True)
def machine(monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The home of a user who has just arrived; returns it."""
    for variable in SETTINGS:
        monkeypatch.delenv(variable, raising=False)
    home = tmp_path_factory.mktemp("home")
    monkeypatch.setenv("HOME", str(home))
    for variable, name in (
        ("XDG_CONFIG_HOME", ".config"),
        ("XDG_STATE_HOME", ".local/state"),
        ("XDG_CACHE_HOME", ".cache"),
    ):
        monkeypatch.setenv(variable, str(home / name))
    monkeypatch.setenv("BATCHTUI_CONFIG", str(home / ".config" / "batchtui" / "config.toml"))
    return home


@pytest.fixture
def gateway(tmp_path: Path) -> Iterator[Gateway]:
    """A running gateway with nothing in it."""
    from batchtui.gateway.options import GatewayOptions
    from batchtui.gateway.server import Gateway

    with Gateway(GatewayOptions(data_dir=tmp_path / "gateway", port=0)) as running:
        yield running


WriteInput = Callable[..., Path]


@pytest.fixture
def write_input(tmp_path: Path) -> WriteInput:
    """Writes a batch input of `count` chat requests `r-0`, `r-1`, ...; returns its path."""

    def write(count: int = 3, *, name: str = "in.jsonl", model: str = "echo") -> Path:
        path = tmp_path / name
        path.write_bytes(b"".join(_request(number, model) for number in range(count)))
        return path

    return write


def _request(number: int, model: str) -> bytes:
    messages = [{"role": "user", "content": f"Question {number}"}]
    line: dict[str, Any] = {
        "custom_id": f"r-{number}",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {"model": model, "messages": messages},
    }
    return msgspec.json.encode(line) + b"\n"


@pytest.fixture
def processes(monkeypatch: pytest.MonkeyPatch) -> list[subprocess.Popen[bytes]]:
    """Those that are started."""
    started: list[subprocess.Popen[bytes]] = []
    start = subprocess.Popen

    def noted(*args: Any, **options: Any) -> subprocess.Popen[bytes]:
        started.append(start(*args, **options))
        return started[-1]

    monkeypatch.setattr(subprocess, "Popen", noted)
    return started
