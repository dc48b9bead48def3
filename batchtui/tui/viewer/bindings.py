"""The keys of the viewer's screen. Those that are shown stand in the key line in this order."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType


def _hidden(key: str, action: str, name: str, tooltip: str, shown: str | None = None) -> Binding:
    return Binding(
        key,
        action,
        tooltip,
        show=False,
        key_display=shown,
        id=f"viewer.{name}",
        tooltip=tooltip,
    )


BINDINGS: Final[list[BindingType]] = [
    Binding(
        "tab",
        "next_look",
        "look",
        id="viewer.look",
        tooltip="Next look: request beside response, one record as JSON, lines",
    ),
    Binding(
        "f",
        "filter",
        "filter",
        id="viewer.filter",
        tooltip="List only some: outcome:failed code:... id:... text",
    ),
    Binding(
        "slash",
        "search",
        "search",
        id="viewer.search",
        tooltip="Find text, or re:pattern in lines and in strings",
    ),
    Binding(
        "e",
        "errors",
        "errors",
        id="viewer.errors",
        tooltip="What went wrong, grouped by code and message",
    ),
    Binding(
        "t",
        "retry",
        "retry",
        id="viewer.retry",
        tooltip="Send the marked records, or all listed ones, again",
    ),
    Binding(
        "y",
        "copy",
        "copy",
        id="viewer.copy",
        tooltip="Copy the line, value, path, custom_id or answer",
    ),
    Binding(
        "E",
        "export",
        "export",
        id="viewer.export",
        tooltip="Write the marked records, or all listed ones, to a file",
    ),
    Binding("space", "mark", "mark", id="viewer.mark", tooltip="Mark the record, or unmark it"),
    _hidden("enter", "open", "open", "Into the record: fold, copy a value; Esc comes back"),
    _hidden("n", "next_hit(1)", "next-hit", "The next hit of the search"),
    _hidden("N", "next_hit(-1)", "previous-hit", "The previous hit of the search"),
    _hidden("asterisk", "search_value", "search-value", "Search for the value under the cursor"),
    _hidden("colon", "go_to", "go-to", "Go to a line number or a custom_id"),
    _hidden("right_square_bracket", "neighbour(1)", "next", "The next record", "]"),
    _hidden("left_square_bracket", "neighbour(-1)", "previous", "The previous record", "["),
    _hidden("J", "scroll_record(3)", "scroll-down", "Scroll the record beside the list down"),
    _hidden("K", "scroll_record(-3)", "scroll-up", "Scroll the record beside the list up"),
    _hidden("w", "wrap", "wrap", "Wrap long lines, or cut them"),
    _hidden("l,right", "shift(8)", "right", "Scroll lines to the right"),
    _hidden("h,left", "shift(-8)", "left", "Scroll lines to the left"),
    _hidden("L", "shift(40)", "far-right", "Scroll lines far to the right"),
    _hidden("H", "shift(-40)", "far-left", "Scroll lines far to the left"),
    _hidden("0", "shift(0)", "line-start", "To the start of the lines"),
    _hidden("dollar_sign", "line_end", "line-end", "To the end of the line under the cursor", "$"),
    _hidden("x", "more", "more", "Show more of what was cut for its length"),
    _hidden("F", "follow", "follow", "Follow a file that grows"),
    _hidden("o", "pager", "pager", "Open the record in $PAGER"),
    _hidden("O", "editor", "editor", "Open the file in $EDITOR, at this line"),
    _hidden("q", "leave", "leave", "Out of the record, then out of the viewer"),
    Binding(
        "escape",
        "back",
        "Back",
        show=False,
        id="screen.back",
        tooltip="Cancel what runs, else undo search, filter or marks, else go back",
    ),
]
