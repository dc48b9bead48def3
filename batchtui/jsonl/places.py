"""Where something is in a piece of a file."""

from __future__ import annotations

Places = tuple[list[int], list[int]]
"""Offsets and lengths, in bytes."""
