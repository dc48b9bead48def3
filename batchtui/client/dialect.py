"""How kinds of servers differ, and nothing else may know: root, headers, words, patience.

A dialect is data and pure functions. Sources are named where a value is a server's rule.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from typing import Final

from batchtui.config import Kind

_VERSION = re.compile(r"v\d+(?:(?:alpha|beta)\d*)?\Z")


def _versioned(path: str, query: str) -> str:
    """`path` with the `/v1` that users leave out: LiteLLM documents its base URL without one."""
    if any(_VERSION.match(segment) for segment in path.split("/")):
        return path
    return f"{path}/v1"


def _azure(path: str, query: str) -> str:
    """Azure's v1 API lies under /openai/v1, its classic one under /openai with an api-version."""
    if "api-version=" in query:
        return path if path.endswith("/openai") else f"{path}/openai"
    if path.endswith("/v1"):
        return path
    return f"{path}/v1" if path.endswith("/openai") else f"{path}/openai/v1"


def _azure_endpoint(endpoint: str, query: str) -> str:
    """The classic API names endpoints without version: learn.microsoft.com, batch, REST."""
    return endpoint.removeprefix("/v1") if "api-version=" in query else endpoint


def _as_given(endpoint: str, query: str) -> str:
    return endpoint


_JWT = re.compile(r"eyJ[\w-]+\.[\w-]+\.[\w-]+\Z")


@dataclass(frozen=True, slots=True)
class Dialect:
    """`root` turns path and query of the user's base URL into the path that `/batches` hangs on,
    `endpoint` the endpoint of a batch into the server's word for it.

    `read_timeout_s`: how long the server may be silent before it counts as gone.
    `provider_header`, `model_header`: how a proxy is told where to send a request on.
    `account_headers`: those for an organization and a project. `purposes`: the server's words for
    OpenAI's purposes. `processes_uploads`: a file may be used only when its status says so.
    `batch_page`: the most batches that one page may ask for.
    """

    kind: Kind
    read_timeout_s: float
    root: Callable[[str, str], str] = _versioned
    endpoint: Callable[[str, str], str] = _as_given
    auth_header: str = "authorization"
    auth_prefix: str = "Bearer "
    provider_header: str | None = None
    model_header: str | None = None
    account_headers: tuple[str, str] | None = None
    purposes: Mapping[str, str] = field(default_factory=dict)
    processes_uploads: bool = False
    batch_page: int = 100

    def auth(self, key: str) -> tuple[str, str]:
        """The header that carries `key`, and its value. A token of Entra, which is a JWT, is a
        bearer at Azure too.
        """
        if _JWT.match(key):
            return "authorization", f"Bearer {key}"
        return self.auth_header, f"{self.auth_prefix}{key}"

    def purpose(self, purpose: str) -> str:
        return self.purposes.get(purpose, purpose)


_PROVIDER: Final = "custom-llm-provider"
"""LiteLLM reads this header on every route of files and batches; body and query only on some."""
_MODEL: Final = "x-litellm-model"
_ACCOUNT: Final = ("openai-organization", "openai-project")

DIALECTS: Final[Mapping[Kind, Dialect]] = {
    "openai": Dialect("openai", read_timeout_s=100, account_headers=_ACCOUNT),
    # LiteLLM sleeps a Retry-After of up to 120 s twice before it passes a 429 on.
    "litellm": Dialect(
        "litellm", read_timeout_s=300, provider_header=_PROVIDER, model_header=_MODEL
    ),
    # A create with a file that is not `processed` yet is refused: learn.microsoft.com, batch.
    "azure": Dialect(
        "azure",
        read_timeout_s=100,
        root=_azure,
        endpoint=_azure_endpoint,
        auth_header="api-key",
        auth_prefix="",
        processes_uploads=True,
    ),
    # May be a LiteLLM proxy, or OpenAI, under a name of its own.
    "compatible": Dialect(
        "compatible",
        read_timeout_s=300,
        provider_header=_PROVIDER,
        model_header=_MODEL,
        account_headers=_ACCOUNT,
    ),
    "local": Dialect("local", read_timeout_s=60, provider_header=_PROVIDER, model_header=_MODEL),
}

_TOGETHER: Final = re.compile(r"(?:.*\.)?together\.(?:xyz|ai)\Z")


def dialect_of(kind: Kind, host: str) -> Dialect | None:
    """The dialect of a server of that kind at that host; None for a kind that is none.

    Together calls the input of a batch `batch-api`: docs.together.ai, batch inference.
    """
    dialect = DIALECTS.get(kind)
    if dialect is not None and kind == "compatible" and _TOGETHER.match(host):
        return replace(dialect, purposes={"batch": "batch-api"})
    return dialect
