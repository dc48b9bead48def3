"""The tabs, in their order. Data only."""

from __future__ import annotations

from typing import Final

TABS: Final[tuple[tuple[str, str], ...]] = (
    ("batches", "Batches"),
    ("files", "Files"),
    ("local", "Local"),
    ("jobs", "Jobs"),
)
"""Mode and title of each; their keys are 1, 2, 3 and on."""
