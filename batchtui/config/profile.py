"""One server as one user reaches it, as data."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final, Literal, get_args
from urllib.parse import urlsplit

from batchtui.config.keys import KeySource, Secret

Kind = Literal["openai", "litellm", "azure", "compatible", "local"]
KINDS: Final[tuple[Kind, ...]] = get_args(Kind)


@dataclass(frozen=True, slots=True)
class Profile:
    """`base_url` is as the user wrote it.

    `provider`: LiteLLM's `custom-llm-provider`. `model`: LiteLLM routes by it in place of a
    provider. `target_model_names`: the models, with commas, that LiteLLM keeps a managed file for,
    which takes a database. `max_lines`, `max_size_bytes`: bounds of one input file where they are
    not the kind's own. `max_enqueued_tokens` for each model, `max_open_batches`: what the server
    takes at one time, as jobs keep to it. `confirm_above_usd`: a batch estimated to cost more is
    asked about first. `read_only` refuses every change. `api_key`, when it is known already;
    otherwise `key_source` says where to fetch it, or None that there is none.
    """

    name: str
    base_url: str
    kind: Kind = "compatible"
    provider: str | None = None
    model: str | None = None
    target_model_names: str | None = None
    api_key: Secret | None = None
    key_source: KeySource | None = None
    headers: Mapping[str, str] = field(default_factory=dict)
    organization: str | None = None
    project: str | None = None
    refresh_s: float = 10.0
    confirm_above_usd: float = 10.0
    max_lines: int | None = None
    max_size_bytes: int | None = None
    max_enqueued_tokens: int | None = None
    max_open_batches: int | None = None
    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None
    read_only: bool = False

    @property
    def account(self) -> str:
        """Tells apart whose batches are whose: the server, and the provider or model behind it."""
        behind = " ".join(each for each in (self.provider, self.model) if each)
        return f"{self.base_url} {behind}".rstrip()

    @property
    def host(self) -> str:
        """Host and port, for a title: never the path, the query or a password."""
        parts = urlsplit(self.base_url)
        port = f":{parts.port}" if parts.port else ""
        return f"{parts.hostname or self.base_url}{port}"

    def with_key(self) -> Profile:
        """The same with its key fetched; may take long. Raises UsageError."""
        if self.api_key is not None or self.key_source is None:
            return self
        return replace(self, api_key=self.key_source.fetch())
