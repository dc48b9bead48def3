"""One attempt to fetch content to disk, blocking: for a thread. Outcomes come back as values.

Goes on with what an earlier attempt got, where the server lets it. Must not decide what to repeat.
"""

from __future__ import annotations

from typing import Final

import httpx

from batchtui.client.exchange import Answer, NoAnswer, Outcome, Request
from batchtui.client.faults import incomplete, no_answer
from batchtui.client.part import Part, Seal
from batchtui.client.target import Target
from batchtui.client.thread import Meter, Stop
from batchtui.client.wire import IDENTITY, Wire, announced_bytes, is_packed

_ERROR_BYTES: Final = 1024 * 1024
_PARTIAL: Final = 206
_NO_SUCH_RANGE: Final = 416


def download(
    wire: Wire, target: Target, request: Request, part: Part, meter: Meter, stop: Stop
) -> Outcome:
    """What came of it; the content is in its place with an `Answer` that is ok.

    Raises InputError when disk fails.
    """
    with wire.blocking_transport() as transport:
        rest = part.headers()
        while True:
            prepared = wire.request(
                request, headers=IDENTITY | rest, extensions={"trace": stop.trace}
            )
            try:
                response = transport.handle_request(prepared)
            except httpx.HTTPError as error:
                return wire.no_answer(error)
            try:
                if not (rest and _is_another(response, part)):
                    return _taken(response, target, part, meter, stop)
            finally:
                response.close()
            rest = {}


def _is_another(response: httpx.Response, part: Part) -> bool:
    """The answer to a request for the rest is not that rest: ask for the whole."""
    if response.status_code == _NO_SUCH_RANGE:
        return True
    return response.status_code == _PARTIAL and not part.continues(response.headers)


def _taken(
    response: httpx.Response, target: Target, part: Part, meter: Meter, stop: Stop
) -> Outcome:
    if not 200 <= response.status_code < 300:
        return _refused(response, target)
    stop.check()
    if response.status_code == _PARTIAL:
        # One that was not asked for, and one that is not the rest, can only be an odd server's.
        if not (part.can_go_on and part.continues(response.headers)):
            return incomplete(target, 0, None)
    else:
        total = announced_bytes(response.headers)
        sealed = total is not None and not is_packed(response)
        part.begin(Seal(total or 0, response.headers.get("etag")) if sealed else None)
    failure = _copied(response, target, part, meter, stop)
    if failure is not None:
        return failure
    stop.check()
    part.finish()
    return Answer(200, response.headers)


def _copied(
    response: httpx.Response, target: Target, part: Part, meter: Meter, stop: Stop
) -> NoAnswer | None:
    """The bytes of the answer behind those that are there."""
    already = part.size_bytes
    rest = announced_bytes(response.headers)
    total = part.total_bytes if rest is None else already + rest
    meter.total_bytes = total or 0
    packed = is_packed(response)
    received = already
    whole = True
    try:
        for chunk in response.iter_bytes():
            stop.check()
            part.write(chunk)
            received = response.num_bytes_downloaded if packed else part.size_bytes
            meter.at(received)
    except httpx.TimeoutException as error:
        return no_answer(error, target)
    except httpx.HTTPError:
        whole = False
    if not whole or total not in (None, received):
        return incomplete(target, received, total)
    return None


def _refused(response: httpx.Response, target: Target) -> Outcome:
    body = bytearray()
    try:
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > _ERROR_BYTES:
                break
    except httpx.HTTPError as error:
        return no_answer(error, target)
    return Answer(response.status_code, response.headers, bytes(body))
