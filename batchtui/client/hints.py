"""What a person can do about an error status: one sentence, or none where there is none to give."""

from __future__ import annotations

from batchtui.client.exchange import Answer
from batchtui.client.target import Target
from batchtui.client.words import Words

_KEY = "the server did not accept the API key: check it, and that it belongs to this server"
_NOT_BATCH_API = (
    "the server is there but does not know this path: is the base URL that of a Batch API?"
)


def is_wrong_key(status: int, said: Words) -> bool:
    """LiteLLM without a database answers a wrong key with 400 "No connected db.": its #12273."""
    return status == 400 and said.kind == "no_db_connection"


def hint(answer: Answer, said: Words, target: Target) -> str | None:
    message = said.message or ""
    if answer.status == 401 or is_wrong_key(answer.status, said):
        if said.wrapped:
            return "the provider refused the key that the proxy has for it: see the proxy's config"
        return _KEY if target.secrets else "the server wants an API key and none is set"
    if answer.status == 403:
        return "the key is valid but may not do this: ask whoever manages it"
    if answer.status in (404, 405):
        return _not_found(message)
    if answer.status == 413:
        return "the file is larger than the server takes: split it"
    if answer.status == 429:
        return _too_many(said)
    if answer.status == 400:
        return _refused(said)
    if answer.status >= 500:
        return _broken(answer, message)
    return None


def _not_found(message: str) -> str | None:
    if message in ("", "Not Found", "Method Not Allowed") or "Invalid URL" in message:
        return _NOT_BATCH_API
    return "it may have expired, or belong to another account or provider"


def _too_many(said: Words) -> str:
    if said.code == "token_limit_exceeded" or "nqueued token" in (said.message or ""):
        return "wait until running batches are finished, or split the file"
    return "wait a little and try again"


def _refused(said: Words) -> str | None:
    if said.code == "billing_hard_limit_reached":
        return "the account has reached its spending limit: raise it with the provider"
    if said.code == "token_limit_exceeded":
        return _too_many(said)
    if "SSL certificate" in (said.message or ""):
        return "the server wants a client certificate: client_cert and client_key in the profile"
    if "LiteLLM doesn't support" in (said.message or ""):
        return "choose another provider; LiteLLM can not do this with the one given"
    return None


def _broken(answer: Answer, message: str) -> str:
    content_type = answer.headers.get("content-type", "")
    if content_type.startswith("text/plain") and message == "Internal Server Error":
        # Without the prisma package a LiteLLM proxy hides every error so: its #35457 and #38978.
        return "a LiteLLM proxy without the prisma package hides every cause, a wrong key too"
    if message == "Connection error.":
        return "the proxy can not reach its provider"
    if "Missing credentials" in message or "files_settings is not set" in message:
        return "the proxy has no key for this provider: its config.yaml must name one"
    if "is not a valid LlmProviders" in message:
        return "choose another provider; LiteLLM does not know the one given"
    if "Managed files hook not found" in message:
        return "this LiteLLM proxy needs a database for that"
    return "a fault of the server, not of the request; try again later"
