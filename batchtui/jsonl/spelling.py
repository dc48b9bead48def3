"""How JSON may spell a text: what bytes to look for when a person types it."""

from __future__ import annotations

import itertools
import json

_MOST_CASED = 3


def spellings(text: str, *, ignore_case: bool = False) -> list[bytes]:
    """The byte strings that stand for `text` in a file: as it is, and inside a JSON string with
    characters beyond ASCII plain or as `\\uXXXX`. Longest first, no two the same.

    `ignore_case`: all in ASCII lower case, to be looked for in bytes that were made lower case.
    """
    found: set[bytes] = set()
    for variant in _cases(text) if ignore_case else (text,):
        plain = json.dumps(variant, ensure_ascii=False)[1:-1]
        escaped = json.dumps(variant)[1:-1]
        for spelled in (variant, plain, escaped, _upper_hex(escaped, variant)):
            found.add(spelled.encode("utf-8", "surrogatepass"))
    if ignore_case:
        found = {each.lower() for each in found}
    return sorted(found, key=lambda each: (-len(each), each))


def _cases(text: str) -> list[str]:
    """`text` with its letters beyond ASCII in both cases; for many of them, all alike."""
    both = [{char.lower(), char.upper()} if not char.isascii() else {char} for char in text]
    if sum(len(pair) > 1 for pair in both) > _MOST_CASED:
        return [text, text.lower(), text.upper(), text.capitalize()]
    return ["".join(chars) for chars in itertools.product(*both)]


def _upper_hex(escaped: str, text: str) -> str:
    """`escaped` with the digits of its `\\uXXXX` in upper case, where `text` needs such escapes."""
    if text.isascii() and text.isprintable():
        return escaped
    pieces = []
    at = 0
    while at < len(escaped):
        size = 6 if escaped.startswith("\\u", at) else 2 if escaped[at] == "\\" else 1
        piece = escaped[at : at + size]
        pieces.append("\\u" + piece[2:].upper() if size == 6 else piece)
        at += size
    return "".join(pieces)
