"""The line where something is typed: a search, a filter, a line number, the name of a file."""

from __future__ import annotations

from typing import ClassVar

from textual import events
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.message import Message
from textual.widget import Widget
from textual.widgets import Input, Static

from batchtui.tui.viewer.text import cells
from batchtui.tui.widgets.keys_in_order import passed_on


class Prompt(Horizontal):
    """Has the focus while it is open, and gives it back."""

    BINDING_GROUP_TITLE = "Typing"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "leave", id="prompt.drop", tooltip="Leave it as it is"),
        Binding(
            "up", "older", "Older", show=False, id="prompt.older", tooltip="What was typed before"
        ),
        Binding(
            "down", "newer", "Newer", show=False, id="prompt.newer", tooltip="What was typed after"
        ),
    ]
    DEFAULT_CSS = """
    Prompt { height: 1; }
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
        """The line is free again. Comes before `Answered`."""

    def __init__(self) -> None:
        super().__init__()
        self.display = False
        self.purpose = ""
        self._came_from: Widget | None = None
        self._offered = ""
        self._history: dict[str, list[str]] = {}

    def compose(self) -> ComposeResult:
        yield Static("", markup=False)
        yield _Field(compact=True, select_on_focus=False)

    def ask(self, purpose: str, label: str, value: str = "", hint: str = "") -> None:
        """Ask for a text. `hint` is what stands there while nothing is typed.

        What is typed takes the place of `value`; after a key that moves the cursor, it joins it.
        """
        self.purpose = purpose
        self._came_from = self.screen.focused
        name = self.query_one(Static)
        name.update(f" {label} ")
        name.styles.width = cells(label) + 2
        self._offered = value
        field = self.query_one(Input)
        field.value, field.placeholder = value, hint
        field.select_all()
        self.display = True
        self.screen.set_focus(field)

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()

    def answer(self) -> None:
        text = self.query_one(Input).value.strip()
        if text:
            said = self._history.setdefault(self.purpose, [])
            said[:] = [each for each in said if each != text] + [text]
        self.action_drop()
        self.post_message(self.Answered(self.purpose, text))

    def action_older(self) -> None:
        self._recall(-1)

    def action_newer(self) -> None:
        """Down to what was offered or not yet typed, which is newer than all."""
        self._recall(1)

    def _recall(self, by: int) -> None:
        said = [each for each in self._history.get(self.purpose, []) if each != self._offered]
        said.append(self._offered)
        field = self.query_one(Input)
        at = said.index(field.value) if field.value in said else len(said) - 1
        if 0 <= at + by < len(said):
            field.value = said[at + by]
            field.cursor_position = len(field.value)

    def action_drop(self) -> None:
        self.display = False
        self.screen.set_focus(self._came_from)
        self.post_message(self.Closed())

    def close(self) -> None:
        """The focus is elsewhere by now."""
        self.display = False
        self.post_message(self.Closed())


class _Field(Input):
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "answer", "do it", id="prompt.answer", tooltip="Do it with this text"),
    ]

    def action_answer(self) -> None:
        self.query_ancestor(Prompt).answer()

    def on_key(self, event: events.Key) -> None:
        if passed_on(self, event):
            return
        prompt = self.query_ancestor(Prompt)
        act = {
            "enter": prompt.answer,
            "escape": prompt.action_drop,
            "up": prompt.action_older,
            "down": prompt.action_newer,
            "tab": _nothing,
            "shift+tab": _nothing,
        }
        if event.key in act:
            event.stop()
            event.prevent_default()
            act[event.key]()


def _nothing() -> None:
    """What is typed is for this line alone: no key leads out of it but Enter and Esc."""
