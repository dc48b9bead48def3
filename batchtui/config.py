"""Which server to talk to, and with which key: profiles, from the configuration file or the
environment.

Owns the meaning of `config.toml` and of the environment variables. It connects to nothing, and a
key inside it never shows in a repr, a log or an error.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from typing import Any, Final, Literal, get_args
from urllib.parse import urlsplit

from batchtui import paths
from batchtui.errors import UsageError

Kind = Literal["openai", "litellm", "azure", "compatible", "local"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)

OPENAI_URL: Final = "https://api.openai.com/v1"
_BASE_URL_VARIABLES: Final = (
    ("BATCHTUI_BASE_URL", None),
    ("LITELLM_PROXY_API_BASE", "litellm"),
    ("OPENAI_BASE_URL", None),
    ("AZURE_OPENAI_ENDPOINT", "azure"),
)
_KEY_VARIABLES: Final = {
    "litellm": ("LITELLM_PROXY_API_KEY", "OPENAI_API_KEY"),
    "openai": ("OPENAI_API_KEY",),
    "azure": ("AZURE_OPENAI_API_KEY",),
    "compatible": ("LITELLM_PROXY_API_KEY", "OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"),
    "local": (),
}

HOW_TO_CONNECT: Final = (
    "set OPENAI_API_KEY, or LITELLM_PROXY_API_BASE and LITELLM_PROXY_API_KEY, "
    "or name a profile in {config}; `batchtui serve` starts a gateway that needs no key"
)


@dataclass(frozen=True, slots=True)
class Secret:
    """A key. Only `reveal` gives it away, and only `client/` and `gateway/` may call that."""

    _value: str = field(repr=False)

    def reveal(self) -> str:
        return self._value

    def __repr__(self) -> str:
        return "Secret(***)"

    __str__ = __repr__


@dataclass(frozen=True, slots=True)
class Profile:
    """One server as one user reaches it.

    `base_url` is as the user wrote it; `provider` is LiteLLM's `custom-llm-provider`. `key_source`
    says in words where the key came from ("OPENAI_API_KEY"), None when there is no key.
    """

    name: str
    base_url: str
    kind: Kind = "compatible"
    provider: str | None = None
    api_key: Secret | None = None
    key_source: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    refresh_s: float = 10.0

    @property
    def account(self) -> str:
        """Tells apart whose batches are whose: the server, and the provider behind it."""
        return f"{self.base_url} {self.provider or ''}".rstrip()

    @property
    def host(self) -> str:
        """Host and port, for a title: never the path, the query or a password."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.hostname or self.base_url}{port}"


def resolve(
    *, name: str | None = None, base_url: str | None = None, provider: str | None = None
) -> Profile | None:
    """The profile to use; a given option beats the file, the file beats the environment.

    None when nothing at all says where to connect. Raises UsageError for a configuration file
    that is wrong, an unknown profile name, or an URL that is none.
    """
    document = _read(paths.config_file())
    if name is None and base_url is None:
        name = document.default
    profile = _named(document, name) if name else _from_environment(base_url)
    if profile is None:
        return None
    if base_url and name:
        profile = replace(profile, base_url=_checked_url(base_url, "--base-url"))
    return replace(profile, provider=provider) if provider else profile


def require(
    *, name: str | None = None, base_url: str | None = None, provider: str | None = None
) -> Profile:
    """As `resolve`; raises UsageError that says how to connect when nothing does."""
    profile = resolve(name=name, base_url=base_url, provider=provider)
    if profile is None:
        raise UsageError(
            "no server is configured", hint=HOW_TO_CONNECT.format(config=paths.config_file())
        )
    return profile


def guess_kind(base_url: str) -> Kind:
    host = (urlsplit(base_url).hostname or "").lower()
    if host.endswith(("openai.azure.com", "cognitiveservices.azure.com")):
        return "azure"
    return "openai" if host == "api.openai.com" else "compatible"


@dataclass(frozen=True, slots=True)
class _Document:
    path: Path
    default: str | None
    profiles: Mapping[str, Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class _Entry:
    """The keys that a `[profiles.NAME]` table may have."""

    base_url: str
    kind: str | None = None
    provider: str | None = None
    api_key_env: str | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    refresh_s: float = 10.0


def _read(path: Path) -> _Document:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return _Document(path, None, {})
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"{path}: cannot be read: {error}") from None
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(f"{path}: {error}", hint="correct the TOML there") from None
    unknown = sorted(set(data) - {"default_profile", "profiles"})
    if unknown:
        raise UsageError(f"{path}: unknown key {unknown[0]!r}")
    profiles = data.get("profiles", {})
    default = data.get("default_profile")
    if not isinstance(profiles, dict) or not all(isinstance(p, dict) for p in profiles.values()):
        raise UsageError(f"{path}: [profiles.NAME] must be tables")
    if default is not None and not isinstance(default, str):
        raise UsageError(f"{path}: default_profile must be the name of a profile")
    return _Document(path, default, profiles)


def _named(document: _Document, name: str) -> Profile:
    table = document.profiles.get(name)
    if table is None:
        known = ", ".join(sorted(document.profiles)) or "none"
        raise UsageError(f"no profile named {name!r}", hint=f"profiles in {document.path}: {known}")
    where = f"{document.path}: profiles.{name}"
    entry = _entry(table, where)
    url = _checked_url(entry.base_url, where)
    if entry.kind is not None and entry.kind not in KINDS:
        raise UsageError(f"{where}: kind must be one of {', '.join(KINDS)}, not {entry.kind!r}")
    kind = next((kind for kind in KINDS if kind == entry.kind), guess_kind(url))
    variables = (entry.api_key_env,) if entry.api_key_env else _KEY_VARIABLES[kind]
    key, source = _key_from(variables)
    if entry.api_key_env and key is None:
        raise UsageError(f"{where}: the environment has no {entry.api_key_env}")
    return Profile(
        name=name,
        base_url=url,
        kind=kind,
        provider=entry.provider,
        api_key=key,
        key_source=source,
        headers=entry.headers,
        refresh_s=entry.refresh_s,
    )


def _entry(table: Mapping[str, Any], where: str) -> _Entry:
    known = {each.name for each in fields(_Entry)}
    unknown = sorted(set(table) - known)
    if unknown:
        raise UsageError(
            f"{where}: unknown key {unknown[0]!r}", hint=f"known keys: {', '.join(sorted(known))}"
        )
    for key in ("base_url", "kind", "provider", "api_key_env"):
        if key in table and not isinstance(table[key], str):
            raise UsageError(f"{where}: {key} must be a string")
    headers = table.get("headers", {})
    if not isinstance(headers, dict) or not all(isinstance(v, str) for v in headers.values()):
        raise UsageError(f"{where}: headers must be a table of strings")
    refresh_s = table.get("refresh_s", 10.0)
    if not isinstance(refresh_s, int | float) or isinstance(refresh_s, bool) or refresh_s < 1:
        raise UsageError(f"{where}: refresh_s must be a number of seconds, at least 1")
    if "base_url" not in table:
        raise UsageError(f"{where}: base_url is missing")
    return _Entry(**table)


def _from_environment(base_url: str | None) -> Profile | None:
    if base_url is not None:
        return _unnamed(_checked_url(base_url, "--base-url"), guess_kind(base_url))
    for variable, kind in _BASE_URL_VARIABLES:
        url = os.environ.get(variable)
        if url:
            url = _checked_url(url, variable)
            if kind == "azure" and "/openai" not in url:
                url = f"{url.rstrip('/')}/openai/v1"
            return _unnamed(url, "litellm" if kind == "litellm" else guess_kind(url))
    if os.environ.get("OPENAI_API_KEY"):
        return _unnamed(OPENAI_URL, "openai")
    return None


def _unnamed(url: str, kind: Kind) -> Profile:
    key, source = _key_from(_KEY_VARIABLES[kind])
    name = "litellm" if source == "LITELLM_PROXY_API_KEY" else kind
    return Profile(
        name=name,
        base_url=url,
        kind="litellm" if name == "litellm" else kind,
        api_key=key,
        key_source=source,
    )


def _key_from(variables: tuple[str, ...]) -> tuple[Secret | None, str | None]:
    for variable in variables:
        value = os.environ.get(variable, "").strip()
        if value:
            return Secret(value), variable
    return None, None


def _checked_url(url: str, where: str) -> str:
    try:
        parts = urlsplit(url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid:
        raise UsageError(
            f"{where}: not an http or https URL", hint="for example http://localhost:4000"
        )
    if parts.username or parts.password:
        raise UsageError(
            f"{where}: a user or password does not belong into the URL",
            hint="put the key into an environment variable and name it with api_key_env",
        )
    return url.rstrip("/")
