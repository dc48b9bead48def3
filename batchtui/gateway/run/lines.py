"""The lines of an input file, read a piece at a time: a file of any size needs little memory."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import Final

import msgspec

from batchtui.gateway.answer.answer import Ask

_PIECE_BYTES: Final = 128 * 1024


async def lines_of(path: Path) -> AsyncGenerator[tuple[int, bytes], None]:
    """Each line that is not blank, with its number from 1."""
    file = await asyncio.to_thread(path.open, "rb")
    try:
        number = 0
        while piece := await asyncio.to_thread(file.readlines, _PIECE_BYTES):
            for line in piece:
                number += 1
                if not line.isspace():
                    yield number, line
    finally:
        file.close()


class _Line(msgspec.Struct):
    custom_id: msgspec.Raw
    body: msgspec.Raw


_decode = msgspec.json.Decoder(_Line).decode


def ask_of(line: bytes, endpoint: str) -> Ask:
    """What a valid line asks. Raises msgspec.DecodeError for a line that is not valid."""
    read = _decode(line)
    return Ask(bytes(read.custom_id), endpoint, bytes(read.body))


def custom_id_of(line: bytes) -> bytes:
    """The custom_id's JSON text; `null` for a line that is not valid."""
    try:
        return bytes(_decode(line).custom_id)
    except msgspec.DecodeError:
        return b"null"
