"""The pane beside the list: one record as rows of text, with a cursor, folds and a way to scroll.

Owns the cursor and what is in view; what the rows say comes from a `Content`.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.binding import Binding, BindingType
from textual.geometry import Region
from textual.message import Message
from textual.strip import Strip

from batchtui.tui.viewer.content import Content, Row, Value
from batchtui.tui.viewer.highlight import marked
from batchtui.tui.viewer.moving_keys import moving_keys
from batchtui.tui.viewer.row_hits import find, is_hit, spans_of, texts_of
from batchtui.tui.widgets.keys_in_order import KeysInOrder
from batchtui.tui.widgets.toned import Toned

if TYPE_CHECKING:
    from batchtui.tui.viewer.in_view import Highlight

WHEEL_ROWS: Final = 3
COUNTED_ROWS: Final = 5_000
"""The matches of a longer record are found one by one, and not counted."""
CURSOR: Final = Style(reverse=True)
HIT: Final = Style(reverse=True, bold=True)


class DetailPane(Toned, KeysInOrder, can_focus=True):
    BINDING_GROUP_TITLE = "One record"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "screen.back", "list", id="record.leave", tooltip="Back to where one was"
        ),
        Binding(
            "left_square_bracket",
            "screen.neighbour(-1)",
            "previous",
            key_display="[",
            id="record.previous",
            tooltip="The previous record",
        ),
        Binding(
            "right_square_bracket",
            "screen.neighbour(1)",
            "next",
            key_display="]",
            id="record.next",
            tooltip="The next record",
        ),
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

    class Refused(Message):
        """A key has done nothing; `why` says what it is for."""

        def __init__(self, why: str) -> None:
            super().__init__()
            self.why = why

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.content: Content | None = None
        self.cursor = 0
        self.highlight: Highlight | None = None
        """What is searched for, marked wherever it is in view."""
        self.hit: int | None = None
        """The row of the match one has gone to last."""
        self._top = 0
        self._rows: list[Row] = []
        self._hits: list[int] | None = None
        """The rows that match, once they are asked for."""
        self._is_searched: bool | None = None
        """Whether it is known what matches; None: to be asked."""

    def show(
        self, content: Content | None, rows: list[Row] | None = None, *, keep_place: bool = False
    ) -> None:
        """Show `content`, laid out as `rows` where that is done already.

        `keep_place`: it is the same record, so cursor and scroll stay.
        """
        self.content = content
        if not keep_place:
            self.cursor = self._top = 0
            self.hit = None
        self.lay_out(rows)

    def lay_out(self, rows: list[Row] | None = None) -> None:
        """Lay the content out; the cursor stays on the match or the value it was on."""
        width, before, hit_before = self.size.width, self._rows, self.hit_place()[0]
        if rows is None:
            rows = self.content.rows(width) if self.content and width else []
        source = before[self.cursor].source if self.cursor < len(before) else -1
        same_width = self._width == width
        self._rows, self._hits, self._width = rows, None, width
        self._is_searched = None
        if not same_width and before and rows:
            if hit_before and len(self.hits) >= hit_before:
                self.hit = self.cursor = self.hits[hit_before - 1]
            elif self.cursor and source >= 0:
                found = (at for at, row in enumerate(rows) if row.source == source)
                self.cursor = next(found, self.cursor)
        self.cursor = max(0, min(self.cursor, len(self._rows) - 1))
        self._top = max(0, min(self._top, len(self._rows) - self.size.height))
        self._reveal()
        self.refresh()
        self.post_message(self.Moved())

    _width = 0

    # What is searched for

    def search_for(self, highlight: Highlight | None) -> None:
        """Mark what matches."""
        self.highlight, self._hits, self.hit = highlight, None, None
        self._is_searched = None
        self.refresh()

    def mark_again(self, is_marked: bool) -> None:
        """More is known of what matches; `is_marked`: and there is something to mark."""
        self._is_searched = None
        if is_marked:
            self.refresh()

    @property
    def is_searched(self) -> bool:
        """Whether it is known what matches, of a record that is not too long to be counted."""
        if self._is_searched is None:
            texts = texts_of(self._rows[:COUNTED_ROWS])
            self._is_searched = self.highlight is None or self.highlight.knows(texts)
        return self._is_searched

    @property
    def hits(self) -> list[int]:
        """The rows in which a match begins, of a record that is not too long to be counted."""
        if self._hits is None:
            if not self.is_searched:
                return []
            self._hits = []
            if self.highlight is not None and len(self._rows) <= COUNTED_ROWS:
                rows, highlight = self._rows, self.highlight
                self._hits = [at for at in range(len(rows)) if is_hit(rows, at, highlight)]
        return self._hits

    def hit_place(self) -> tuple[int, int]:
        """Which matching row one has gone to, counted from 1, and how many there are."""
        hits = self.hits
        return hits.index(self.hit) + 1 if self.hit in hits else 0, len(hits)

    def first_hit(self, direction: int) -> bool:
        """To the first row that matches, or the last; False for none."""
        return self._go_to_hit(0 if direction > 0 else len(self._rows) - 1, direction)

    def next_hit(self, direction: int) -> bool:
        """To the next row that matches; False when there is none in this direction."""
        is_beyond = self.has_focus or self.hit == self.cursor
        return self._go_to_hit(self.cursor + (direction if is_beyond else 0), direction)

    def _go_to_hit(self, start: int, direction: int) -> bool:
        if self.highlight is None:
            return False
        found = find(self._rows, self.highlight, start, direction)
        if found is None:
            return False
        self.hit = self.cursor = found
        height = max(self.size.height, 1)
        if not self._top <= found < self._top + height:
            lowest = max(len(self._rows) - height, 0)
            self._top = max(0, min(found - height // 3, lowest))
        self.refresh()
        self.post_message(self.Moved())
        return True

    @property
    def is_laid_out(self) -> bool:
        """Whether its rows are for the width it has, and it has one."""
        return self._width == self.size.width > 0

    @property
    def row_count(self) -> int:
        return len(self._rows)

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
        if self.content is None or not self._rows:
            return
        if self.content.toggle(self._rows[self.cursor].source):
            self.lay_out()
        else:
            self.post_message(self.Refused("there is nothing to fold in this row"))

    def action_parent(self) -> None:
        if self.content is None or not self._rows:
            return
        wanted = self.content.parent(self._rows[self.cursor].source)
        found = next((at for at, row in enumerate(self._rows) if row.source == wanted), None)
        if found is None or found == self.cursor:
            self.post_message(self.Refused("nothing is around this; Esc goes to the list"))
        else:
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
            segments = marked(segments, spans_of(self._rows, at, self.highlight), HIT)
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
