"""Takes out of a server's words what must not be shown: keys, control characters, length."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Final

from batchtui.config.keys import MASK, SHORTEST_CHARS
from batchtui.visible import visible

MAX_CHARS: Final = 600
MAX_READ_CHARS: Final = 64 * 1024

_KEY = re.compile(r"\b(sk|pk|gsk|rk|sess)-[\w*.-]{2,}[\w*-]", re.ASCII)
_BEARER = re.compile(r"\b(bearer|basic)\s+(?=\S*\d)[\w.~+/*=-]{6,}", re.IGNORECASE | re.ASCII)
_BLANKS = re.compile(r"\s+")
_NO_WORD_CHARS: Final = 12
"""A shorter secret, as a word in a header, may stand in a name or an id by right."""
_TAIL_CHARS: Final = 6
"""A beginning of a secret, at least so long, is masked where a text was cut off in it."""


def scrubbed(text: str | None, secrets: Sequence[str], *, max_chars: int = MAX_CHARS) -> str | None:
    """`text` in one visible line of at most `max_chars`, with every key masked; None if empty.

    A secret shorter than 8 characters is masked only where it stands alone: servers without keys
    get words like `none` as one.
    """
    if not text:
        return None
    shown = visible(_BLANKS.sub(" ", text[:MAX_READ_CHARS]).strip())
    for secret in sorted({visible(each) for each in secrets if each}, key=len, reverse=True):
        shown = _without_tail(_without(shown, secret), secret)
    shown = _BEARER.sub(rf"\1 {MASK}", _KEY.sub(rf"\1-{MASK}", shown))
    return (shown if len(shown) <= max_chars else f"{shown[: max_chars - 1]}…") or None


def _without(text: str, secret: str) -> str:
    if len(secret) < SHORTEST_CHARS:
        return re.sub(rf"(?<![\w-]){re.escape(secret)}(?![\w-])", MASK, text)
    masked = text.replace(secret, MASK)
    return MASK if secret in masked else masked


def _without_tail(text: str, secret: str) -> str:
    for length in range(len(secret) - 1, _TAIL_CHARS - 1, -1):
        if text.endswith(secret[:length]):
            return text[:-length] + MASK
    return text


def masked_body(body: bytes, secrets: Sequence[str]) -> bytes:
    """A JSON answer without the secrets that a server told in it, as in the errors of a batch."""
    for secret in secrets:
        if len(secret) >= _NO_WORD_CHARS:
            body = body.replace(secret.encode(), MASK.encode())
    return body
