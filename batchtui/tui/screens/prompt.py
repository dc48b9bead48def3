"""Asks for one line of text, such as a path to write to."""

from __future__ import annotations

from typing import ClassVar

from textual import on
from textual.app import ComposeResult
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.content import Content
from textual.screen import ModalScreen
from textual.widgets import Input, Static

from batchtui.tui.widgets.field import Field
from batchtui.visible import visible


class PromptScreen(ModalScreen[str | None], inherit_bindings=False):
    """Answers the text, or None when it was left with Esc."""

    BINDING_GROUP_TITLE = "Question"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "dismiss(None)", "Leave", id="prompt.leave", tooltip="Leave, do nothing"),
    ]
    DEFAULT_CSS = """
    PromptScreen { align: center middle; }
    PromptScreen > Vertical {
        width: 72;
        max-width: 96%;
        height: auto;
        border: $frame $accent;
        padding: 1 2;
    }
    PromptScreen Static { width: 100%; height: auto; }
    PromptScreen Input { margin-top: 1; }
    """

    def __init__(self, question: str, answer: str) -> None:
        super().__init__()
        self._question = question
        self._answer = answer

    def compose(self) -> ComposeResult:
        with Vertical():
            yield Static(Content(visible(self._question)))
            yield Field(self._answer)

    def on_mount(self) -> None:
        self.query_one(Vertical).border_subtitle = "Enter  do it   Esc  leave"
        self.query_one(Field).select_all()

    @on(Input.Submitted)
    def _answered(self, event: Input.Submitted) -> None:
        self.dismiss(event.value)
