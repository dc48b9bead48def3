"""A multipart body as it comes in, a piece at a time: small fields are kept, the file goes on."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from python_multipart.multipart import MultipartParser, parse_options_header

from batchtui.gateway.refusal import Refusal, shown

_LARGEST_FIELD_BYTES: Final = 64 * 1024
_LONGEST_NAME: Final = 255


class Form:
    """`fields` by name; `filename` is None until the part named `file` begins, whose bytes go to
    `take`. Raises FormParserError, and Refusal 400 for a form that is not as it should be."""

    def __init__(self, boundary: bytes, take: Callable[[bytes], None]) -> None:
        self.fields: dict[str, str] = {}
        self.filename: str | None = None
        self._take = take
        self._header_name = bytearray()
        self._header_value = bytearray()
        self._disposition = b""
        self._field: str | None = None
        self._value = bytearray()
        self._ended = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value_data,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_finished,
                "on_part_data": self._part_data,
                "on_part_end": self._part_ends,
                "on_end": self._end,
            },
        )

    def feed(self, piece: bytes) -> None:
        self._parser.write(piece)

    def finish(self) -> None:
        self._parser.finalize()
        if not self._ended:
            raise Refusal(400, "The multipart body breaks off before its end.", param="file")

    def _part_begins(self) -> None:
        self._disposition = b""
        self._field = None
        self._value.clear()

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._header_name += data[start:end]

    def _header_value_data(self, data: bytes, start: int, end: int) -> None:
        self._header_value += data[start:end]

    def _header_ends(self) -> None:
        if self._header_name.lower() == b"content-disposition":
            self._disposition = bytes(self._header_value)
        self._header_name.clear()
        self._header_value.clear()

    def _headers_finished(self) -> None:
        _, options = parse_options_header(self._disposition)
        self._field = _decoded(options.get(b"name", b""))
        if self._field != "file":
            return
        if self.filename is not None:
            raise Refusal(400, "There must be only one file.", param="file")
        name = _decoded(options.get(b"filename", b""))
        self.filename = name.replace("\\", "/").rsplit("/", 1)[-1][:_LONGEST_NAME] or "upload"

    def _part_data(self, data: bytes, start: int, end: int) -> None:
        if self._field == "file":
            self._take(data[start:end])
            return
        self._value += data[start:end]
        if len(self._value) > _LARGEST_FIELD_BYTES:
            raise Refusal(400, f"The field '{shown(self._field or '')}' is too long.")

    def _part_ends(self) -> None:
        if self._field != "file" and self._field is not None:
            self.fields[self._field] = _decoded(bytes(self._value))

    def _end(self) -> None:
        self._ended = True


def _decoded(text: bytes) -> str:
    return text.decode("utf-8", "replace")
