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
    assert str(profile.key_source) == "OPENAI_API_KEY"


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


FULL = """
default_profile = "p"

[profiles.p]
base_url = "https://h/v1"
kind = "litellm"
model = "gpt"
api_key_command = "printf sk-from-command"
headers = { X-Team = "ads" }
organization = "org"
project = "proj"
max_lines = 10
max_size_bytes = 1000
max_enqueued_tokens = 2000
max_open_batches = 3
proxy = "http://proxy:3128"
ca_file = "ca.pem"
read_only = true

[profiles.q]
base_url = "http://q"
"""


def test_every_key(nowhere: Path) -> None:
    (nowhere.parent / "ca.pem").write_text("")
    nowhere.write_text(FULL)
    profile = config.require()
    assert profile.headers == {"X-Team": "ads"}
    assert (profile.organization, profile.project, profile.read_only) == ("org", "proj", True)
    assert (profile.max_lines, profile.max_size_bytes) == (10, 1000)
    assert (profile.max_enqueued_tokens, profile.max_open_batches) == (2000, 3)
    assert profile.ca_file == nowhere.parent / "ca.pem"
    assert [each.name for each in config.profiles()] == ["p", "q"]


def test_a_key_from_a_command_is_fetched_when_it_is_needed(nowhere: Path) -> None:
    (nowhere.parent / "ca.pem").write_text("")
    nowhere.write_text(FULL)
    profile = config.require()
    assert profile.api_key is None
    assert str(profile.key_source) == "command printf"
    key = profile.with_key().api_key
    assert key is not None
    assert key.reveal() == "sk-from-command"


@pytest.mark.parametrize(
    ("command", "said"),
    [
        ("false", "exit code 1"),
        ("true", "there is no key"),
        ("no-such-program-here", "cannot be run"),
    ],
)
def test_a_key_command_that_gives_none(nowhere: Path, command: str, said: str) -> None:
    nowhere.write_text(f'[profiles.p]\nbase_url = "http://h"\napi_key_command = "{command}"\n')
    with pytest.raises(UsageError, match=said):
        config.require(name="p").with_key()


def test_a_key_variable_that_is_not_set(nowhere: Path) -> None:
    nowhere.write_text('[profiles.p]\nbase_url = "http://h"\napi_key_env = "NOT_SET"\n')
    with pytest.raises(UsageError, match="NOT_SET"):
        config.require(name="p").with_key()


def test_the_only_profile_needs_no_default(nowhere: Path) -> None:
    nowhere.write_text('[profiles.p]\nbase_url = "http://h"\n')
    assert config.require().name == "p"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("colour = = 1", "line 1"),
        ("\ncolour = 1", r":2: colour is not a key"),
        ("[profiles.p]\nbase_url = 'http://h'\nurl = 'x'", r":3: profiles\.p: url is not a key"),
        ("[profiles.p]\nkind = 'openai'", r":1: profiles\.p has no base_url"),
        ("[profiles.p]\nbase_url = 'ftp://h'", ":2: .*not an http or https URL"),
        ("[profiles.p]\nbase_url = 'http://u:p@h'", "does not belong into the URL"),
        ("[profiles.p]\nbase_url = 'http://h'\nkind = 'x'", ":3: .*must be one of"),
        ("[profiles.p]\nbase_url = 'http://h'\nrefresh_s = 0", ":3: .*at least 1"),
        ("[profiles.p]\nbase_url = 'http://h'\nrefresh_s = true", ":3: .*a whole number"),
        ("[profiles.p]\nbase_url = 'http://h'\nread_only = 'no'", ":3: .*true or false"),
        ("[profiles.p]\nbase_url = 'http://h'\nca_file = 'none.pem'", ":3: .*is no file"),
        ("[profiles.p]\nbase_url = 'http://h'\n[profiles.p.headers]\nx = 1", "a table of text"),
        (
            "[profiles.p]\nbase_url='http://h'\napi_key_env='A'\napi_key_command='b'",
            ":4: .*one source",
        ),
        ("[profiles.p]\nbase_url = 'http://h'\nproxy = 'proxy:3128'", ":3: .*no URL of a proxy"),
        (
            "[profiles.p]\nbase_url = 'http://h'\nprovider = 'openai'\nmodel = 'm'",
            ":4: .*stands beside provider",
        ),
        ("[profiles.q]\nbase_url = 'http://h'", "no profile named 'p'"),
        ("[profiles]\np = 1", "is not a table"),
    ],
)
def test_a_wrong_file_is_told_where(nowhere: Path, text: str, message: str) -> None:
    nowhere.write_text(text)
    with pytest.raises(UsageError, match=message):
        config.require(name="p")


def test_a_key_does_not_stand_in_the_file(nowhere: Path) -> None:
    nowhere.write_text("[profiles.p]\nbase_url = 'http://h'\napi_key = 'sk-0123456789'")
    with pytest.raises(UsageError, match=r":3: profiles\.p: api_key is not a key") as caught:
        config.require(name="p")
    assert "api_key_env" in (caught.value.hint or "")
    assert "sk-0" not in f"{caught.value} {caught.value.hint}"


@pytest.mark.parametrize("url", ["localhost:4000", "http://", "http://h:99999", "file:///x", ""])
def test_an_url_that_is_none(url: str) -> None:
    with pytest.raises(UsageError):
        config.require(base_url=url)


def test_what_the_file_says_of_the_app(nowhere: Path) -> None:
    nowhere.write_text(
        '[app]\nnotify = "osc9"\nnotify_command = "tell me"\n[keys]\n"batch.cancel" = "X"\n',
    )
    assert config.app_settings() == config.AppSettings(
        "osc9", "tell me", keys={"batch.cancel": "X"}
    )


def test_accounts_side_by_side_and_columns(nowhere: Path) -> None:
    nowhere.write_text(
        '[app]\nprofiles = ["a", "b"]\n[app.columns]\nbatches = ["status", "age"]\nfiles = []\n'
    )
    settings = config.app_settings()
    assert settings.profiles == ("a", "b")
    assert settings.columns == {"batches": ("status", "age"), "files": ()}
    nowhere.write_text('[app]\nprofiles = "all"\n')
    assert config.app_settings().profiles == ("all",)


def test_all_accounts_are_each_account_once(nowhere: Path) -> None:
    nowhere.write_text(
        "".join(
            f'[profiles.{name}]\nbase_url = "http://{host}:4000"\n'
            for name, host in (("a", "one"), ("again", "one"), ("b", "two"))
        )
    )
    assert [each.name for each in config.side_by_side(["all"])] == ["a", "b"]
    assert [each.name for each in config.side_by_side(["again", "a"])] == ["again", "a"]
    assert config.side_by_side([]) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[app]\nbeep = true\n", r"config.toml:2: app: beep is not a key"),
        ("[app]\nnotify = 3\n", r"config.toml:2: app: notify must be text"),
        ('[app]\nnotify = "loud"\n', r"config.toml:2: app: notify must be one of bell, osc9"),
        ('[app]\nnotify_command = "a \'b"\n', r"notify_command is no command line"),
        ('[app]\nprofiles = "work"\n', r"config.toml:2: app: profiles must be a list of names"),
        ("[app]\nprofiles = [1]\n", r"config.toml:2: app: profiles must be a list of names"),
        ("[app.columns]\nbatches = 1\n", r"app: columns must be a table with a list"),
        ('[keys]\n"batch.cancel" = 3\n', r"config.toml:2: keys: batch.cancel must be a key"),
        ("app = 3\n", r"app is not a table"),
    ],
)
def test_wrong_words_of_the_app_name_their_line(nowhere: Path, text: str, said: str) -> None:
    nowhere.write_text(text)
    with pytest.raises(UsageError, match=said):
        config.app_settings()


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("confirm_above_usd = 5\n", "it belongs to a profile: write it under [profiles.NAME]"),
        ("[app]\nread_only = true\n", "it belongs to a profile: write it under [profiles.NAME]"),
        ("[app]\nbeep = true\n", "keys: notify, notify_command, theme, profiles, columns"),
    ],
)
def test_a_key_in_the_wrong_place_is_told_where_it_belongs(
    nowhere: Path, text: str, hint: str
) -> None:
    nowhere.write_text(text)
    with pytest.raises(UsageError, match="is not a key") as caught:
        config.app_settings()
    assert caught.value.hint == hint
