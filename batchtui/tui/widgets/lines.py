"""Lines of toned text that scroll: details, help. Draws only the lines on the screen."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import ClassVar, Final

from textual.binding import Binding, BindingType
from textual.geometry import Region, Size
from textual.scroll_view import ScrollView
from textual.strip import Strip

from batchtui.tui.widgets.spans import Cell, Span, fitted, spans, width_of
from batchtui.tui.widgets.toned import Toned

INDENT: Final = 2
_GAP: Final = re.compile(r"^ +(?=[^ ])|  +(?=[^ ])")
"""What stands between two columns."""


class Lines(Toned, ScrollView, can_focus=True):
    """`show` gives it new lines; a line longer than the screen goes on in the next."""

    BINDING_GROUP_TITLE = "Text"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("j,down", "by(1)", "Down", show=False, id="text.down", tooltip="A line down"),
        Binding("k,up", "by(-1)", "Up", show=False, id="text.up", tooltip="A line up"),
        Binding(
            "ctrl+d,pagedown,space",
            "page(0.5)",
            "Page down",
            show=False,
            id="text.page-down",
            tooltip="Half a screen down",
        ),
        Binding(
            "ctrl+u,pageup,b",
            "page(-0.5)",
            "Page up",
            show=False,
            id="text.page-up",
            tooltip="Half a screen up",
        ),
        Binding("g,home", "top", "Top", show=False, id="text.top", tooltip="The first line"),
        Binding("G,end", "bottom", "Bottom", show=False, id="text.bottom", tooltip="The last line"),
    ]
    DEFAULT_CSS = """
    Lines {
        height: 1fr;
        overflow-x: hidden;
        padding: 0 1;
        scrollbar-size-vertical: 1;
    }
    """

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._lines: Sequence[Cell] = ()
        self._shown: list[list[Span]] = []
        self._painted: dict[int, list[Span]] = {}

    def show(self, lines: Sequence[Cell]) -> None:
        self._lines = lines
        self._wrap()
        for y in range(self.size.height):
            if self._painted.get(y) != self._pieces(y):
                self.refresh(Region(0, y, self.size.width, 1))

    def _wrap(self) -> None:
        width = max(self.scrollable_content_region.width, 20)
        self._shown = [part for line in self._lines for part in wrapped(spans(line), width)]
        self.virtual_size = Size(0, len(self._shown))

    def on_resize(self) -> None:
        self._painted.clear()
        self._wrap()
        self.refresh()

    def render_line(self, y: int) -> Strip:
        pieces = self._pieces(y)
        self._painted[y] = pieces
        return self.strip(pieces, self.scrollable_content_region.width)

    def _pieces(self, y: int) -> list[Span]:
        place = self.scroll_offset.y + y
        line = self._shown[place] if place < len(self._shown) else []
        return fitted(line, self.scrollable_content_region.width)

    def action_by(self, lines: int) -> None:
        self.scroll_to(y=self.scroll_offset.y + lines, animate=False, force=True)

    def action_page(self, screens: float) -> None:
        self.action_by(int(self.size.height * screens))

    def action_top(self) -> None:
        self.scroll_to(y=0, animate=False, force=True)

    def action_bottom(self) -> None:
        self.scroll_to(y=self.max_scroll_y, animate=False, force=True)


def wrapped(pieces: list[Span], width: int) -> list[list[Span]]:
    """`pieces` in lines of at most `width` cells, at least 20, broken between words.

    What goes on in a further line begins at the column of the text that it continues.
    """
    if width_of(pieces) <= width:
        return [pieces]
    text = "".join(part for part, _ in pieces)
    body = _body(text, width)
    indent = width_of([(text[:body], "")]) if body else INDENT
    lines: list[list[Span]] = []
    start, room = 0, width
    while start < len(text):
        end = _end(text, start, room)
        if end < len(text) and text[end] != " ":
            space = text.rfind(" ", max(start, body), end)
            end = space + 1 if space >= 0 else end
        before: list[Span] = [(" " * indent, "")] if lines else []
        lines.append(before + _part(pieces, start, end))
        start = end
        while text[start : start + 1] == " ":
            start += 1
        room = width - indent
    return lines


def _body(text: str, width: int) -> int:
    """Where the last column of `text` begins that leaves room for words beside it; 0 for none.

    One in which every word is whole, where there is one: an id is not to be broken.
    """
    fitting = [
        (end, at)
        for end in (gap.end() for gap in _GAP.finditer(text))
        if (at := width_of([(text[:end], "")])) <= width * 3 // 5
    ]
    whole = [end for end, at in fitting if at + _longest_word(text[end:]) <= width]
    return max(whole or [end for end, _ in fitting], default=0)


def _longest_word(text: str) -> int:
    return max((width_of([(word, "")]) for word in text.split(" ")), default=0)


def _end(text: str, start: int, width: int) -> int:
    """Where what fits into `width` cells ends."""
    cells = 0
    for place in range(start, len(text)):
        cells += width_of([(text[place], "")])
        if cells > width:
            return place
    return len(text)


def _part(pieces: list[Span], start: int, end: int) -> list[Span]:
    """The characters from `start` to `end`, with their tones."""
    part: list[Span] = []
    for text, tone in pieces:
        if shown := text[max(start, 0) : max(end, 0)]:
            part.append((shown, tone))
        start, end = start - len(text), end - len(text)
    return part
