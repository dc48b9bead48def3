"""What lists are made of: a page, and the model object."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BeforeValidator, Field, model_validator

from batchtui.models.wire import (
    FirstFit,
    Flag,
    Id,
    OptionalId,
    Text,
    Timestamp,
    WireModel,
    whole_number,
)

T = TypeVar("T", bound=WireModel)


def _no_items(value: Any) -> Any:
    """Some servers send a null `data` for none."""
    return [] if value is None else value


def _price(value: Any) -> float | None:
    """A price that is one; LiteLLM's own configuration may hold text or nonsense."""
    try:
        price = float(value)
    except (TypeError, ValueError):
        return None
    return price if 0 <= price < float("inf") else None


class Page(WireModel, Generic[T]):
    """One page of a list. `has_more` is None where the server does not say (Groq)."""

    object: OptionalId = "list"
    data: Annotated[list[T] | Annotated[list[T], BeforeValidator(_no_items)], FirstFit] = Field(
        default_factory=list
    )
    first_id: OptionalId = None
    last_id: OptionalId = None
    has_more: Flag = None

    @classmethod
    def from_json(cls, body: bytes) -> Self:
        """A page from an answer's bytes; Together answers with a bare array, which is all there
        is. Raises pydantic's ValidationError.
        """
        if body.lstrip()[:1] == b"[":
            body = b'{"has_more": false, "data": %b}' % body
        return cls.model_validate_json(body)


class Model(WireModel):
    id: Id
    object: OptionalId = "model"
    created: Timestamp = None
    owned_by: OptionalId = None


class ModelInfo(WireModel):
    """What a LiteLLM proxy knows of a model it routes to. Prices are US dollars for one token.

    `mode`: what it is for, as "batch" or "chat". None: the proxy does not say.
    """

    model_name: Text = ""
    mode: OptionalId = None
    max_input_tokens: Annotated[int | None, BeforeValidator(whole_number)] = None
    max_output_tokens: Annotated[int | None, BeforeValidator(whole_number)] = None
    input_cost_per_token: Annotated[float | None, BeforeValidator(_price)] = None
    output_cost_per_token: Annotated[float | None, BeforeValidator(_price)] = None
    input_cost_per_token_batches: Annotated[float | None, BeforeValidator(_price)] = None
    output_cost_per_token_batches: Annotated[float | None, BeforeValidator(_price)] = None

    @model_validator(mode="before")
    @classmethod
    def _flat(cls, value: Any) -> Any:
        """The facts stand in `model_info`. Only what is read here is kept: there are hundreds."""
        if not isinstance(value, dict) or not isinstance(value.get("model_info"), dict):
            return value
        known = {k: v for k, v in value["model_info"].items() if k in cls.model_fields}
        return {**known, "model_name": value.get("model_name")}


class ModelInfos(WireModel):
    data: list[ModelInfo] = Field(default_factory=list)
