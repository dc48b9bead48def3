"""Where a server sends a batch on to, as the form of a new batch says it. No widgets."""

from __future__ import annotations

from typing import NamedTuple

from batchtui.config import Profile


class Routing(NamedTuple):
    """`label` is the field's name, `to` its value, `how` the way the server is told."""

    label: str
    to: str
    how: str


def routing(profile: Profile | None) -> Routing:
    """A LiteLLM proxy routes by model or by provider; any other server is the provider."""
    if profile is None:
        return Routing("Provider", "not connected", "")
    if profile.model:
        return Routing("Route", profile.model, "LiteLLM: header x-litellm-model")
    if profile.provider:
        return Routing("Provider", profile.provider, "LiteLLM: header custom-llm-provider")
    if profile.kind == "litellm":
        return Routing("Provider", "the proxy's default", "provider or model in the profile")
    return Routing("Provider", profile.host, "")
