"""The echo model: answers every line at once, offline, always the same way, and says what it is.

It takes any model name. The answer repeats the last input, then says that it is an echo;
`max_tokens` and its like cut it (`finish_reason` "length"), `response_format` makes it JSON,
embeddings are unit vectors made from a hash of the text. Token counts are a quarter of the
characters.

For demos and tests a request can ask for trouble: in its model name, as `echo-WORD`, or for one
line in the body's `metadata`, as `{"echo": "WORD"}`. WORD is one of

    fail-STATUS     that HTTP status (400 to 599) with an error body
    flaky-PERCENT   status 500 for that share of the lines, chosen by a hash of the custom_id
    once-PERCENT    the same, but only the first time that this process is asked for the line's
                    custom_id: a later batch has its answer
    slow-MS         the answer comes after MS milliseconds (at most ten minutes)
    refuse          the model refuses (chat and responses)
    filter          finish_reason content_filter (chat and completions)
    empty           an answer without text
"""

from __future__ import annotations

import asyncio
import hashlib
import json
from collections.abc import Callable
from typing import Any, Final

from batchtui.gateway.answer.answer import Answer, Ask, NoAnswer, Tokens
from batchtui.gateway.answer.echo_bodies import (
    BadBodyError,
    chat_completion,
    completion,
    embedding_list,
    response_object,
)
from batchtui.gateway.clock import Clock
from batchtui.models.endpoint import CHAT_COMPLETIONS, COMPLETIONS, EMBEDDINGS, RESPONSES

MODEL: Final = "echo"
_LONGEST_DELAY_MS: Final = 600_000
_LARGE_BYTES: Final = 256 * 1024

Maker = Callable[[dict[str, Any], str, int, str], tuple[dict[str, Any], Tokens]]
_MAKERS: Final[dict[str, Maker]] = {
    CHAT_COMPLETIONS: chat_completion,
    COMPLETIONS: completion,
    EMBEDDINGS: embedding_list,
    RESPONSES: response_object,
}


class Echo:
    def __init__(self, clock: Clock, delay_s: float = 0.0) -> None:
        self._clock = clock
        self._delay_s = delay_s
        self._failed_once: set[bytes] = set()

    async def answer(self, ask: Ask, giving_up: asyncio.Event) -> Answer | NoAnswer | None:
        if len(ask.body) > _LARGE_BYTES:
            answer, delay_s = await asyncio.to_thread(self.compose, ask)
        else:
            answer, delay_s = self.compose(ask)
        if delay_s + self._delay_s > 0:
            await asyncio.sleep(delay_s + self._delay_s)
        return answer

    async def models(self) -> list[dict[str, Any]]:
        return [{"id": MODEL, "object": "model", "created": 0, "owned_by": "batchtui"}]

    async def aclose(self) -> None:
        return None

    def compose(self, ask: Ask) -> tuple[Answer, float]:
        digest = hashlib.sha256(ask.custom_id + b"\0" + ask.body).hexdigest()
        request_id = f"req_{digest[:32]}"
        delay_s = 0.0
        try:
            body = _parse(ask.body)
            word, number = _trouble(body)
            if word == "slow":
                delay_s = min(number, _LONGEST_DELAY_MS) / 1000
            elif word == "fail":
                raise _FailureError(number if 400 <= number <= 599 else 500)
            elif word == "flaky" and int(digest[:8], 16) % 100 < number:
                raise _FailureError(500)
            elif word == "once":
                self._fail_once(ask.custom_id, number)
            made, tokens = _MAKERS[ask.endpoint](body, digest, int(self._clock.now()), word)
        except BadBodyError as error:
            failed = _error(error.message, "invalid_request_error", error.param)
            return Answer(400, failed, request_id), delay_s
        except RecursionError:
            failed = _error("The body is nested too deeply.", "invalid_request_error", None)
            return Answer(400, failed, request_id), delay_s
        except _FailureError as failure:
            text = f"The offline echo model was asked to fail with status {failure.status}."
            kind = "invalid_request_error" if failure.status < 500 else "server_error"
            return Answer(failure.status, _error(text, kind, None), request_id), delay_s
        return Answer(200, _compact(made), request_id, tokens), delay_s

    def _fail_once(self, custom_id: bytes, percent: int) -> None:
        key = hashlib.sha256(custom_id).digest()[:16]
        if int.from_bytes(key[:4]) % 100 < percent and key not in self._failed_once:
            self._failed_once.add(key)
            raise _FailureError(500)


class _FailureError(Exception):
    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


def _parse(text: bytes) -> dict[str, Any]:
    try:
        body = json.loads(text)
    except (ValueError, RecursionError):
        raise BadBodyError("The body is not valid JSON.", None) from None
    if not isinstance(body, dict):
        raise BadBodyError("The body must be a JSON object.", None)
    return body


def _trouble(body: dict[str, Any]) -> tuple[str, int]:
    """The word that the request carries, and its number."""
    metadata = body.get("metadata")
    text = metadata.get("echo") if isinstance(metadata, dict) else None
    if not isinstance(text, str):
        model = body.get("model")
        text = model[5:] if isinstance(model, str) and model.startswith("echo-") else ""
    word, _, number = text.partition("-")
    return word, int(number) if number.isascii() and number.isdecimal() else 1000


def _error(message: str, kind: str, param: str | None) -> bytes:
    return _compact({"error": {"message": message, "type": kind, "param": param, "code": None}})


def _compact(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode()
