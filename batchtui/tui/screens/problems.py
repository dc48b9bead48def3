"""What a server would refuse in a file, line by line, before anything is sent."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui.screens.checking import CHECK_KEYS, CheckingScreen


class ProblemsScreen(CheckingScreen):
    BINDING_GROUP_TITLE = "Problems"
    BINDINGS: ClassVar[list[BindingType]] = [
        *CHECK_KEYS,
        Binding("c", "create", "new batch", id="problem.create", tooltip="A batch from this file"),
    ]
    back_to = "Local"

    def compose_body(self) -> Iterable[Widget]:
        yield from self.compose_problems()

    def on_mount(self) -> None:
        self.path_changed()
        self.action_validate()

    def path_changed(self) -> None:
        self.show_title([(self.path.name, "strong"), ("  problems", "muted")])

    def action_create(self) -> None:
        if self.app.session is None:
            self.app.tell("Not connected: press 1 to see how")
            return
        from batchtui.tui.screens.create import CreateScreen

        self.app.switch_screen(CreateScreen(self.path))
