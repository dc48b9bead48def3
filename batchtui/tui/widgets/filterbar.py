"""The line where a filter is typed: live while typing, Enter keeps it, Esc drops it."""

from __future__ import annotations

from typing import ClassVar

from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.content import Content
from textual.message import Message
from textual.widgets import Input, Static

from batchtui.tui.widgets.field import Field
from batchtui.visible import visible


class FilterField(Field):
    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding(
            "enter",
            "submit",
            "keep filter",
            id="filter.keep",
            tooltip="Keep the filter, back to the list",
        ),
    ]


class FilterBar(Horizontal):
    BINDING_GROUP_TITLE = "Filter"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "drop", "show all", id="filter.drop", tooltip="Show all rows again"),
    ]
    DEFAULT_CSS = """
    FilterBar { height: 1; display: none; }
    FilterBar.-open { display: block; }
    FilterBar #slash { width: 3; color: $accent; }
    FilterBar #told { width: auto; max-width: 60%; padding: 0 1; text-style: dim; }
    FilterBar #told.-trouble { color: $error; text-style: not dim; }
    FilterBar Input { width: 1fr; }
    """

    class Changed(Message):
        def __init__(self, text: str) -> None:
            super().__init__()
            self.text = text

    class Closed(Message):
        """The list should have the focus again."""

    def __init__(self, hint: str, *, id: str | None = None) -> None:  # noqa: A002
        super().__init__(id=id)
        self._hint = hint

    def compose(self) -> ComposeResult:
        yield Static(" /", markup=False, id="slash")
        yield FilterField(placeholder=self._hint)
        yield Static("", markup=False, id="told")

    @property
    def text(self) -> str:
        return self.query_one(Input).value

    def open(self) -> None:
        self.add_class("-open")
        self.query_one(Input).focus()

    def tell(self, text: str, *, trouble: bool = False) -> None:
        """How much is left, or what is not understood, at the right of what is typed."""
        told = self.query_one("#told", Static)
        told.set_class(trouble, "-trouble")
        told.update(Content(visible(text)))

    def show(self, text: str) -> None:
        self.query_one(Input).value = text

    def clear(self) -> None:
        self.query_one(Input).value = ""

    def on_input_changed(self, event: Input.Changed) -> None:
        event.stop()
        self.post_message(self.Changed(event.value))

    def on_input_submitted(self, event: Input.Submitted) -> None:
        event.stop()
        self.action_keep()

    def action_keep(self) -> None:
        self.remove_class("-open")
        self.post_message(self.Closed())

    def action_drop(self) -> None:
        self.clear()
        self.action_keep()
