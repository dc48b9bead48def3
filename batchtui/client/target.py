"""Where requests go and what each of them carries: URL, headers, keys, patience.

Pure: it connects to nothing. It holds the key in the clear inside `headers`; its repr shows none.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final
from urllib.parse import quote, urlencode, urlsplit

from batchtui import __version__
from batchtui.client.dialect import DIALECTS, Dialect, dialect_of
from batchtui.client.exchange import QueryValue
from batchtui.client.route import Route, checked
from batchtui.config import Kind
from batchtui.errors import UsageError

CONNECT_TIMEOUT_S: Final = 10.0
MAX_ID_CHARS: Final = 512

_ALWAYS: Final = {
    "user-agent": f"batchtui/{__version__}",
    "accept": "application/json",
    "accept-encoding": "gzip",
}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+\Z")
_VALUE = re.compile(r"[\x21-\x7e](?:[\x20-\x7e\t]*[\x21-\x7e])?\Z")
_SECRET_HEADER = re.compile(r"auth|key|token|secret|cookie|password", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Target:
    """`root`: scheme, host and path, without a slash at the end. `secrets`: never to be shown.

    `upload_fields`: what the form of each upload holds besides the file.
    """

    root: str
    host: str
    query: str
    dialect: Dialect
    read_timeout_s: float
    headers: Mapping[str, str] = field(repr=False)
    secrets: tuple[str, ...] = field(repr=False)
    route: Route = field(default_factory=Route)
    upload_fields: Mapping[str, str] = field(default_factory=dict)

    @property
    def is_tls(self) -> bool:
        return self.root.startswith("https:")

    def url(self, path: str, query: Mapping[str, QueryValue]) -> str:
        set_values = {name: value for name, value in query.items() if value is not None}
        given = urlencode(set_values, errors="replace")
        joined = "&".join(part for part in (self.query, given) if part)
        return f"{self.root}{path}?{joined}" if joined else f"{self.root}{path}"

    def endpoint(self, endpoint: str) -> str:
        """As this server names it."""
        return self.dialect.endpoint(endpoint, self.query)


def target(
    *,
    base_url: str,
    api_key: str | None,
    kind: Kind,
    provider: str | None = None,
    model: str | None = None,
    target_model_names: str | None = None,
    organization: str | None = None,
    project: str | None = None,
    headers: Mapping[str, str] | None = None,
    timeout_s: float | None = None,
    route: Route | None = None,
) -> Target:
    """Raises UsageError for an URL that is none and for what an HTTP header can not carry."""
    if kind not in DIALECTS:
        raise UsageError(f"kind must be one of {', '.join(DIALECTS)}, not {kind!r}")
    try:
        parts = urlsplit(base_url)
        valid = parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        valid = False
    if not valid or parts.username is not None or not base_url.isprintable() or " " in base_url:
        raise UsageError(
            "base_url is not an http or https URL without user and password",
            hint="for example http://localhost:4000",
        )
    port = f":{parts.port}" if parts.port else ""
    dialect = dialect_of(kind, parts.hostname or "")
    assert dialect is not None, "the kind was checked"
    key = (api_key or "").strip() or None
    if key is not None and not (_VALUE.match(key) and " " not in key):
        raise UsageError(
            "the API key has characters that no key has",
            hint="look for a line break, a blank or a quote from copying",
        )
    carried = _checked_headers(headers or {})
    secrets = [value for name, value in carried.items() if _SECRET_HEADER.search(name)]
    if key is not None:
        secrets.append(key)
        name, value = dialect.auth(key)
        carried[name] = value
    carried |= _routing(dialect, provider, model)
    carried |= _account(dialect, organization, project)
    way = checked(route or Route())
    return Target(
        root=f"{parts.scheme}://{parts.netloc}{dialect.root(parts.path.rstrip('/'), parts.query)}",
        host=f"{parts.hostname}{port}",
        query=parts.query,
        dialect=dialect,
        read_timeout_s=dialect.read_timeout_s if timeout_s is None else timeout_s,
        headers={**_ALWAYS, **carried},
        secrets=(*secrets, *way.secrets),
        route=way,
        upload_fields=_upload_fields(dialect, target_model_names),
    )


def quoted_id(identifier: str, what: str) -> str:
    """An opaque id as one path segment.

    Raises UsageError for one that is empty, far too long, or would climb in the path: an empty id
    would turn a retrieve into a list, and `..` a delete of one thing into one of another.
    """
    if not identifier or not identifier.strip():
        raise UsageError(f"the {what} id is empty")
    if len(identifier) > MAX_ID_CHARS:
        raise UsageError(f"the {what} id is longer than {MAX_ID_CHARS} characters")
    if identifier in (".", ".."):
        raise UsageError(f"not a {what} id: {identifier!r}")
    return quote(identifier, safe="", errors="replace")


def _routing(dialect: Dialect, provider: str | None, model: str | None) -> dict[str, str]:
    """How a LiteLLM proxy is told where to go: by model, or by provider.

    Never both: for a create the model would win, for a cancel the provider, and a batch would be
    looked for in an account that does not have it.
    """
    if provider and model and dialect.provider_header:
        raise UsageError(
            "provider and model are both set, and a LiteLLM proxy goes by one of them",
            hint="take one of them out of the profile, or leave --provider out",
        )
    sent = {}
    for what, name, value in (
        ("provider", dialect.provider_header, provider),
        ("model", dialect.model_header, model),
    ):
        if name and value:
            sent[name] = _named(what, value)
    return sent


def _upload_fields(dialect: Dialect, names: str | None) -> dict[str, str]:
    return {"target_model_names": names} if names and dialect.model_header else {}


def _account(dialect: Dialect, organization: str | None, project: str | None) -> dict[str, str]:
    sent = {}
    for what, name, value in zip(
        ("organization", "project"),
        dialect.account_headers or (None, None),
        (organization, project),
        strict=True,
    ):
        if name and value:
            sent[name] = _named(what, value)
    return sent


def _named(what: str, value: str) -> str:
    if not _VALUE.match(value):
        raise UsageError(f"{what} is not a name: {value!r}")
    return value


def _checked_headers(headers: Mapping[str, str]) -> dict[str, str]:
    checked = {}
    for name, value in headers.items():
        if not _TOKEN.match(name):
            raise UsageError(f"not a name of an HTTP header: {name!r}")
        if value and not _VALUE.match(value):
            raise UsageError(f"header {name}: its value has characters that a header can not carry")
        checked[name.lower()] = value
    return checked
