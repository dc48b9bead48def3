"""A 2xx answer as a wire type, or a ProtocolError that says where it is not one."""

from __future__ import annotations

from typing import TypeVar

from pydantic import BaseModel, ValidationError

from batchtui.client.exchange import Answer
from batchtui.client.failures import unreadable
from batchtui.client.scrub import masked_body
from batchtui.client.target import Target
from batchtui.models.listing import Page
from batchtui.models.wire import WireModel

T = TypeVar("T", bound=BaseModel)
Item = TypeVar("Item", bound=WireModel)


def read(answer: Answer, model: type[T], target: Target, what: str) -> T:
    """`answer` as a `model`; `what` names it in the error, as "a batch"."""
    try:
        return model.model_validate_json(masked_body(answer.body, target.secrets))
    except ValidationError as error:
        why = _where(error)
    raise unreadable(answer, target, what, why)


def read_page(answer: Answer, model: type[Page[Item]], target: Target, what: str) -> Page[Item]:
    try:
        return model.from_json(masked_body(answer.body, target.secrets))
    except ValidationError as error:
        why = _where(error)
    raise unreadable(answer, target, what, why)


def _where(error: ValidationError) -> str:
    first = error.errors(include_url=False, include_context=False, include_input=False)[0]
    path = ".".join(str(part) for part in first["loc"])
    return f"{path}: {first['msg']}" if path else first["msg"]
