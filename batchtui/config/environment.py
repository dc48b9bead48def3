"""The environment variables that stand for a profile when no file names one."""

from __future__ import annotations

import os
from typing import Final
from urllib.parse import urlsplit

from batchtui.config.keys import KeySource, Secret
from batchtui.config.profile import Kind, Profile
from batchtui.errors import UsageError

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
    "azure": ("AZURE_OPENAI_API_KEY", "AZURE_OPENAI_AD_TOKEN"),
    "compatible": ("LITELLM_PROXY_API_KEY", "OPENAI_API_KEY", "AZURE_OPENAI_API_KEY"),
    "local": (),
}


def from_environment(base_url: str | None = None) -> Profile | None:
    """The profile that the variables mean, with `base_url` in place of theirs if given.

    None when nothing says where to connect. Raises UsageError for an URL that is none.
    """
    if base_url is not None:
        return _unnamed(checked_url(base_url, "--base-url"), guess_kind(base_url))
    for variable, kind in _BASE_URL_VARIABLES:
        url = os.environ.get(variable)
        if url:
            url = checked_url(url, variable)
            if kind == "azure" and "/openai" not in url:
                url = f"{url.rstrip('/')}/openai/v1"
            return _unnamed(url, "litellm" if kind == "litellm" else guess_kind(url))
    if os.environ.get("OPENAI_API_KEY"):
        return _unnamed(OPENAI_URL, "openai")
    return None


def key_from_environment(kind: Kind) -> tuple[Secret | None, KeySource | None]:
    """The first key that the variables of `kind` hold. A key is never sent to another's server."""
    for variable in _KEY_VARIABLES[kind]:
        value = os.environ.get(variable, "").strip()
        if value:
            return Secret(value), KeySource("env", variable)
    return None, None


def guess_kind(base_url: str) -> Kind:
    host = (urlsplit(base_url).hostname or "").lower()
    if host.endswith(("openai.azure.com", "cognitiveservices.azure.com")):
        return "azure"
    return "openai" if host == "api.openai.com" else "compatible"


def checked_url(url: str, where: str) -> str:
    """`url` without a slash at the end. Raises UsageError; `where` says where it stands."""
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


def _unnamed(url: str, kind: Kind) -> Profile:
    key, source = key_from_environment(kind)
    if source is not None and source.value == "LITELLM_PROXY_API_KEY":
        kind = "litellm"
    organization = os.environ.get("OPENAI_ORG_ID") if kind == "openai" else None
    project = os.environ.get("OPENAI_PROJECT_ID") if kind == "openai" else None
    return Profile(
        name=kind,
        base_url=url,
        kind=kind,
        api_key=key,
        key_source=source,
        organization=organization or None,
        project=project or None,
    )
