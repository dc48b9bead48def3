"""The journal as a screen: every note and every trouble since the app began, the newest first."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar

from textual.binding import Binding, BindingType
from textual.widget import Widget

from batchtui.tui.batch_actions import copy_text
from batchtui.tui.figures import clock, moment
from batchtui.tui.glyphs import glyphs
from batchtui.tui.screens.frame import Frame
from batchtui.tui.widgets.lines import Lines
from batchtui.tui.widgets.spans import Cell


class MessagesScreen(Frame[None]):
    BINDING_GROUP_TITLE = "Messages"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("y", "copy", "copy all", id="messages.copy", tooltip="Copy all messages"),
    ]

    def compose_body(self) -> Iterable[Widget]:
        yield Lines(id="messages")

    def on_mount(self) -> None:
        self.show_title([("Messages", "strong")])
        self.query_one(Lines).show(self.lines())

    def account_changed(self) -> None:
        self.query_one(Lines).show(self.lines())

    def lines(self) -> list[Cell]:
        told = self.app.journal.newest_first()
        if not told:
            return ["Nothing was told yet. What passes by as a note is kept here."]
        failed = glyphs().failed
        return [
            [
                (f"{clock(each.at_s)}  ", "muted"),
                (f"{failed if each.is_trouble else ' '} ", "trouble"),
                (each.text, ""),
            ]
            for each in told
        ]

    def action_copy(self) -> None:
        told = self.app.journal.newest_first()
        text = "\n".join(f"{moment(each.at_s)}  {each.text}" for each in told)
        copy_text(self.app, text, "messages")
