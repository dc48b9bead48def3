"""Ids as they are shown: the provider's own, where a LiteLLM proxy has packed it into another.

For the eye only. What is copied, typed or sent is the id as the server gave it.
"""

from __future__ import annotations

import re
from typing import Final

from batchtui.models.ids import describe_id

PACKED: Final = "bGl0ZWxsb"
"""How base64 of anything that begins with `litellm` begins: most ids need no closer look."""


_ID: Final = re.compile(
    r"(?:(?<=batch_)|(?<=file-))[0-9A-Za-z]{16,}"
    r"|(?<![0-9A-Za-z])[0-9a-f]{16,}(?![0-9A-Za-z])"
)


def short_file_name(name: str) -> str:
    """`batch_..0ee2_output` for `batch_0661..0ee2_output.jsonl`: servers name results by their id,
    and of many such names only the end of the id tells them apart."""
    shown = _ID.sub(lambda found: f"..{found[0][-4:]}", name, count=1)
    return shown.removesuffix(".jsonl") if shown != name else name


def plain_id(identifier: str) -> str:
    return describe_id(identifier).raw if PACKED in identifier else identifier
