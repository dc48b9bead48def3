"""The lines of an input file, read a piece at a time: a file of any size needs little memory."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator
from pathlib import Path
from typing import BinaryIO, Final

import msgspec

from batchtui.gateway.answer.answer import Ask

_PIECE_BYTES: Final = 128 * 1024


async def lines_of(path: Path) -> AsyncGenerator[tuple[int, bytes], None]:
    """Each line that is not blank, with its number from 1."""
    with _opened(path) as file:
        number = 0
        while piece := await asyncio.to_thread(file.readlines, _PIECE_BYTES):
            for line in piece:
                number += 1
                if not line.isspace():
                    yield number, line


def _opened(path: Path) -> BinaryIO:
    """Opened without a thread: one that is cancelled while it waits would leave the file open."""
    return path.open("rb")


class _Line(msgspec.Struct):
    custom_id: msgspec.Raw
    body: msgspec.Raw


_decode = msgspec.json.Decoder(_Line).decode


def ask_of(line: bytes, endpoint: str) -> Ask:
    """What a valid line asks. Raises ValueError or RecursionError for one that is not valid."""
    custom_id, body = _parts(line)
    return Ask(custom_id, endpoint, body)


def custom_id_of(line: bytes) -> bytes:
    """The custom_id's JSON text; `null` for a line that is not valid."""
    try:
        return _parts(line)[0]
    except (ValueError, RecursionError):
        return b"null"


def _parts(line: bytes) -> tuple[bytes, bytes]:
    """The JSON text of custom_id and body. msgspec refuses half a character pair, json does not."""
    try:
        read = _decode(line)
    except msgspec.DecodeError:
        value = json.loads(line)
        if not isinstance(value, dict) or not {"custom_id", "body"} <= value.keys():
            raise ValueError("no custom_id or no body") from None
        return json.dumps(value["custom_id"]).encode(), json.dumps(value["body"]).encode()
    return bytes(read.custom_id), bytes(read.body)
