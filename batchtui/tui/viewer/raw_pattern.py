"""What is searched for, as a line of JSON may have it: with escapes or without."""

from __future__ import annotations

import json
import re

from batchtui.tui.viewer.patterns import shown_pattern
from batchtui.tui.viewer.text import safe
from batchtui.workflows.where import Where


def raw_pattern(where: Where) -> re.Pattern[str] | None:
    """None where nothing can be marked. An expression is for the line as it stands."""
    shown = shown_pattern(where)
    if shown is None or where.is_regex:
        return shown
    text = where.text
    forms = {text, json.dumps(text, ensure_ascii=False)[1:-1], json.dumps(text)[1:-1]}
    ways = sorted({safe(each) for each in forms}, key=lambda each: -len(each))
    return re.compile("|".join(map(re.escape, ways)), shown.flags & re.IGNORECASE)
