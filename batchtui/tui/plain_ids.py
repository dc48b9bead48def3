"""Ids as they are shown: the provider's own, where a LiteLLM proxy has packed it into another.

For the eye only. What is copied, typed or sent is the id as the server gave it.
"""

from __future__ import annotations

from typing import Final

from batchtui.models.ids import describe_id

PACKED: Final = "bGl0ZWxsb"
"""How base64 of anything that begins with `litellm` begins: most ids need no closer look."""


def plain_id(identifier: str) -> str:
    return describe_id(identifier).raw if PACKED in identifier else identifier
