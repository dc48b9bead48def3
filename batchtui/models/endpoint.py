"""The endpoints that a batch may name, and how other spellings map to them."""

from __future__ import annotations

from typing import Final

CHAT_COMPLETIONS: Final = "/v1/chat/completions"
COMPLETIONS: Final = "/v1/completions"
EMBEDDINGS: Final = "/v1/embeddings"
RESPONSES: Final = "/v1/responses"

EXECUTED: Final = (CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, RESPONSES)
"""What the built-in gateway runs, and what the record engine can check and read."""

KNOWN: Final = (
    *EXECUTED,
    "/v1/moderations",
    "/v1/images/generations",
    "/v1/images/edits",
    "/v1/videos",
)
"""Every endpoint of `openai.types.batch_create_params` (SDK 2.54)."""


def normal_endpoint(url: str) -> str:
    """`url` with the `/v1` that Azure's classic paths leave out, and no trailing slash."""
    trimmed = url.rstrip("/")
    return trimmed if trimmed.startswith("/v1/") else f"/v1{trimmed}" if trimmed else url
