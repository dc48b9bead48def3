"""The keys of a list: vim's and the arrows."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

LIST_KEYS: Final[list[BindingType]] = [
    Binding("j,down", "move(1)", "Down", show=False, id="list.down", tooltip="Next row"),
    Binding("k,up", "move(-1)", "Up", show=False, id="list.up", tooltip="Row above"),
    Binding("g,home", "first", "First", show=False, id="list.first", tooltip="First row"),
    Binding("G,end", "last", "Last", show=False, id="list.last", tooltip="Last row"),
    Binding(
        "ctrl+d",
        "page(0.5)",
        "Half page down",
        show=False,
        id="list.half-down",
        tooltip="Half a screen down",
    ),
    Binding(
        "ctrl+u",
        "page(-0.5)",
        "Half page up",
        show=False,
        id="list.half-up",
        tooltip="Half a screen up",
    ),
    Binding(
        "pagedown,ctrl+f",
        "page(1)",
        "Page down",
        show=False,
        id="list.page-down",
        tooltip="A screen down",
    ),
    Binding("pageup", "page(-1)", "Page up", show=False, id="list.page-up", tooltip="A screen up"),
    Binding(
        "space",
        "mark",
        "mark",
        show=False,
        id="list.mark",
        tooltip="Mark the row, or unmark it",
    ),
    Binding(
        "shift+down",
        "mark_on(1)",
        "Mark down",
        show=False,
        id="list.mark-down",
        tooltip="Mark the row and go down",
    ),
    Binding(
        "shift+up",
        "mark_on(-1)",
        "Mark up",
        show=False,
        id="list.mark-up",
        tooltip="Mark the row and go up",
    ),
    Binding(
        "V",
        "mark_range",
        "Mark range",
        show=False,
        id="list.mark-range",
        tooltip="Mark all from the last mark to here",
    ),
    Binding(
        "asterisk",
        "mark_all",
        "Mark all",
        key_display="*",
        show=False,
        id="list.mark-all",
        tooltip="Mark all rows that are shown, or none",
    ),
    Binding("o", "sort", "Sort", show=False, id="list.sort", tooltip="Sort by the next column"),
    Binding(
        "O",
        "reverse",
        "Reverse",
        show=False,
        id="list.reverse",
        tooltip="Sort the other way round",
    ),
]
