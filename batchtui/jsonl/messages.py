"""Which messages say the same: those that differ in numbers, names in quotes and ids only."""

from __future__ import annotations

import re
from typing import Final

VARYING: Final = re.compile(r"[0-9a-f]{8,}|[0-9][0-9,._]*|(['\"`])[^'\"`]{0,200}\1")
"""What differs in messages of one kind."""


def alike(message: str) -> str:
    """The same text for all messages of one kind."""
    return VARYING.sub("*", message)
