"""One line that asks for one key: what to copy, what to export."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from textual import events
from textual.binding import Binding, BindingType
from textual.message import Message
from textual.strip import Strip

from batchtui.tui.widgets.spans import Span, fitted
from batchtui.tui.widgets.toned import Toned


class Choice(Toned, can_focus=True):
    """While it is open it has the focus; any key that is no answer closes it."""

    BINDING_GROUP_TITLE = "One key"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "Drop", show=False, id="choice.drop", tooltip="Nothing of these"),
    ]
    DEFAULT_CSS = """
    Choice { height: 1; display: none; }
    Choice.-open { display: block; }
    """

    class Chosen(Message):
        def __init__(self, purpose: str, key: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.key = key

    class Closed(Message):
        """The pane should have the focus again. Comes before `Chosen`."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.purpose = ""
        self._options: Mapping[str, str] = {}

    def ask(self, purpose: str, options: Mapping[str, str]) -> None:
        """`options`: what each key means, in a word or two."""
        self.purpose, self._options = purpose, options
        self.add_class("-open")
        self.refresh()
        self.focus()

    def on_key(self, event: events.Key) -> None:
        if event.key == "escape":
            return
        event.stop()
        event.prevent_default()
        self.action_drop()
        if event.key in self._options:
            self.post_message(self.Chosen(self.purpose, event.key))

    def action_drop(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())

    def render_line(self, y: int) -> Strip:
        pieces: list[Span] = [(f" {self.purpose}:", "strong")]
        for key, words in self._options.items():
            pieces += [(f"  {key}", "accent"), (f" {words}", "muted")]
        return self.strip(fitted(pieces, self.size.width), self.size.width)
