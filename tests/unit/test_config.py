"""Profiles from the file and from the environment."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchtui import config
from batchtui.errors import UsageError


@pytest.fixture(autouse=True)
def nowhere(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """No variable of this machine, and a configuration file that is not there yet."""
    for variable in (
        "BATCHTUI_BASE_URL",
        "LITELLM_PROXY_API_BASE",
        "LITELLM_PROXY_API_KEY",
        "OPENAI_BASE_URL",
        "OPENAI_API_KEY",
        "AZURE_OPENAI_ENDPOINT",
        "AZURE_OPENAI_API_KEY",
    ):
        monkeypatch.delenv(variable, raising=False)
    path = tmp_path / "config.toml"
    monkeypatch.setenv("BATCHTUI_CONFIG", str(path))
    return path


def test_nothing_configured_is_no_profile() -> None:
    assert config.resolve() is None
    with pytest.raises(UsageError, match="no server") as refused:
        config.require()
    assert "batchtui serve" in (refused.value.hint or "")


@pytest.mark.parametrize(
    ("variables", "kind", "url", "key"),
    [
        ({"OPENAI_API_KEY": "k1"}, "openai", "https://api.openai.com/v1", "k1"),
        (
            {"LITELLM_PROXY_API_BASE": "http://localhost:4000/", "LITELLM_PROXY_API_KEY": "k2"},
            "litellm",
            "http://localhost:4000",
            "k2",
        ),
        (
            {"AZURE_OPENAI_ENDPOINT": "https://r.openai.azure.com", "AZURE_OPENAI_API_KEY": "k3"},
            "azure",
            "https://r.openai.azure.com/openai/v1",
            "k3",
        ),
        (
            {"OPENAI_BASE_URL": "http://host:1/v1", "OPENAI_API_KEY": "k4"},
            "compatible",
            "http://host:1/v1",
            "k4",
        ),
    ],
)
def test_the_environment_gives_a_profile(
    monkeypatch: pytest.MonkeyPatch, variables: dict[str, str], kind: str, url: str, key: str
) -> None:
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    profile = config.require()
    assert (profile.kind, profile.base_url) == (kind, url)
    assert profile.api_key is not None
    assert profile.api_key.reveal() == key


def test_a_key_does_not_show(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-very-secret")
    profile = config.require()
    assert "sk-very-secret" not in f"{profile!r} {profile} {profile.api_key!s}"
    assert profile.key_source == "OPENAI_API_KEY"


def test_openai_key_is_not_sent_to_azure(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OPENAI_API_KEY", "sk-x")
    monkeypatch.setenv("AZURE_OPENAI_ENDPOINT", "https://r.openai.azure.com")
    assert config.require().api_key is None


def test_a_named_profile(nowhere: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nowhere.write_text(
        'default_profile = "p"\n[profiles.p]\nbase_url = "http://h:4000"\nkind = "litellm"\n'
        'provider = "azure"\napi_key_env = "MY_KEY"\nrefresh_s = 30\n'
    )
    monkeypatch.setenv("MY_KEY", "sk-1")
    profile = config.require()
    assert (profile.name, profile.provider, profile.refresh_s) == ("p", "azure", 30)
    assert profile.host == "h:4000"
    assert config.require(name="p", base_url="http://other:1").base_url == "http://other:1"
    assert config.require(provider="openai").provider == "openai"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = = 1", "line 1"),
        ("colour = 1", "unknown key 'colour'"),
        ("[profiles.p]\nbase_url = 'http://h'\nurl = 'x'", "unknown key 'url'"),
        ("[profiles.p]\nkind = 'openai'", "base_url is missing"),
        ("[profiles.p]\nbase_url = 'ftp://h'", "not an http or https URL"),
        ("[profiles.p]\nbase_url = 'http://u:p@h'", "does not belong into the URL"),
        ("[profiles.p]\nbase_url = 'http://h'\nkind = 'x'", "kind must be one of"),
        ("[profiles.p]\nbase_url = 'http://h'\napi_key_env = 'NOT_SET'", "has no NOT_SET"),
        ("[profiles.p]\nbase_url = 'http://h'\nrefresh_s = 0", "refresh_s"),
        ("[profiles.q]\nbase_url = 'http://h'", "no profile named 'p'"),
    ],
)
def test_a_wrong_file_is_told_where(nowhere: Path, text: str, message: str) -> None:
    nowhere.write_text(text)
    with pytest.raises(UsageError, match=message):
        config.require(name="p")


@pytest.mark.parametrize("url", ["localhost:4000", "http://", "http://h:99999", "file:///x", ""])
def test_an_url_that_is_none(url: str) -> None:
    with pytest.raises(UsageError):
        config.require(base_url=url)
