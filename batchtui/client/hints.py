"""What a person can do about an error status, in one sentence."""

from __future__ import annotations

from batchtui.client.exchange import Answer
from batchtui.client.retry import retry_after_s
from batchtui.client.target import Target
from batchtui.client.words import Words

_KEY = "the server did not accept the API key: check it, and that it belongs to this server"
_NOT_BATCH_API = (
    "the server is there but does not know this path: is the base URL that of a Batch API?"
)


def is_wrong_key(status: int, said: Words) -> bool:
    """LiteLLM without a database answers a wrong key with 400 "No connected db.": its #12273."""
    return status == 400 and said.kind == "no_db_connection"


def hint(answer: Answer, said: Words, target: Target) -> str:
    message = said.message or ""
    if answer.status == 401 or is_wrong_key(answer.status, said):
        if said.wrapped:
            return "the provider refused the key that the proxy has for it: see the proxy's config"
        return _KEY if target.secrets else "the server wants an API key and none is set"
    if answer.status == 403:
        return "the key is valid but may not do this: ask whoever manages it"
    if answer.status in (404, 405):
        return _not_found(answer, message)
    if answer.status == 407:
        return (
            "the HTTP proxy on the way wants a user and password in its URL: http://USER:WORD@HOST"
        )
    if answer.status == 409:
        return "look at it again: it has changed, or ended"
    if answer.status == 413:
        return "the file is larger than the server takes: split it"
    if answer.status == 429:
        return _too_many(answer, said)
    if answer.status >= 500:
        return _broken(answer, message)
    return _refused(answer, said)


def is_unknown_path(answer: Answer, message: str) -> bool:
    """A 404 that nobody serves the path, not that an id is unknown: a web page, or no words."""
    if answer.body.lstrip()[:1] not in (b"{", b"["):
        return True
    words = ("", "Not Found", "Method Not Allowed", "Resource not found", "404 page not found")
    return message in words or "nvalid URL" in message


def _not_found(answer: Answer, message: str) -> str:
    if is_unknown_path(answer, message):
        return _NOT_BATCH_API
    return "it may have expired, or belong to another account or provider"


def _too_many(answer: Answer, said: Words) -> str:
    if said.code == "token_limit_exceeded" or "nqueued token" in (said.message or ""):
        return "wait until running batches are finished, or split the file"
    asked_s = retry_after_s(answer.headers)
    if asked_s:
        span = f"{asked_s:.0f} s" if asked_s < 120 else f"{asked_s / 60:.0f} min"
        return f"wait {span}, as the server asks, and try again"
    return "wait a little and try again"


def _refused(answer: Answer, said: Words) -> str:
    if said.code == "billing_hard_limit_reached":
        return "the account has reached its spending limit: raise it with the provider"
    if said.code == "token_limit_exceeded":
        return _too_many(answer, said)
    if "SSL certificate" in (said.message or ""):
        return "the server wants a client certificate: client_cert and client_key in the profile"
    if "LiteLLM doesn't support" in (said.message or ""):
        return "choose another provider; LiteLLM can not do this with the one given"
    return "the same would be refused again: correct what the server names"


def _broken(answer: Answer, message: str) -> str:
    content_type = answer.headers.get("content-type", "")
    if content_type.startswith("text/plain") and message == "Internal Server Error":
        # Without the prisma package a LiteLLM proxy hides every error so: its #35457 and #38978.
        return (
            "look into the server's log; a LiteLLM proxy without the prisma package hides every"
            " cause so, a wrong key too"
        )
    if message == "Connection error.":
        return "the proxy can not reach its provider"
    if "Missing credentials" in message or "files_settings is not set" in message:
        return "the proxy has no key for this provider: its config.yaml must name one"
    if "is not a valid LlmProviders" in message:
        return "choose another provider; LiteLLM does not know the one given"
    if "Managed files hook not found" in message:
        return "this LiteLLM proxy needs a database for that"
    return "a fault of the server, not of the request; try again later"
