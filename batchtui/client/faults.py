"""What an exception of httpx means: no connection, no answer in time, or no HTTP.

Owns whether the server may have read the request. An exception's own text is not kept, since it
may quote a header.
"""

from __future__ import annotations

import re
import socket
import ssl
from collections.abc import Iterator
from typing import Final
from urllib.parse import urlsplit

import httpx

from batchtui.client.exchange import NoAnswer
from batchtui.client.target import CONNECT_TIMEOUT_S, Target
from batchtui.errors import ConnectionFailedError, ProtocolError, TimedOutError

_PROXY: Final = "is it right? It is named by proxy in the profile, or by HTTPS_PROXY and HTTP_PROXY"
_UNKNOWN_AUTHORITY: Final = "name a private CA with ca_file in the profile, or with SSL_CERT_FILE"
_OTHER_NAME: Final = "write the host in the base URL as the certificate has it"
_CERTIFICATE: Final = {
    10: "it has expired, or the clock of this machine is wrong",
    62: _OTHER_NAME,
    64: _OTHER_NAME,
}
"""By OpenSSL's X509_V_ERR numbers."""
_NO_BYTE: Final = "without sending a response"
"""httpcore's words for a connection that was closed before the first byte of an answer."""


def no_answer(error: Exception, target: Target, proxy: str | None = None) -> NoAnswer:
    """What an exception of httpx means, on the way through `proxy` if there is one."""
    host = target.host
    if isinstance(error, httpx.ConnectTimeout):
        return NoAnswer(
            TimedOutError(
                f"{host} did not accept a connection within {CONNECT_TIMEOUT_S:.0f} s",
                hint="is the host reachable from here: network, VPN, firewall?",
            ),
            sent=False,
        )
    if isinstance(error, httpx.PoolTimeout):
        return NoAnswer(TimedOutError(f"all connections to {host} are busy"), sent=False)
    if isinstance(error, httpx.TimeoutException | TimeoutError):
        return NoAnswer(
            TimedOutError(
                f"{host} did not answer within {target.read_timeout_s:.0f} s",
                hint="the server is busy, or waits for its own upstream; try again later",
            ),
            sent=True,
        )
    if isinstance(error, httpx.ConnectError | httpx.ProxyError):
        return NoAnswer(_not_connected(error, host, proxy), sent=False)
    if isinstance(error, httpx.LocalProtocolError | httpx.UnsupportedProtocol | httpx.InvalidURL):
        return NoAnswer(ProtocolError(f"the request to {host} is not valid HTTP"), sent=False)
    if isinstance(error, httpx.RemoteProtocolError) and _NO_BYTE not in str(error):
        return NoAnswer(
            ProtocolError(
                f"{host} broke off its answer, or its answer is not HTTP",
                hint="try again; if it stays so, is the base URL right"
                + ("?" if target.is_tls else ", and does it need https?"),
            ),
            sent=True,
        )
    if isinstance(error, httpx.DecodingError):
        return NoAnswer(ProtocolError(f"the answer of {host} can not be decompressed"), sent=True)
    return NoAnswer(
        ConnectionFailedError(
            f"the connection to {host} was lost",
            hint="try again; is the network stable"
            + ("?" if target.is_tls else ", and does the server need https?"),
        ),
        sent=True,
    )


def too_large(target: Target, limit_bytes: int) -> NoAnswer:
    return NoAnswer(
        ProtocolError(
            f"{target.host} answered with more than {limit_bytes >> 20} MB where an object"
            " was expected",
            hint="is the base URL that of a Batch API?",
        ),
        sent=True,
        final=True,
    )


def _not_connected(error: Exception, host: str, proxy: str | None) -> ConnectionFailedError:
    first = f"the HTTP proxy {_host_of(proxy)} on the way to {host}" if proxy else host
    for cause in _causes(error):
        if isinstance(cause, ConnectionRefusedError):
            return ConnectionFailedError(
                f"{first} refused the connection",
                hint=_PROXY if proxy else f"is the server running at {host}?",
            )
        if isinstance(cause, socket.gaierror):
            return ConnectionFailedError(
                f"the name of {first} is not known",
                hint=_PROXY
                if proxy
                else "is the host in the base URL spelt right, and is the network up?",
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ConnectionFailedError(
                f"the certificate of {host} is not trusted: {cause.verify_message}",
                hint=_CERTIFICATE.get(cause.verify_code, _UNKNOWN_AUTHORITY),
            )
        if isinstance(cause, ssl.SSLError):
            return ConnectionFailedError(
                f"no TLS connection to {host}: {cause.reason or 'handshake failed'}",
                hint="does the server speak plain http there, or want a client certificate?",
            )
    if isinstance(error, httpx.ProxyError):
        status = re.match(r"\d{3}", str(error))
        return ConnectionFailedError(
            f"{first} refused" + (f" with {status[0]}" if status else ""),
            hint="it wants a user and password in its URL: http://USER:WORD@HOST"
            if status and status[0] == "407"
            else _PROXY,
        )
    return ConnectionFailedError(
        f"no connection to {host}", hint="is the host reachable from here?"
    )


def _host_of(proxy: str | None) -> str:
    """Host and port: the rest of the URL may hold a password."""
    parts = urlsplit(proxy or "")
    return f"{parts.hostname}:{parts.port}" if parts.port else str(parts.hostname)


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    waiting = [error]
    while waiting:
        each = waiting.pop()
        if each is None or id(each) in seen:
            continue
        seen.add(id(each))
        yield each
        waiting += [each.__cause__, each.__context__]
        if isinstance(each, BaseExceptionGroup):
            waiting += each.exceptions


def incomplete(target: Target, received_bytes: int, total_bytes: int | None) -> NoAnswer:
    """Content that ended early; asking for it again is safe."""
    whole = "an unknown number" if total_bytes is None else str(total_bytes)
    return NoAnswer(
        ProtocolError(
            f"{target.host} broke off after {received_bytes} of {whole} bytes",
            hint="nothing was kept; try again",
        ),
        sent=True,
    )
