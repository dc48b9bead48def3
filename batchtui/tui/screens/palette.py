"""The command palette: Textual's, in the lines and colours of the app."""

from __future__ import annotations

from typing import Final

from textual.command import CommandPalette

ID: Final = "--command-palette"
"""By which Textual knows that it is open."""


class Palette(CommandPalette):
    CSS = """
    Palette {
        SearchIcon { display: none; }
        & > .command-palette--help-text { text-style: not bold; }
        & > Vertical { margin-top: 2; width: 76; max-width: 96%; }
        #--input { padding: 0 1; border: $frame $accent; }
        #--input.--list-visible { border-bottom: none; }
        CommandInput, CommandInput:focus { border: none; text-style: none; }
        CommandList { border: $frame $accent; border-top: none; scrollbar-size-vertical: 1; }
        CommandList:focus { border: $frame $accent; border-top: none; }
    }
    """

    def __init__(self) -> None:
        super().__init__(placeholder="Search for a command", id=ID)
