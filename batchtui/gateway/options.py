"""How a gateway is to run, and the checks that refuse an unsafe way.

Owns the options and their defaults only: it opens nothing.
"""

from __future__ import annotations

import ipaddress
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from batchtui import paths
from batchtui.config import Secret
from batchtui.errors import UsageError
from batchtui.models.limits import MB

DEFAULT_PORT: Final = 4000
DEFAULT_CONCURRENCY: Final = 32
DEFAULT_MAX_FILE_BYTES: Final = 200 * MB


@dataclass(frozen=True, slots=True)
class GatewayOptions:
    """`data_dir` None is the user's state directory; `port` 0 is any free one.

    `upstream` is the base URL of an OpenAI-compatible server, None for the offline echo model.
    `upstream_key_env` names the environment variable with its key. `concurrency` bounds the lines
    asked at the same time, over all batches. `echo_delay_s` makes the echo model slow.

    Limits as providers have them, None for none: `max_lines` of one batch, and
    `max_enqueued_tokens`, the estimated prompt tokens of all batches that run for one model. A
    batch over these fails, as at OpenAI; with `refuse_over_enqueued` its create is answered with
    400, as in some regions of Azure.
    """

    data_dir: Path | None = None
    host: str = "127.0.0.1"
    port: int = DEFAULT_PORT
    api_keys: tuple[Secret, ...] = ()
    upstream: str | None = None
    upstream_key_env: str | None = None
    concurrency: int = DEFAULT_CONCURRENCY
    max_file_bytes: int = DEFAULT_MAX_FILE_BYTES
    echo_delay_s: float = 0.0
    max_lines: int | None = None
    max_enqueued_tokens: int | None = None
    refuse_over_enqueued: bool = False

    @property
    def directory(self) -> Path:
        return self.data_dir or paths.gateway_dir()

    def check(self) -> None:
        """Raises UsageError for options that can not work or are not safe."""
        if not is_loopback(self.host) and not self.api_keys:
            raise UsageError(
                f"refusing to listen on {self.host} without a key",
                hint="give --api-key, or listen on 127.0.0.1",
            )
        if any(not key.reveal().strip() for key in self.api_keys):
            raise UsageError("an api key is empty")
        if not 0 <= self.port <= 65535:
            raise UsageError(f"port must be 0 to 65535, not {self.port}")
        if self.concurrency < 1:
            raise UsageError(f"concurrency must be at least 1, not {self.concurrency}")
        if self.max_file_bytes < 1:
            raise UsageError(
                f"the largest file must have at least 1 byte, not {self.max_file_bytes}"
            )
        for name, limit in (
            ("lines of a batch", self.max_lines),
            ("enqueued tokens", self.max_enqueued_tokens),
        ):
            if limit is not None and limit < 1:
                raise UsageError(f"the limit of {name} must be at least 1, not {limit}")
        if self.refuse_over_enqueued and self.max_enqueued_tokens is None:
            raise UsageError("a refusal over the enqueued tokens, and there is no limit of them")
        if self.upstream is not None:
            parts = urlsplit(self.upstream)
            if parts.scheme not in ("http", "https") or not parts.hostname:
                raise UsageError(
                    "the upstream is not an http or https URL",
                    hint="for example http://localhost:11434/v1",
                )
        if self.upstream_key_env is not None and self.upstream is None:
            raise UsageError("an upstream key without an upstream", hint="give --upstream")

    def upstream_key(self) -> Secret | None:
        """The upstream's key, read now; raises UsageError when the variable is not set."""
        if self.upstream_key_env is None:
            return None
        value = os.environ.get(self.upstream_key_env, "").strip()
        if not value:
            raise UsageError(f"the environment variable {self.upstream_key_env} is not set")
        return Secret(value)


def is_loopback(host: str) -> bool:
    """True for the names and addresses that only this machine reaches."""
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
