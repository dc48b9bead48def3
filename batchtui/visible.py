"""Makes untrusted text safe to show: what would steer a terminal becomes a symbol one can see.

Files, servers and models are untrusted: an ESC or a C1 byte in an answer would reach the terminal,
a bidirectional override would reorder what is read, a lone surrogate would break the output.
Owns only that; knows no colours and no widths.
"""

from __future__ import annotations

from typing import Final

_PICTURES: Final = {code: chr(0x2400 + code) for code in range(0x20)} | {0x7F: "␡"}
_C1: Final = {code: f"\\x{code:02x}" for code in range(0x80, 0xA0)}
_INVISIBLE: Final = (
    0xAD,
    0x034F,
    0x061C,
    0x180E,
    *range(0x200B, 0x2010),
    *range(0x2028, 0x202F),
    *range(0x2060, 0x2070),
    0xFEFF,
    *range(0xFFF9, 0xFFFC),
    *range(0x1D173, 0x1D17B),
    *range(0xE0000, 0xE0080),
)
_SURROGATES: Final = {code: f"\\u{code:04x}" for code in range(0xD800, 0xE000)}
_TABLE: Final = {
    **_PICTURES,
    **_C1,
    **{code: f"<U+{code:04X}>" for code in _INVISIBLE},
    **_SURROGATES,
}
_TEXT_TABLE: Final = {
    **_TABLE,
    0x0A: "\n",
    0x09: "    ",
}


def visible(text: str) -> str:
    """`text` as one line with nothing invisible in it; a newline is shown as ␊."""
    return text if text.isascii() and text.isprintable() else text.translate(_TABLE)


def visible_lines(text: str) -> list[str]:
    """`text` as the lines a person would see, each as `visible`; tabs become four spaces."""
    plain = text.replace("\r\n", "\n")
    return plain.translate(_TEXT_TABLE).split("\n")


def shortened(text: str, width: int) -> str:
    """`text`, made visible, in at most `width` characters, with an ellipsis where it was cut."""
    shown = visible(text[: width + 1])
    return shown if len(shown) <= width and len(text) <= width else f"{shown[: width - 1]}…"


def id_tail(identifier: str, width: int = 14) -> str:
    """An opaque id short enough for a table: its head, `..`, and its last four characters."""
    shown = visible(identifier)
    return shown if len(shown) <= width else f"{shown[: max(width - 6, 1)]}..{shown[-4:]}"
