"""Saying no the way OpenAI does: a status and `{"error": {message, type, param, code}}`."""

from __future__ import annotations

from collections.abc import Mapping

from starlette.requests import Request
from starlette.responses import JSONResponse

from batchtui.gateway.json_answer import JsonAnswer


class Refusal(Exception):  # noqa: N818 - an answer, not a fault
    """A request that is answered with an error. `param` is the field to blame."""

    def __init__(
        self,
        status: int,
        message: str,
        *,
        param: str | None = None,
        code: str | None = None,
        kind: str = "invalid_request_error",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.message = message
        self.param = param
        self.code = code
        self.kind = kind
        self.headers = headers

    def response(self) -> JSONResponse:
        error = {
            "message": self.message,
            "type": self.kind,
            "param": self.param,
            "code": self.code,
        }
        return JsonAnswer({"error": error}, self.status, self.headers)


def answer_refusal(request: Request, error: Exception) -> JSONResponse:
    """Starlette's exception handler for `Refusal`."""
    assert isinstance(error, Refusal)
    return error.response()


def no_such_file(file_id: str, *, status: int = 404, param: str = "id") -> Refusal:
    return Refusal(status, f"No such File object: {shown(file_id)}", param=param)


def no_such_batch(batch_id: str) -> Refusal:
    return Refusal(404, f"No batch found with id '{shown(batch_id)}'.", param="id")


def shown(text: str) -> str:
    """A caller's own text inside a message: short, so that an answer stays small."""
    return text if len(text) <= 80 else f"{text[:77]}..."
