"""One attempt to send a file, blocking: for a thread. Outcomes are returned, as in `wire`."""

from __future__ import annotations

import httpx

from batchtui.client.exchange import Answer, Outcome, Request
from batchtui.client.faults import too_large
from batchtui.client.sending import Body, InterruptedUploadError
from batchtui.client.target import Target
from batchtui.client.thread import Stop
from batchtui.client.wire import MAX_ANSWER_BYTES, Wire


def upload(
    wire: Wire, target: Target, request: Request, body: Body, content_type: str, stop: Stop
) -> Outcome:
    """Raises the InputError of `body` when its file changed on the way."""
    prepared = wire.request(
        request,
        headers={"content-type": content_type, "content-length": str(body.size_bytes)},
        content=body,
        extensions={"trace": stop.trace},
    )
    outcome: Outcome | None = None
    with wire.blocking_transport() as transport:
        try:
            outcome = _answer(transport.handle_request(prepared), target)
        except InterruptedUploadError:
            pass
        except httpx.HTTPError as error:
            outcome = wire.no_answer(error)
    del prepared
    if body.problem is not None:
        raise body.problem
    stop.check()
    assert outcome is not None, "an interrupted body has a problem"
    return outcome


def _answer(response: httpx.Response, target: Target) -> Outcome:
    try:
        body = bytearray()
        for chunk in response.iter_bytes():
            body += chunk
            if len(body) > MAX_ANSWER_BYTES:
                return too_large(target, MAX_ANSWER_BYTES)
        return Answer(response.status_code, response.headers, bytes(body))
    finally:
        response.close()
