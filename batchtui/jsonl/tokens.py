"""The estimate of prompt tokens: one rule, simple enough to compute for every line.

    A token is 4 bytes of UTF-8 text. An escape `\\uXXXX` counts as 3 bytes.
    Each message costs 4 tokens beside its text, each request 3.
    A tool's schema counts as its JSON. An image costs 765 tokens, whatever its size or encoding.

English prose in OpenAI's encodings comes to 4.0-4.8 bytes a token, code to 3.2-4, Chinese and
Japanese to 3.5-4.5, so the estimate is meant for budgets and queue limits, not for invoices.
"""

from __future__ import annotations

from typing import Any, Final

BYTES_PER_TOKEN: Final = 4
TOKENS_PER_MESSAGE: Final = 4
TOKENS_PER_REQUEST: Final = 3
TOKENS_PER_IMAGE: Final = 765


def text_bytes(raw: bytes | memoryview) -> int:
    """The size of a JSON string literal's text, about: without its quotes, escapes folded."""
    data = bytes(raw)
    return max(0, len(data) - 2 - 3 * data.count(b"\\u"))


def content_bytes(value: Any) -> tuple[int, int]:
    """(bytes of text, images) of any decoded message content, prompt or input."""
    if isinstance(value, str):
        return len(value.encode("utf-8", "surrogatepass")), 0
    text, images = 0, 0
    if isinstance(value, list):
        for part in value:
            part_text, part_images = content_bytes(part)
            text += part_text
            images += part_images
    elif isinstance(value, dict):
        if "image_url" in value or value.get("type") in ("image", "image_url", "input_image"):
            return 0, 1
        if "input_audio" in value or "file" in value:
            return 0, 0
        for key in ("text", "content"):
            if key in value:
                return content_bytes(value[key])
    elif isinstance(value, int) and not isinstance(value, bool):
        return BYTES_PER_TOKEN, 0  # a prompt given as token numbers
    return text, images
