"""The pane beside the list: one record as rows of text, with a cursor, folds and a way to scroll.

Owns the cursor and what is in view; what the rows say comes from a `Content`.
"""

from __future__ import annotations

import re
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from batchtui.tui.viewer.content import Content, Row, Value
from batchtui.tui.viewer.highlight import highlighted
from batchtui.tui.viewer.moving_keys import moving_keys
from batchtui.tui.widgets.keys_in_order import KeysInOrder
from batchtui.tui.widgets.toned import Toned

WHEEL_ROWS: Final = 3
CURSOR: Final = Style(reverse=True)
HIT: Final = Style(reverse=True, bold=True)


class DetailPane(Toned, KeysInOrder, can_focus=True):
    BINDING_GROUP_TITLE = "One record"
    BINDINGS: ClassVar[list[BindingType]] = [
        *moving_keys("record", "row"),
        Binding(
            "l,right,enter",
            "fold",
            "Fold",
            show=False,
            id="record.fold",
            tooltip="Fold or unfold the value under the cursor",
        ),
        Binding(
            "h,left",
            "parent",
            "Out",
            show=False,
            id="record.parent",
            tooltip="To the object or array around the cursor",
        ),
    ]
    DEFAULT_CSS = """
    DetailPane {
        height: 1fr;
        width: 1fr;
        padding-right: 1;
        &.-alone { padding: 0 1; }
    }
    """

    class Moved(Message):
        """The cursor is on another row, or the pane shows something else."""

        def can_replace(self, message: Message) -> bool:
            return isinstance(message, DetailPane.Moved)

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.content: Content | None = None
        self.cursor = 0
        self.highlight: re.Pattern[str] | None = None
        """What is searched for, marked wherever it is in view."""
        self._top = 0
        self._rows: list[Row] = []

    def show(
        self, content: Content | None, rows: list[Row] | None = None, *, keep_place: bool = False
    ) -> None:
        """Show `content`, laid out as `rows` where that is done already.

        `keep_place`: it is the same record, so cursor and scroll stay.
        """
        self.content = content
        if not keep_place:
            self.cursor = self._top = 0
        self.lay_out(rows)

    def lay_out(self, rows: list[Row] | None = None) -> None:
        width = self.size.width
        if rows is None:
            rows = self.content.rows(width) if self.content and width else []
        self._rows = rows
        self.cursor = max(0, min(self.cursor, len(self._rows) - 1))
        self._top = max(0, min(self._top, len(self._rows) - self.size.height))
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    @property
    def value(self) -> Value | None:
        """The value under the cursor."""
        if self.content is None or not self._rows:
            return None
        return self.content.value(self._rows[self.cursor].source)

    def step(self, count: int) -> None:
        if not self._rows:
            return
        before = self.cursor
        self.cursor = max(0, min(self.cursor + count, len(self._rows) - 1))
        if self.cursor == before:
            return
        if not self._reveal():
            for row in (before, self.cursor):
                self.refresh(Region(0, row - self._top, self.size.width, 1))
        self.post_message(self.Moved())

    def scroll_rows(self, count: int) -> None:
        """Scroll, and take the cursor along only where it would leave the view."""
        lowest = max(len(self._rows) - self.size.height, 0)
        top = max(0, min(self._top + count, lowest))
        if top == self._top:
            return
        self._top = top
        self.cursor = max(top, min(self.cursor, top + self.size.height - 1))
        self.refresh()
        self.post_message(self.Moved())

    def action_step(self, count: int) -> None:
        self.step(count)

    def action_page(self, pages: float) -> None:
        self.step(int(self.size.height * pages) or (1 if pages > 0 else -1))

    def action_first(self) -> None:
        self.step(-len(self._rows))

    def action_last(self) -> None:
        self.step(len(self._rows))

    def action_fold(self) -> None:
        if self.content and self._rows and self.content.toggle(self._rows[self.cursor].source):
            self.lay_out()

    def action_parent(self) -> None:
        if self.content is None or not self._rows:
            return
        wanted = self.content.parent(self._rows[self.cursor].source)
        found = next((at for at, row in enumerate(self._rows) if row.source == wanted), None)
        if found is not None:
            self.step(found - self.cursor)

    def on_resize(self, event: events.Resize) -> None:
        self.lay_out()

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def render_line(self, y: int) -> Strip:
        at, width = self._top + y, self.size.width
        if at >= len(self._rows):
            return Strip.blank(width, self.rich_style)
        pieces = self._rows[at].pieces
        base = self.rich_style
        segments = [Segment(text, self.tone(tone)) for text, tone in pieces]
        if self.highlight is not None:
            segments = highlighted(segments, self.highlight, HIT)
        if at == self.cursor and self.has_focus:
            base += CURSOR
            segments = [Segment(text, (style or base) + CURSOR) for text, style, _ in segments]
        return Strip(segments).crop_extend(0, width, base)

    def _reveal(self) -> bool:
        height = max(self.size.height, 1)
        before = self._top
        self._top = max(min(self._top, self.cursor), self.cursor - height + 1)
        if self._top == before:
            return False
        self.refresh()
        return True

    def on_mouse_scroll_down(self, event: events.MouseScrollDown) -> None:
        event.stop()
        self.scroll_rows(WHEEL_ROWS)

    def on_mouse_scroll_up(self, event: events.MouseScrollUp) -> None:
        event.stop()
        self.scroll_rows(-WHEEL_ROWS)
