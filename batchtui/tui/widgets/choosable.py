"""Lines with a cursor: one line is the chosen one, however many rows of the screen it takes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import ClassVar, Final

from rich.segment import Segment
from rich.style import Style
from textual import events
from textual.geometry import Size
from textual.message import Message
from textual.strip import Strip

from batchtui.tui.glyphs import glyphs
from batchtui.tui.widgets.lines import Lines, wrapped
from batchtui.tui.widgets.spans import Cell, Span, spans

_MARK: Final[Span] = (" ", "")


class ChoosableLines(Lines):
    """`chosen` is the number of the chosen line, from 0; keys that move by lines move it."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {"lines--cursor"}
    DEFAULT_CSS = """
    ChoosableLines {
        padding: 0 1 0 0;
        & > .lines--cursor { text-style: bold; background: $row-cursor; }
    }
    """

    class Moved(Message):
        """Another line is chosen."""

    class Opened(Message):
        """The chosen line was clicked again."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.chosen = 0
        self._owners: list[int] = []  # of each row: the number of its line

    def show_at(self, lines: Sequence[Cell], chosen: int) -> None:
        """New lines, and which is chosen now."""
        self.chosen = min(max(chosen, 0), max(len(lines) - 1, 0))
        self.show(lines)

    def _wrap(self) -> None:
        width = max(self.scrollable_content_region.width - 1, 20)
        self._shown, self._owners = [], []
        for number, line in enumerate(self._lines):
            parts = wrapped(spans(line), width)
            self._shown += [[_MARK, *part] for part in parts]
            self._owners += [number] * len(parts)
        self.virtual_size = Size(0, len(self._shown))

    def _pieces(self, y: int) -> list[Span]:
        pieces = super()._pieces(y)
        return [(glyphs().cursor, "accent"), *pieces[1:]] if self._is_chosen(y) else pieces

    def _is_chosen(self, y: int) -> bool:
        place = self.scroll_offset.y + y
        return self.has_focus and place < len(self._owners) and self._owners[place] == self.chosen

    def render_line(self, y: int) -> Strip:
        strip = super().render_line(y)
        if not self._is_chosen(y):
            return strip
        cursor = self.get_component_rich_style("lines--cursor")
        behind = Style(bgcolor=cursor.bgcolor, bold=cursor.bold)
        return Strip(
            [Segment(text, (style or Style()) + behind) for text, style, _ in strip],
            strip.cell_length,
        )

    def on_click(self, event: events.Click) -> None:
        place = self.scroll_offset.y + event.y
        if place >= len(self._owners):
            return
        if self._owners[place] == self.chosen and event.chain > 1:
            self.post_message(self.Opened())
        self.choose(self._owners[place])

    def on_focus(self) -> None:
        self.refresh()

    def on_blur(self) -> None:
        self.refresh()

    def action_by(self, lines: int) -> None:
        """A line that is longer than the screen scrolls by before the next is chosen."""
        first, last = self._rows_of(self.chosen)
        top, room = self.scroll_offset.y, max(self.size.height, 1)
        if lines > 0 and top + room <= last and first <= top + room - 1:
            self.scroll_to(y=top + 1, animate=False, force=True)
        elif lines < 0 and first < top <= last:
            self.scroll_to(y=top - 1, animate=False, force=True)
        else:
            self.choose(self.chosen + lines)

    def action_page(self, screens: float) -> None:
        place = self._rows_of(self.chosen)[0] + int(self.size.height * screens)
        if self._owners:
            self.choose(self._owners[min(max(place, 0), len(self._owners) - 1)])

    def action_top(self) -> None:
        self.choose(0)

    def action_bottom(self) -> None:
        self.choose(len(self._lines) - 1)

    def _rows_of(self, number: int) -> tuple[int, int]:
        """The first and last row of a line."""
        if number >= len(self._lines) or not self._owners:
            return 0, 0
        first = self._owners.index(number)
        return first, first + self._owners.count(number) - 1

    def choose(self, number: int) -> None:
        """Let this line be the chosen one, and show it."""
        number = min(max(number, 0), max(len(self._lines) - 1, 0))
        changed, self.chosen = number != self.chosen, number
        first, last = self._rows_of(number)
        top, room = self.scroll_offset.y, max(self.size.height, 1)
        if first < top:
            self.scroll_to(y=first, animate=False, force=True)
        elif last >= top + room:
            self.scroll_to(y=min(first, last - room + 1), animate=False, force=True)
        self.show(self._lines)
        if changed:
            self.post_message(self.Moved())
