"""The keys of the screen below, made from its bindings."""

from __future__ import annotations

from typing import Any, ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.screen import ModalScreen, Screen

from batchtui.tui.keys import grouped_bindings
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell


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
    ]
    DEFAULT_CSS = """
    HelpScreen { align: center middle; }
    HelpScreen > Vertical {
        width: 76;
        max-width: 96%;
        height: auto;
        max-height: 90%;
        border: round $accent;
        padding: 0 1;
    }
    HelpScreen Lines { height: auto; max-height: 100%; }
    HelpScreen Static { width: 100%; text-style: dim; }
    """

    def __init__(self, about: Screen[Any]) -> None:
        super().__init__()
        self._groups = list(grouped_bindings(about))

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Lines(id="keys")

    def on_mount(self) -> None:
        box = self.query_one(Vertical)
        box.border_title = "Keys"
        box.border_subtitle = "Esc closes"
        self.query_one(Lines).show(self.lines())

    def lines(self) -> list[Cell]:
        lines: list[Cell] = []
        for title, entries in self._groups:
            lines += ["", [(title, "strong")]] if lines else [[(title, "strong")]]
            width = max(len(keys) for keys, _, _ in entries)
            for keys, _, tooltip in entries:
                lines.append([(f"  {keys.ljust(max(width, 14))}  ", "accent"), (tooltip, "")])
        return lines
