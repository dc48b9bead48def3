"""What every test shares: a machine with no settings, no keys and directories of its own."""

from __future__ import annotations

from pathlib import Path

import pytest

SETTINGS = (
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
