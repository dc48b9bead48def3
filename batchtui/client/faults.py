"""What an exception of httpx means: no connection, no answer in time, or no HTTP.

Owns whether the server may have read the request. An exception's own text is not kept, since it
may quote a header.
"""

from __future__ import annotations

import socket
import ssl
from collections.abc import Iterator
from typing import Final

import httpx

from batchtui.client.exchange import NoAnswer
from batchtui.client.target import CONNECT_TIMEOUT_S, Target
from batchtui.errors import ConnectionFailedError, ProtocolError, TimedOutError

_NO_BYTE: Final = "without sending a response"
"""httpcore's words for a connection that was closed before the first byte of an answer."""


def no_answer(error: Exception, target: Target) -> NoAnswer:
    """What an exception of httpx means. Its own text is not kept: it may quote a header."""
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
        return NoAnswer(_not_connected(error, host), sent=False)
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
            f"the connection to {host} was lost", hint="try again; is the network stable?"
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


def _not_connected(error: Exception, host: str) -> ConnectionFailedError:
    for cause in _causes(error):
        if isinstance(cause, ConnectionRefusedError):
            return ConnectionFailedError(
                f"{host} refused the connection", hint=f"is the server running at {host}?"
            )
        if isinstance(cause, socket.gaierror):
            return ConnectionFailedError(
                f"the name of {host} is not known",
                hint="is the host in the base URL spelt right, and is the network up?",
            )
        if isinstance(cause, ssl.SSLCertVerificationError):
            return ConnectionFailedError(
                f"the certificate of {host} is not trusted: {cause.verify_message}",
                hint="name a private CA with ca_file in the profile, or with SSL_CERT_FILE",
            )
        if isinstance(cause, ssl.SSLError):
            return ConnectionFailedError(
                f"no TLS connection to {host}: {cause.reason or 'handshake failed'}",
                hint="does the server speak plain http there, or want a client certificate?",
            )
    if isinstance(error, httpx.ProxyError):
        return ConnectionFailedError(
            f"the HTTP proxy on the way to {host} refused", hint="see HTTPS_PROXY and NO_PROXY"
        )
    return ConnectionFailedError(
        f"no connection to {host}", hint="is the host reachable from here?"
    )


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
