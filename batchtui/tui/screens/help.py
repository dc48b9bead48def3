"""The keys of the screen below, made from its bindings, with the ids that remap them."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from batchtui.tui.keys import grouped_bindings
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell, Span


class HelpScreen(ModalScreen[None], inherit_bindings=False):
    BINDING_GROUP_TITLE = "Help"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape,q,question_mark,f1",
            "dismiss",
            "Close",
            id="help.close",
            tooltip="Back to the screen",
        ),
        Binding("i", "ids", "ids", id="help.ids", tooltip="The ids that [keys] remaps by"),
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical {
        width: 76;
        max-width: 96%;
        height: auto;
        max-height: 90%;
        border: $frame $accent;
        padding: 0 1;
    }
    HelpScreen Lines { height: auto; max-height: 100%; }
    HelpScreen Static { width: 100%; text-style: dim; }
    """

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._groups = list(grouped_bindings(about))
        self._shows_ids = False

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(id="keys")

    def on_mount(self) -> None:
        self.query_one(Vertical).border_title = "Keys"
        self._show()
        self.watch(self.query_one(Lines), "scroll_y", self._tell_rest, init=False)

    def on_resize(self) -> None:
        self.call_after_refresh(self._tell_rest)

    def action_ids(self) -> None:
        self._shows_ids = not self._shows_ids
        self._show()

    def _show(self) -> None:
        self.query_one(Lines).show(self.lines())
        self.call_after_refresh(self._tell_rest)

    def _tell_rest(self) -> None:
        """What else there is: more keys below, the other way to show them."""
        keys = self.query_one(Lines)
        rest = keys.max_scroll_y - keys.scroll_offset.y
        more = f"{rest:,} more below, j   " if rest > 0 else ""
        other = "what they do" if self._shows_ids else "ids for [keys]"
        told = f"{more}i  {other}   Esc closes".replace("[", "\\[")
        self.query_one(Vertical).border_subtitle = told

    def lines(self) -> list[Cell]:
        lines: list[Cell] = []
        for title, entries in self._groups:
            lines += ["", [(title, "strong")]] if lines else [[(title, "strong")]]
            width = max(max(len(each.keys) for each in entries), 14)
            longest = max(len(each.id) for each in entries)
            for each in entries:
                said: list[Span] = [(each.tooltip, "")]
                if self._shows_ids:
                    said = [(f"{each.id.ljust(longest)}  ", "strong"), (each.description, "muted")]
                lines.append([(f"  {each.keys.ljust(width)}  ", "accent"), *said])
        return lines
