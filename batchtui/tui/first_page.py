"""The first lines of a file, on the terminal before the app is there to show them.

Loading the app takes several times longer than reading a page: who opens a file sees it at once,
and the app draws over it. Owns those few lines of plain text; imports nothing heavy. What it shows
is untrusted and made visible, like everything else.
"""

from __future__ import annotations

import sys
import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import get_terminal_size
from typing import Final

from batchtui.visible import visible

HEAD_BYTES: Final = 128 * 1024
LINE_CHARS: Final = 400
OTHER_SCREEN: Final = "\x1b[?1049h\x1b[H\x1b[2J"
BACK: Final = "\x1b[?1049l"


@contextmanager
def first_page(path: Path | None) -> Iterator[None]:
    """Shows the beginning of the file at `path` while the block runs; the block's app takes over.

    None, a file that cannot be read, or one that is packed: shows nothing. Should the block fail,
    the terminal is as it was.
    """
    size = get_terminal_size()
    page = _page(path, size.columns, size.lines) if path else ""
    if not page:
        yield
        return
    sys.stderr.write(OTHER_SCREEN + page)
    sys.stderr.flush()
    try:
        yield
    except BaseException:
        sys.stderr.write(BACK)
        sys.stderr.flush()
        raise


def _page(path: Path, columns: int, rows: int) -> str:
    """A screen of text: title, rule, numbered lines, rule, and a word that more is coming."""
    try:
        with path.open("rb") as file:
            head = file.read(HEAD_BYTES)
    except OSError:
        return ""
    if not head or head.startswith(b"\x1f\x8b"):
        return ""
    rule = ("─" if _is_utf8() else "-") * columns
    lines = head.removesuffix(b"\n").split(b"\n")[: max(rows - 4, 0)]
    shown = [f"{number:>7} {_text(line)}" for number, line in enumerate(lines, start=1)]
    blank = [""] * (rows - 4 - len(shown))
    page = [f" {visible(path.name)}", rule, *shown, *blank, rule, " opening"]
    return "\r\n".join(_cut(each, columns) for each in page)


def _text(line: bytes) -> str:
    text = visible(line[: LINE_CHARS * 4].decode("utf-8", "replace")[:LINE_CHARS])
    return text if _is_utf8() else text.encode("ascii", "replace").decode()


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
