"""One line of an output or error file, and the number of the input line inside its id."""

from __future__ import annotations

from typing import Final

import msgspec

from batchtui.gateway.answer.answer import Answer, NoAnswer

_NUMBER_DIGITS: Final = 12
_BATCH_DIGITS: Final = 20
_BEFORE_NUMBER: Final = len(b'{"id":"batch_req_') + _BATCH_DIGITS

_encode = msgspec.json.encode


def result_line(batch_id: str, number: int, custom_id: bytes, result: Answer | NoAnswer) -> bytes:
    """The line with its newline; `custom_id` is JSON text.

    The id tells the input line, so that the file itself says which lines are done, and a line
    asked again keeps its id.
    """
    head = f'{{"id":"batch_req_{batch_id[-_BATCH_DIGITS:]}{number:0{_NUMBER_DIGITS}x}","custom_id":'
    if isinstance(result, Answer):
        response = b',"response":{"status_code":%d,"request_id":%b,"body":%b},"error":null}\n' % (
            result.status,
            _encode(result.request_id),
            result.body,
        )
    else:
        error = {"code": result.code, "message": result.message}
        response = b',"response":null,"error":%b}\n' % _encode(error)
    return head.encode() + custom_id + response


def input_line_number(line: bytes) -> int:
    """The number inside a line that `result_line` made."""
    return int(line[_BEFORE_NUMBER : _BEFORE_NUMBER + _NUMBER_DIGITS], 16)
