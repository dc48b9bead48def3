"""What stands on a terminal where nothing fits; it goes away when the terminal grows."""

from __future__ import annotations

from typing import Final

from textual.app import ComposeResult
from textual.geometry import Size
from textual.screen import Screen

from batchtui.tui.widgets.line import Line

LEAST: Final = Size(40, 10)


def is_too_small(size: Size) -> bool:
    return size.width < LEAST.width or size.height < LEAST.height


class TooSmallScreen(Screen[None], inherit_bindings=False):
    DEFAULT_CSS = """
    TooSmallScreen { overflow: hidden; }
    """

    def compose(self) -> ComposeResult:
        yield Line("terminal too small")
        yield Line(f"{LEAST.width}x{LEAST.height} at least")
