"""The pane under a list on a large screen: what is known of the row under the cursor."""

from __future__ import annotations

from typing import Any, Final

from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.row_lines import RowLines

SHARE: Final = 0.4
LEAST: Final = 12
MOST: Final = 20
ROWS: Final = 2
"""So many are left to the list at least: an empty one says in them that it is."""


class Pane(Lines):
    """It has its share of the screen, and what a short list leaves over."""

    can_focus = False

    def fit_beside(self, table: RowLines[Any]) -> None:
        """By all rows there are: a filter that is typed does not move the line between the two."""
        own, rows = self.outer_size.height, table.outer_size.height
        if not own or not rows:
            return
        share = min(max(int(self.screen.size.height * SHARE), LEAST), MOST)
        left_over = own + rows - max(table.rows.total(), ROWS) - 2
        self.styles.height = max(share, left_over)
