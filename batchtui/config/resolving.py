"""Which profile is meant: an option beats the file, the file beats the environment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from batchtui import paths
from batchtui.config import document
from batchtui.config.environment import checked_url, from_environment
from batchtui.config.profile import Profile
from batchtui.config.settings import ALL
from batchtui.errors import UsageError

HOW_TO_CONNECT: Final = (
    "set BATCHTUI_BASE_URL, or OPENAI_API_KEY, or LITELLM_PROXY_API_BASE and "
    "LITELLM_PROXY_API_KEY, or name a profile in {config}; `batchtui serve` starts a gateway "
    "that needs no key"
)


def resolve(
    *, name: str | None = None, base_url: str | None = None, provider: str | None = None
) -> Profile | None:
    """The profile to use, or None when nothing at all says where to connect.

    Raises UsageError for a configuration file that is wrong, an unknown profile name, or an URL
    that is none.
    """
    file = document.read(paths.config_file())
    if name is None and base_url is None:
        name = file.default or (file.names[0] if len(file.names) == 1 else None)
    profile = file.profile(name) if name else from_environment(base_url)
    if profile is None:
        return None
    if base_url and name:
        profile = replace(profile, base_url=checked_url(base_url, "--base-url"))
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


def profiles() -> list[Profile]:
    """Every profile of the file, in its order, then the environment's, if it means one."""
    file = document.read(paths.config_file())
    found = [file.profile(name) for name in file.names]
    implied = from_environment()
    return [*found, implied] if implied else found


def side_by_side(names: Sequence[str]) -> list[Profile]:
    """The profiles of these names, or with `all` every account once. Raises UsageError."""
    if tuple(names) == (ALL,):
        return list({each.account: each for each in reversed(profiles())}.values())[::-1]
    file = document.read(paths.config_file())
    return [file.profile(name) for name in dict.fromkeys(names)]
