"""A widget that draws lines of toned text: the few colours of the app, as component styles."""

from __future__ import annotations

from typing import ClassVar

from rich.style import Style
from textual.strip import Strip
from textual.widget import Widget

from batchtui.tui.widgets.spans import Span, Tone, segments

TONES: tuple[Tone, ...] = ("strong", "muted", "accent", "trouble", "success")


class Toned(Widget):
    """Mixin: `tone` and `tone_on` give the style of a tone on the widget's own background."""

    COMPONENT_CLASSES: ClassVar[set[str]] = {f"toned--{tone}" for tone in TONES}
    DEFAULT_CSS = """
    Toned {
        & > .toned--strong { text-style: bold; }
        & > .toned--muted { text-style: $muted-style; }
        & > .toned--accent { color: $accent; }
        & > .toned--trouble { color: $error; }
        & > .toned--success { color: $success; }
    }
    """
    ALLOW_SELECT = False

    _tone_styles: dict[Tone, Style] | None = None

    def tone(self, tone: Tone) -> Style:
        if self._tone_styles is None:
            self._tone_styles = {
                "": self.rich_style,
                **{each: self.get_component_rich_style(f"toned--{each}") for each in TONES},
            }
        return self._tone_styles[tone]

    def notify_style_update(self) -> None:
        self._tone_styles = None
        super().notify_style_update()

    def strip(self, pieces: list[Span], width: int) -> Strip:
        """One line of exactly `width` cells from `pieces` that are as wide already."""
        return Strip(segments(pieces, self.tone), width)
