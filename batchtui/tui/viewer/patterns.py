"""What is searched for, as it looks on the screen: for marking the hits that are in view."""

from __future__ import annotations

import re

from batchtui.tui.viewer.text import safe
from batchtui.workflows.where import Where


def shown_pattern(where: Where) -> re.Pattern[str] | None:
    """None where nothing can be marked."""
    if not where.text:
        return None
    flags = re.IGNORECASE if where.text == where.text.lower() else re.NOFLAG
    try:
        return re.compile(where.text if where.is_regex else re.escape(safe(where.text)), flags)
    except (re.error, OverflowError, RecursionError):
        return None
