"""How much a server takes in one batch. Sources: each provider's documentation, by name."""

from __future__ import annotations

from dataclasses import dataclass

MB = 1_000_000


@dataclass(frozen=True, slots=True)
class Limits:
    """The bounds of one input file and one create. None: no bound is known."""

    lines: int | None = 50_000
    size_bytes: int | None = 200 * MB
    line_bytes: int | None = None
    metadata_pairs: int = 16
    metadata_key_chars: int = 64
    metadata_value_chars: int = 512


OPENAI = Limits()
AZURE = Limits(lines=100_000)
GATEWAY = Limits(lines=None)
"""The built-in gateway: bytes are bounded by `--max-file-size`, lines by nothing."""
