"""What lists are made of: a page, and the model object."""

from __future__ import annotations

from typing import Any, Generic, TypeVar

from pydantic import Field, model_validator

from batchtui.models.wire import OptionalId, Timestamp, WireModel

T = TypeVar("T", bound=WireModel)


class Page(WireModel, Generic[T]):
    """One page of a list. `has_more` is None where the server does not say (Groq)."""

    object: str | None = "list"
    data: list[T] = Field(default_factory=list)
    first_id: OptionalId = None
    last_id: OptionalId = None
    has_more: bool | None = None

    @model_validator(mode="before")
    @classmethod
    def _bare_list(cls, value: Any) -> Any:
        """Together answers with a bare array; some servers send a null `data` for none."""
        if isinstance(value, list):
            return {"data": value, "has_more": False}
        if isinstance(value, dict) and value.get("data") is None:
            return {**value, "data": []}
        return value


class Model(WireModel):
    id: str
    object: str | None = "model"
    created: Timestamp = None
    owned_by: OptionalId = None
