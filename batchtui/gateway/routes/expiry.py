"""`expires_after` of an upload and `output_expires_after` of a batch: the same two fields.

Source: openai.types.file_create_params and batch_create_params.
"""

from __future__ import annotations

from typing import Final

from batchtui.gateway.refusal import Refusal

_SHORTEST_S: Final = 3600
_LONGEST_S: Final = 2_592_000


def seconds_of(anchor: object, seconds: object, name: str) -> int | None:
    """How long a file lives, None where neither field is given; Refusal 400 for wrong ones."""
    if anchor is None and seconds is None:
        return None
    if anchor != "created_at":
        raise Refusal(400, f"'{name}[anchor]' must be 'created_at'.", param=f"{name}[anchor]")
    if isinstance(seconds, str) and seconds.isascii() and seconds.isdecimal() and len(seconds) < 12:
        seconds = int(seconds)
    if not isinstance(seconds, int) or not _SHORTEST_S <= seconds <= _LONGEST_S:
        raise Refusal(
            400,
            f"'{name}[seconds]' must be {_SHORTEST_S} to {_LONGEST_S}.",
            param=f"{name}[seconds]",
        )
    return seconds
