"""Which certificates are trusted and shown: read in a thread, and only for https.

Reading the trusted certificates takes up to 100 ms of CPU. Must not be called on an event loop.
"""

from __future__ import annotations

import os
import ssl
from pathlib import Path
from threading import Lock

from batchtui.client.route import Route
from batchtui.errors import UsageError

_lock = Lock()
_trusting: ssl.SSLContext | None = None


def context(route: Route | None = None) -> ssl.SSLContext:
    """The process's own context, or one with the certificates that `route` names.

    The former trusts certifi's list and the machine's, or only SSL_CERT_FILE or _DIR. Raises
    UsageError for files that are no certificates.
    """
    if route is not None and route.is_private:
        return _private(route)
    global _trusting
    with _lock:
        if _trusting is None:
            _trusting = _build()
        return _trusting


def closed_context() -> ssl.SSLContext:
    """Trusts nobody, and costs nothing: for http, where a TLS handshake would be a mistake."""
    return ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)


def _build() -> ssl.SSLContext:
    built = ssl.create_default_context()
    if not (os.environ.get("SSL_CERT_FILE") or os.environ.get("SSL_CERT_DIR")):
        import certifi

        built.load_verify_locations(certifi.where())
    return built


def _private(route: Route) -> ssl.SSLContext:
    if route.ca_file is None:
        built = _build()
    else:
        try:
            built = ssl.create_default_context(cafile=route.ca_file)
        except (OSError, ValueError) as error:
            raise _unusable("ca_file", [route.ca_file], error) from None
    if route.client_cert is not None:
        try:
            built.load_cert_chain(route.client_cert, route.client_key, password=_no_password)
        except (OSError, ValueError) as error:
            files = [each for each in (route.client_cert, route.client_key) if each is not None]
            raise _unusable("client_cert", files, error) from None
    return built


def _no_password() -> str:
    """In place of a question on the terminal, which the app owns."""
    raise ValueError("its key is encrypted")


def _unusable(name: str, files: list[Path], error: Exception) -> UsageError:
    reason = error.strerror if type(error) is FileNotFoundError else None
    if isinstance(error, ValueError) and not isinstance(error, ssl.SSLError):
        reason = str(error)
    missing = "no certificate in PEM" if name == "ca_file" else "no certificate and key that fit"
    named = ", ".join(str(each) for each in files)
    return UsageError(
        f"{name} can not be used: {named}: {reason or missing}",
        hint="a PEM file begins with -----BEGIN; a key must not be encrypted",
    )
