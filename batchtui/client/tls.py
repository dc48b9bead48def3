"""Which certificates are trusted: built once a process, in a thread, and only for https.

Reading the trusted certificates takes up to 100 ms of CPU. Must not be called on an event loop.
"""

from __future__ import annotations

import os
import ssl
from threading import Lock

_lock = Lock()
_trusting: ssl.SSLContext | None = None


def context() -> ssl.SSLContext:
    """The shared context: certifi's list and the machine's own, or only SSL_CERT_FILE or _DIR."""
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
