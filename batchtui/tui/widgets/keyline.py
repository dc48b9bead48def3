"""The last line of a screen: its keys, made from its bindings; it always ends in the key of help,
`? help`, or `F1 help` where one types."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from textual import getters
from textual.screen import Screen

from batchtui.tui import needs
from batchtui.tui.keys import HELP_ID, key_name, key_of, shown_bindings
from batchtui.tui.widgets.line import Line
from batchtui.tui.widgets.spans import Span, Tone, fitted, width_of

if TYPE_CHECKING:
    from batchtui.tui.app import BatchtuiApp

GAP: Final = "  "


class KeyLine(Line):
    """Follows the screen's bindings; those that find no room give way from the right.

    What the server cannot do is not offered.
    """

    if TYPE_CHECKING:
        app = getters.app(BatchtuiApp)

    def on_mount(self) -> None:
        self.screen.bindings_updated_signal.subscribe(self, self._on_bindings_updated)

    def _on_bindings_updated(self, _: Screen[object]) -> None:
        self.repaint()

    def pieces(self, width: int) -> list[Span]:
        help_key = key_of(self.screen, HELP_ID)
        way_to_help: list[Span] = [(help_key, "accent"), (" help", "muted")] if help_key else []
        room = max(width - 2 - width_of(way_to_help), 0)
        offers = getattr(self.screen, "offered", None)
        keys: list[Span] = []
        used = 0
        for binding in shown_bindings(self.screen):
            if binding.id == HELP_ID or needs.why_not(self.app, binding.id):
                continue
            offered = binding.description if offers is None else offers(binding)
            if offered is None:
                continue
            label = f" {offered}"
            key = key_name(binding)
            needed = len(key) + len(label) + len(GAP)
            if used + needed > room:
                break
            tone: Tone = "accent"
            keys += [(key, tone), (label, "muted"), (GAP, "")]
            used += needed
        return [(" ", ""), *fitted(keys, room), *way_to_help, (" ", "")]
