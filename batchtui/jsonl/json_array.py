"""The items of a JSON array, one at a time: an array of any length needs the memory of one item."""

from __future__ import annotations

import codecs
import json
from collections.abc import Iterator
from typing import Any, Final

from batchtui.errors import InputError
from batchtui.jsonl.glance import BOM
from batchtui.jsonl.source import CHUNK_BYTES, Source

MOST_ITEM_CHARS: Final = 64_000_000
_BLANKS: Final = " \t\r\n"


class ArrayReader:
    """`items` reads forward; `done_bytes` says how far."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.done_bytes = 0
        self._text = ""
        self._at = 0
        self._line = 1
        self._decode = codecs.getincrementaldecoder("utf-8")().decode
        self._json = json.JSONDecoder()

    def items(self) -> Iterator[tuple[int, Any]]:
        """(number of the line that it begins on, value) of each item.

        Raises InputError, with the line, for what is no JSON array.
        """
        if self._next_char() != "[":
            raise self._fault("no JSON array: it should begin with [")
        self._at += 1
        if self._next_char() == "]":
            self._at += 1
        else:
            yield from self._each()
        if self._next_char():
            raise self._fault("something stands after the end of the array")

    def _each(self) -> Iterator[tuple[int, Any]]:
        while True:
            self._next_char()
            line = self._line
            yield line, self._item()
            mark = self._next_char()
            if mark not in (",", "]"):
                raise self._fault(f"a comma or ] should stand here, not {mark!r}")
            self._at += 1
            if mark == "]":
                return

    def _item(self) -> Any:
        """The item at the current place; more is read until it is whole."""
        while True:
            try:
                value, end = self._json.raw_decode(self._text, self._at)
            except json.JSONDecodeError as error:
                if self._more(doubling=True):
                    continue
                self._line += self._text.count("\n", self._at, error.pos)
                raise self._fault(f"no JSON: {error.msg}") from None
            except RecursionError:
                raise self._fault("nested too deeply to be read") from None
            # A number at the end of what was read may go on in the next piece.
            if end < len(self._text) or not self._more():
                self._line += self._text.count("\n", self._at, end)
                self._at = end
                return value

    def _next_char(self) -> str:
        """The next character that is not blank, not taken; empty at the end."""
        while True:
            text, at = self._text, self._at
            while at < len(text) and text[at] in _BLANKS:
                self._line += text[at] == "\n"
                at += 1
            self._at = at
            if at < len(text):
                return text[at]
            if not self._more():
                return ""

    def _more(self, *, doubling: bool = False) -> bool:
        """Read on, and forget what is done with; False at the end."""
        left = len(self._text) - self._at
        if left > MOST_ITEM_CHARS:
            raise self._fault(f"an item has more than {MOST_ITEM_CHARS:,} characters, or no end")
        wanted = max(CHUNK_BYTES, left) if doubling else CHUNK_BYTES
        data = self.source.read(self.done_bytes, wanted)
        try:
            text = self._decode(data.removeprefix(BOM) if not self.done_bytes else data, not data)
        except UnicodeDecodeError:
            raise self._fault("not UTF-8 from here on") from None
        self.done_bytes += len(data)
        self._text = self._text[self._at :] + text
        self._at = 0
        return bool(data)

    def _fault(self, message: str) -> InputError:
        return InputError(f"{self.source.path}: line {self._line}: {message}")
