"""What an answer means when it is not the one asked for: the error, and what to do about it.

Owns status to class, the sentence, the hint. Takes any answer and raises never.
"""

from __future__ import annotations

from http import HTTPStatus

from batchtui.client.exchange import Answer, NoAnswer, Outcome
from batchtui.client.hints import hint, is_wrong_key
from batchtui.client.retry import retry_after_s
from batchtui.client.scrub import scrubbed
from batchtui.client.target import Target
from batchtui.client.words import Words, words
from batchtui.errors import (
    ApiError,
    AuthenticationError,
    ConflictError,
    InvalidRequestError,
    NotFoundError,
    PermissionDeniedError,
    ProtocolError,
    RateLimitedError,
    ServerError,
    StatusError,
)

_BY_STATUS: dict[int, type[StatusError]] = {
    401: AuthenticationError,
    403: PermissionDeniedError,
    404: NotFoundError,
    405: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    429: RateLimitedError,
}
_REQUEST_ID_HEADERS = ("x-request-id", "x-litellm-call-id", "apim-request-id", "x-ms-request-id")
_NAME_CHARS = 100


def error_of(outcome: Outcome, target: Target) -> ApiError:
    """The error for an outcome that is not an answer with a 2xx status."""
    if isinstance(outcome, NoAnswer):
        return outcome.error
    if outcome.status < 400:
        return _unexpected(outcome, target)
    said = words(outcome.body)
    kind = _class_of(outcome.status, said)
    message = scrubbed(said.message, target.secrets)
    phrase = _phrase(outcome.status)
    adds = message and not phrase.casefold().endswith(message.casefold())
    answered = f"answered {phrase}" + (f": {message}" if adds else "")
    if is_wrong_key(outcome.status, said):
        answered = f"did not accept the key ({answered})"
    error = kind(
        f"{target.host} {answered}",
        hint=hint(outcome, said, target),
        status=outcome.status,
        request_id=request_id(outcome, target),
        server_message=message,
        code=scrubbed(said.code, target.secrets, max_chars=_NAME_CHARS),
        param=scrubbed(said.param, target.secrets, max_chars=_NAME_CHARS),
    )
    error.retry_after_s = retry_after_s(outcome.headers)
    return error


def unreadable(answer: Answer, target: Target, what: str, why: str | None = None) -> ProtocolError:
    """The error for a 2xx answer that is not `what` ("a batch")."""
    if answer.body.lstrip()[:1] == b"<":
        why = f"a web page, {words(answer.body).message or 'an empty one'}"
    reason = scrubbed(why, target.secrets, max_chars=200)
    return ProtocolError(
        f"{target.host} answered {answer.status} with something that is not {what}"
        + (f": {reason}" if reason else ""),
        hint="try again; if it stays so, is the base URL that of a Batch API?",
        status=answer.status,
        request_id=request_id(answer, target),
    )


def request_id(answer: Answer, target: Target) -> str | None:
    for name in _REQUEST_ID_HEADERS:
        value = scrubbed(answer.headers.get(name), target.secrets, max_chars=_NAME_CHARS)
        if value:
            return value
    return None


def _class_of(status: int, said: Words) -> type[StatusError]:
    if is_wrong_key(status, said):
        return AuthenticationError
    if status >= 500:
        return ServerError
    return _BY_STATUS.get(status, InvalidRequestError)


def _unexpected(answer: Answer, target: Target) -> ProtocolError:
    redirect = 300 <= answer.status < 400
    place = scrubbed(answer.headers.get("location"), target.secrets, max_chars=200)
    return ProtocolError(
        f"{target.host} answered {_phrase(answer.status)}"
        + (f" to {place}" if redirect and place else ""),
        hint="redirects are not followed, since the key would go along: correct the base URL"
        if redirect
        else "is the base URL that of a Batch API?",
        status=answer.status,
        request_id=request_id(answer, target),
    )


def _phrase(status: int) -> str:
    try:
        return f"{status} {HTTPStatus(status).phrase}"
    except ValueError:
        return str(status)
