"""The looks: readable, in as few colours as the terminal has, and never by colour alone."""

from __future__ import annotations

import re

import pytest
from textual.color import Color
from textual.theme import Theme

from batchtui import paths
from batchtui.tui import theme
from tests.tui.support import CannedApp, make_batch, screen_text, until, until_shown
from tests.tui.terminal import Terminal

RUN = """
import sys
from batchtui.config import Profile
from batchtui.tui.run import run_app
sys.exit(run_app(Profile("dead", "http://127.0.0.1:9")))
"""
OWN = [each for each in theme.THEMES if not each.ansi]
COLOURS_256 = re.compile(rb"\x1b\[[0-9;]*[34]8;5[0-9;]*m")
TRUE_COLOURS = re.compile(rb"\x1b\[[0-9;]*[34]8;2[0-9;]*m")
COLOURS_16 = re.compile(rb"\x1b\[(?:[0-9]+;)*(?:3[0-7]|4[0-7]|9[0-7]|10[0-7])[;m]")


def contrast(one: str, other: str) -> float:
    """As WCAG 2 has it, 1 to 21."""

    def luminance(colour: str) -> float:
        parts = [
            each / 12.92 if each <= 0.03928 else ((each + 0.055) / 1.055) ** 2.4
            for each in Color.parse(colour).normalized
        ]
        return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]

    lighter, darker = sorted((luminance(one), luminance(other)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


@pytest.mark.parametrize("look", OWN, ids=lambda look: look.name)
def test_every_text_can_be_read(look: Theme) -> None:
    least = 7.0 if look is theme.CONTRAST else 4.5
    for name in ("foreground", "accent", "error", "success", "warning"):
        for behind in (look.background, look.variables["row-cursor"]):
            colour = getattr(look, name)
            assert contrast(colour, behind or "") >= least, (name, colour, behind)


@pytest.mark.parametrize("look", theme.THEMES, ids=lambda look: look.name)
async def test_the_same_words_in_every_look(look: Theme) -> None:
    app = CannedApp(make_batch(1, "failed", request_counts=None), make_batch(2, "in_progress"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "✗ failed")
        before = screen_text(app)
        app.theme = look.name
        await until(pilot, lambda: screen_text(app) == before)


def use(look: str) -> None:
    paths.config_file().parent.mkdir(parents=True)
    paths.config_file().write_text(f'[app]\ntheme = "{look}"\n')


@pytest.mark.parametrize("look", [each.name for each in OWN])
def test_a_terminal_of_256_colours_gets_no_more(look: str) -> None:
    use(look)
    with Terminal(RUN, {"TERM": "screen-256color", "COLORTERM": ""}) as terminal:
        output = terminal.read_until("next try in")
        assert COLOURS_256.search(output)
        assert not TRUE_COLOURS.search(output)


@pytest.mark.parametrize("look", [each.name for each in OWN])
def test_a_terminal_of_16_colours_gets_no_more(look: str) -> None:
    use(look)
    with Terminal(RUN, {"TERM": "xterm", "COLORTERM": ""}) as terminal:
        output = terminal.read_until("next try in")
        assert COLOURS_16.search(output)
        assert not COLOURS_256.search(output)
        assert not TRUE_COLOURS.search(output)


@pytest.mark.parametrize("look", [each.name for each in OWN])
def test_without_colours_there_are_none_in_any_look(look: str) -> None:
    use(look)
    with Terminal(RUN, {"TERM": "screen-256color", "NO_COLOR": "1"}) as terminal:
        output = terminal.read_until("next try in")
        for colours in (COLOURS_16, COLOURS_256):
            assert not colours.search(output), colours.search(output)
