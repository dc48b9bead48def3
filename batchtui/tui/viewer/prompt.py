"""The line where something is typed: a search, a filter, a line number, the name of a file."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widgets import Input, Static

from batchtui.tui.viewer.text import cells


class Prompt(Horizontal):
    BINDING_GROUP_TITLE = "Typing"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "escape", "drop", "Drop", show=False, id="prompt.drop", tooltip="Leave it as it is"
        ),
        Binding(
            "up", "older", "Older", show=False, id="prompt.older", tooltip="What was typed before"
        ),
    ]
    DEFAULT_CSS = """
    Prompt { height: 1; display: none; }
    Prompt.-open { display: block; }
    Prompt Static { color: $accent; }
    Prompt Input { width: 1fr; }
    """

    class Answered(Message):
        """`text` was typed for `purpose`."""

        def __init__(self, purpose: str, text: str) -> None:
            super().__init__()
            self.purpose = purpose
            self.text = text

    class Closed(Message):
        """The pane should have the focus again. Comes before `Answered`."""

    def __init__(self, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self.purpose = ""
        self._history: dict[str, list[str]] = {}

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        yield Input(compact=True, select_on_focus=False)

    def ask(self, purpose: str, label: str, value: str = "", hint: str = "") -> None:
        """Ask for a text. `hint` is what stands there while nothing is typed."""
        self.purpose = purpose
        name = self.query_one(Static)
        name.update(f" {label} ")
        name.styles.width = cells(label) + 2
        field = self.query_one(Input)
        field.value, field.placeholder = value, hint
        field.cursor_position = len(value)
        self.add_class("-open")
        field.focus()

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        text = event.value.strip()
        if text:
            said = self._history.setdefault(self.purpose, [])
            said[:] = [each for each in said if each != text] + [text]
        self._close()
        self.post_message(self.Answered(self.purpose, text))

    def action_older(self) -> None:
        said = self._history.get(self.purpose, [])
        field = self.query_one(Input)
        at = said.index(field.value) if field.value in said else len(said)
        if at > 0:
            field.value = said[at - 1]
            field.cursor_position = len(field.value)

    def action_drop(self) -> None:
        self._close()

    def _close(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())
