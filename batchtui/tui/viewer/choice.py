"""One line that asks for one key: what to copy, what to export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip
from textual.widget import Widget

from batchtui.tui.viewer.text import safe
from batchtui.tui.widgets.keys_in_order import passed_on
from batchtui.tui.widgets.spans import Span, fitted
from batchtui.tui.widgets.toned import Toned


class Choice(Toned, can_focus=True):
    """Has the focus while it is open, and gives it back; any key that is no answer closes it."""

    BINDING_GROUP_TITLE = "One key"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "Drop", show=False, id="choice.drop", tooltip="Nothing of these"),
    ]
    DEFAULT_CSS = """
    Choice { height: 1; }
    """

    class Chosen(Message):
        def __init__(self, purpose: str, key: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.key = key

    class Closed(Message):
        """The line is free again. Comes before `Chosen`."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self.purpose = ""
        self._label = ""
        self._came_from: Widget | None = None
        self._options: Mapping[str, str] = {}

    def ask(self, purpose: str, options: Mapping[str, str], *, label: str = "") -> None:
        """`options`: what each key means, in a word or two. `label`: what is asked, if it is more
        than the purpose."""
        self.purpose, self._label, self._options = purpose, label or purpose, options
        self._came_from = self.screen.focused
        self.display = True
        self.refresh()
        self.screen.set_focus(self)

    def on_key(self, event: events.Key) -> None:
        if passed_on(self, event):
            return
        event.stop()
        event.prevent_default()
        self.action_drop()
        if event.key in self._options:
            self.post_message(self.Chosen(self.purpose, event.key))

    def action_drop(self) -> None:
        self.display = False
        self.screen.set_focus(self._came_from)
        self.post_message(self.Closed())

    def close(self) -> None:
        """The focus is elsewhere by now."""
        self.display = False
        self.post_message(self.Closed())

    def render_line(self, y: int) -> Strip:
        pieces: list[Span] = [(f" {safe(self._label)}:", "strong")]
        for key, words in self._options.items():
            pieces += [(f"  {key}", "accent"), (f" {words}", "muted")]
        return self.strip(fitted(pieces, self.size.width), self.size.width)
