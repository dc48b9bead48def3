"""Documents about this machine and its servers."""

from __future__ import annotations

from dataclasses import dataclass

from batchtui.workflows.doctor import Verdict


@dataclass(frozen=True, kw_only=True)
class Finding:
    what: str
    verdict: Verdict
    said: str
    hint: str | None


@dataclass(frozen=True, kw_only=True)
class Profile:
    """A configured server; no secret is in it."""

    name: str
    kind: str
    base_url: str
    provider: str | None
    model: str | None
    target_model_names: str | None
    key_from: str
    headers: dict[str, str]
    organization: str | None
    project: str | None
    refresh_s: float | None
    confirm_above_usd: float | None
    max_lines: int | None
    max_size_bytes: int | None
    max_enqueued_tokens: int | None
    max_open_batches: int | None
    proxy: str | None
    ca_file: str | None
    client_cert: str | None
    client_key: str | None
    read_only: bool


@dataclass(frozen=True, kw_only=True)
class Key:
    """What the app does on `keys`, named as in the configuration."""

    id: str
    keys: list[str]
    does: str
    is_remapped: bool


@dataclass(frozen=True, kw_only=True)
class Paths:
    config: str
    state: str
    cache: str
    gateway: str
    log: str
