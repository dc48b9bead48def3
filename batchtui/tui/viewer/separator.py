"""The line between the list and what is beside it."""

from __future__ import annotations

from textual.strip import Strip

from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.toned import Toned


class Separator(Toned):
    DEFAULT_CSS = """
    Separator { width: 2; height: 1fr; }
    """

    def render_line(self, y: int) -> Strip:
        return self.strip([(f"{glyphs().separator} ", "muted")], 2)
