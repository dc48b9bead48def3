"""How the server is reached: by which proxy, trusting whom, known by which certificate. Data."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from batchtui.errors import UsageError


@dataclass(frozen=True, slots=True)
class Route:
    """`proxy`: instead of the environment's; it may hold a password.

    `ca_file`: who is trusted, in PEM, instead of the machine's list. `client_cert`: what we show
    to a server that asks, in PEM, with its key inside or in `client_key`.
    """

    proxy: str | None = field(default=None, repr=False)
    ca_file: Path | None = None
    client_cert: Path | None = None
    client_key: Path | None = None

    @property
    def is_private(self) -> bool:
        """Certificates of its own are named."""
        return self.ca_file is not None or self.client_cert is not None

    @property
    def secrets(self) -> tuple[str, ...]:
        """The proxy's password."""
        password = urlsplit(self.proxy).password if self.proxy else None
        return (password,) if password else ()


def checked(route: Route) -> Route:
    """Raises UsageError for a proxy that is no http or https URL, and a key without its cert."""
    if route.client_key is not None and route.client_cert is None:
        raise UsageError("client_key needs client_cert")
    if route.proxy is None:
        return route
    try:
        parts = urlsplit(route.proxy)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or not route.proxy.isprintable() or " " in route.proxy:
        raise UsageError(
            "proxy is not an http or https URL", hint="for example http://proxy.example:3128"
        )
    return route
