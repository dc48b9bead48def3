"""The look: one accent, one colour for trouble, one for success; the rest is the terminal's own.

The default theme names the terminal's palette, so it follows the user's colours, light or dark,
halves what goes over the wire, and has a look without any colour (`NO_COLOR`). The others bring
colours of their own, for terminals whose palette is hard to read.
"""

from __future__ import annotations

from typing import Final

from textual.theme import Theme

from batchtui.tui.glyphs import ASCII, glyphs

TERMINAL: Final = Theme(
    name="batchtui",
    ansi=True,
    dark=True,
    primary="ansi_cyan",
    secondary="ansi_cyan",
    accent="ansi_cyan",
    warning="ansi_yellow",
    error="ansi_red",
    success="ansi_green",
    foreground="ansi_default",
    background="ansi_default",
    surface="ansi_default",
    panel="ansi_default",
    boost="ansi_default",
    variables={
        "ansi-background": "ansi_default",
        "ansi-foreground": "ansi_default",
        "row-cursor": "ansi_default",
        "border": "ansi_cyan",
        "border-blurred": "ansi_default",
        "block-cursor-foreground": "ansi_black",
        "block-cursor-background": "ansi_cyan",
        "input-cursor-foreground": "ansi_black",
        "input-cursor-background": "ansi_cyan",
        "input-cursor-text-style": "none",
        "input-selection-foreground": "ansi_black",
        "input-selection-background": "ansi_cyan",
        "scrollbar": "ansi_cyan",
        "scrollbar-hover": "ansi_cyan",
        "scrollbar-active": "ansi_cyan",
        "scrollbar-background": "ansi_default",
        "scrollbar-background-hover": "ansi_default",
        "scrollbar-background-active": "ansi_default",
        "scrollbar-corner-color": "ansi_default",
        "footer-key-foreground": "ansi_cyan",
    },
)

DARK: Final = Theme(
    name="batchtui-dark",
    dark=True,
    primary="#5fafd7",
    secondary="#5fafd7",
    accent="#5fafd7",
    warning="#d7af5f",
    error="#ff8787",
    success="#87d787",
    foreground="#d0d0d0",
    background="#1c1c1c",
    surface="#1c1c1c",
    panel="#262626",
    boost="#262626",
    variables={"row-cursor": "#303030"},
)
LIGHT: Final = Theme(
    name="batchtui-light",
    dark=False,
    primary="#005f87",
    secondary="#005f87",
    accent="#005f87",
    warning="#5f4700",
    error="#af0000",
    success="#005f00",
    foreground="#262626",
    background="#eeeeee",
    surface="#eeeeee",
    panel="#e4e4e4",
    boost="#e4e4e4",
    variables={"row-cursor": "#d0d0d0"},
)
CONTRAST: Final = Theme(
    name="batchtui-contrast",
    dark=True,
    primary="#ffff00",
    secondary="#ffff00",
    accent="#ffff00",
    warning="#ffff00",
    error="#ff8787",
    success="#5fff5f",
    foreground="#ffffff",
    background="#000000",
    surface="#000000",
    panel="#000000",
    boost="#000000",
    variables={"row-cursor": "#00005f", "muted-style": "none"},
)
"""Every text at 7:1 at least, and nothing dimmed."""
THEMES: Final = (TERMINAL, DARK, LIGHT, CONTRAST)
DEFAULTS: Final = {"row-cursor": "ansi_default", "muted-style": "dim"}
"""What a theme that is not ours lacks."""
FRAMES: Final = {"frame": "round", "edge": "solid", "bar": "outer"}
ASCII_FRAMES: Final = {"frame": "ascii", "edge": "ascii", "bar": "ascii"}
"""The lines around a box, those between two parts of a screen, and that beside a note."""


def keep_to_ascii() -> None:
    """Scroll bars whose ends are whole cells, in all of this process."""
    from textual.scrollbar import ScrollBarRender

    ScrollBarRender.VERTICAL_BARS = ScrollBarRender.HORIZONTAL_BARS = [" "]


def defaults() -> dict[str, str]:
    return DEFAULTS | (ASCII_FRAMES if glyphs() is ASCII else FRAMES)
