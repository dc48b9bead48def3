"""Asks before something that cannot be undone; the answer is No unless one says yes."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Button, Static

from batchtui.visible import visible


class ConfirmScreen(ModalScreen[bool], inherit_bindings=False):
    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "answer(True)", "Yes", id="confirm.yes", tooltip="Yes, do it"),
        Binding("n,escape,q", "answer(False)", "No", id="confirm.no", tooltip="No, leave it"),
        Binding(
            "left,right,h,l",
            "app.focus_next",
            "Other answer",
            id="confirm.other",
            tooltip="The other answer",
        ),
    ]
    DEFAULT_CSS = """
    ConfirmScreen { align: center middle; }
    ConfirmScreen > Vertical {
        width: auto;
        max-width: 90%;
        min-width: 40;
        height: auto;
        max-height: 90%;
        border: $frame $error;
        padding: 1 2;
    }
    ConfirmScreen Static { width: auto; max-width: 100%; }
    ConfirmScreen Horizontal { height: 1; width: 100%; margin-top: 1; align-horizontal: right; }
    ConfirmScreen Button { margin-left: 2; }
    """

    def __init__(self, question: str) -> None:
        super().__init__()
        self._question = question

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(visible(self._question)))
            with Horizontal():
                yield Button("No", id="no", compact=True)
                yield Button("Yes", id="yes", compact=True)

    def on_mount(self) -> None:
        self.query_one("#no").focus()
        self.query_one(Vertical).border_subtitle = "y  yes   n  no"

    @on(Button.Pressed)
    def _pressed(self, event: Button.Pressed) -> None:
        self.dismiss(event.button.id == "yes")

    def action_answer(self, yes: bool) -> None:
        self.dismiss(yes)
