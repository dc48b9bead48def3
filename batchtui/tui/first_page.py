"""What is on the terminal before the app is there: the first lines of a file, or an empty tab.

Loading the app takes several times longer than reading a page: who opens a file sees it at once,
and the app draws over it. Owns those few lines of plain text; imports nothing heavy. What it shows
is untrusted and made visible, like everything else.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import Final

from batchtui.tui.glyphs import glyphs
from batchtui.visible import visible

HEAD_BYTES: Final = 128 * 1024
LINE_CHARS: Final = 400
OTHER_SCREEN: Final = "\x1b[?1049h\x1b[H\x1b[2J"
BACK: Final = "\x1b[?1049l"
RULE: Final = "\n"
"""Stands for a line across the screen."""


@contextmanager
def first_page(path: Path | None) -> Iterator[None]:
    """Shows the beginning of the file at `path` while the block runs; the block's app takes over.

    None, a file that cannot be read, or one that is packed: shows nothing. Should the block fail,
    the terminal is as it was.
    """
    with _shown(_page(path, get_terminal_size().lines) if path else []):
        yield


@contextmanager
def first_frame(top: Sequence[str], status: str) -> Iterator[None]:
    """As `first_page`, of a tab: the lines at its `top`, and what it says under an empty list."""
    blank = get_terminal_size().lines - len(top) - 4
    with _shown([*top, RULE, *([""] * blank), RULE, status, ""] if blank > 0 else []):
        yield


@contextmanager
def _shown(page: Sequence[str]) -> Iterator[None]:
    if not page:
        yield
        return
    columns = get_terminal_size().columns
    sys.stderr.write(OTHER_SCREEN + "\r\n".join(_drawn(each, columns) for each in page))
    sys.stderr.flush()
    try:
        yield
    except BaseException:
        sys.stderr.write(BACK)
        sys.stderr.flush()
        raise


def _page(path: Path, rows: int) -> list[str]:
    """A screen of text: title, rule, numbered lines, rule, and a word that more is coming."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return []
    if not head or head.startswith(b"\x1f\x8b"):
        return []
    lines = head.removesuffix(b"\n").split(b"\n")[: max(rows - 4, 0)]
    shown = [f"{number:>7} {_text(line)}" for number, line in enumerate(lines, start=1)]
    blank = [""] * (rows - 4 - len(shown))
    return [f" {path.name}", RULE, *shown, *blank, RULE, " opening"]


def _text(line: bytes) -> str:
    return line[: LINE_CHARS * 4].decode("utf-8", "replace")[:LINE_CHARS]


def _drawn(line: str, columns: int) -> str:
    if line == RULE:
        return glyphs().rule * columns
    text = visible(line)
    return _cut(text if _is_utf8() else text.encode("ascii", "replace").decode(), columns)


def _cut(text: str, columns: int) -> str:
    """As much of `text` as fits: Chinese, Japanese and Korean take two cells, accents none."""
    if text.isascii():
        return text[:columns]
    cells = 0
    for at, character in enumerate(text):
        if unicodedata.combining(character):
            continue
        cells += 2 if unicodedata.east_asian_width(character) in "WF" else 1
        if cells > columns:
            return text[:at]
    return text


def _is_utf8() -> bool:
    return (sys.stderr.encoding or "").lower().replace("-", "") == "utf8"
