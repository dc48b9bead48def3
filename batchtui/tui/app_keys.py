"""The keys that work on every screen."""

from __future__ import annotations

from typing import Final

from textual.binding import Binding, BindingType

from batchtui.tui.keys import HELP_ID

APP_KEYS: Final[list[BindingType]] = [
    Binding("question_mark,f1", "help", "help", id=HELP_ID, tooltip="The keys of this screen"),
    Binding(
        "colon",
        "command_line",
        "command",
        id="app.command",
        tooltip="A command by its name, as doctor",
    ),
    Binding(
        "ctrl+p",
        "command_palette",
        "Palette",
        show=False,
        id="app.palette",
        tooltip="Find a command by its name",
    ),
    Binding(
        "tab", "app.focus_next", "Next", show=False, id="app.next", tooltip="Next field or pane"
    ),
    Binding(
        "shift+tab",
        "app.focus_previous",
        "Previous",
        show=False,
        id="app.previous",
        tooltip="Previous field or pane",
    ),
    Binding("ctrl+l", "redraw", "Redraw", show=False, id="app.redraw", tooltip="Draw all again"),
    Binding(
        "ctrl+z",
        "suspend_process",
        "Suspend",
        show=False,
        id="app.suspend",
        tooltip="Back to the shell; `fg` returns",
    ),
    Binding(
        "escape",
        "drop_notes",
        "Notes",
        show=False,
        priority=True,
        id="app.notes",
        tooltip="Take away the notes that lie over the screen",
    ),
    Binding(
        "ctrl+q",
        "quit",
        "Quit",
        show=False,
        priority=True,
        id="app.quit",
        tooltip="Quit batchtui from anywhere",
    ),
    Binding(
        "ctrl+c",
        "help_quit",
        "How to quit",
        show=False,
        id="app.interrupt",
        tooltip="Say how to quit",
    ),
]
