"""The fast half of validation: accepts a line that has no problem, and says nothing of others.

Whatever it accepts, `request.examine` finds without problem too; what it does not accept goes
there. It parses the envelope and skips what no rule looks at.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import msgspec

from batchtui.jsonl.tokens import Prompt, estimate
from batchtui.models.endpoint import (
    CHAT_COMPLETIONS,
    COMPLETIONS,
    EMBEDDINGS,
    KNOWN,
    RESPONSES,
    normal_endpoint,
)

_normal = lru_cache(maxsize=64)(normal_endpoint)


class QuickBody(Prompt, gc=False, kw_only=True):
    model: str
    stream: bool | None = None
    max_tokens: int | None = None
    max_completion_tokens: int | None = None
    max_output_tokens: int | None = None

    @property
    def output_cap(self) -> int | None:
        """The most tokens that the answer may have, where the body sets a cap."""
        return self.max_completion_tokens or self.max_output_tokens or self.max_tokens


class QuickRequest(msgspec.Struct, gc=False, forbid_unknown_fields=True):
    """A good line, as far as the rules of the whole file need it."""

    custom_id: str
    method: str
    url: str
    body: QuickBody


_decode: Final = msgspec.json.Decoder(QuickRequest).decode


def accept(line: bytes) -> tuple[QuickRequest, int] | None:
    """`line` (without BOM) as (request, prompt tokens) if it has no problem. Never raises."""
    try:
        is_ascii = line.isascii()
        if not is_ascii:
            line.decode()  # the decoder does not look into strings that it skips
        request = _decode(line)
        body = request.body
        if (
            request.method == "POST"
            and request.custom_id
            and body.model
            and not body.stream
            and _is_whole(_normal(request.url), body)
        ):
            return request, estimate(line, body, is_ascii)
    except (ValueError, RecursionError):  # the decoder's and UTF-8's errors are ValueErrors
        pass
    return None


def _is_whole(endpoint: str, body: QuickBody) -> bool:
    if endpoint == CHAT_COMPLETIONS:
        return bool(body.messages)
    if endpoint == EMBEDDINGS:
        return _is_text(body.input)
    if endpoint == COMPLETIONS:
        return _is_text(body.prompt)
    if endpoint == RESPONSES:
        capped = body.max_tokens is not None or body.max_completion_tokens is not None
        return not capped and _is_text(body.input)
    return endpoint in KNOWN


def _is_text(value: msgspec.Raw) -> bool:
    """Neither absent nor null nor an empty array; `estimate` refuses other types."""
    return len(value) > 4 or bytes(value)[:1] == b'"' or (bool(value) and _is_list(value))


def _is_list(value: msgspec.Raw) -> bool:
    decoded = msgspec.json.decode(value)
    return isinstance(decoded, list) and bool(decoded)
