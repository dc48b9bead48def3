"""What lists are made of: a page, and the model object."""

from __future__ import annotations

from typing import Annotated, Any, Generic, Self, TypeVar

from pydantic import BeforeValidator, Field

from batchtui.models.wire import FirstFit, Flag, Id, OptionalId, Timestamp, WireModel

T = TypeVar("T", bound=WireModel)


def _no_items(value: Any) -> Any:
    """Some servers send a null `data` for none."""
    return [] if value is None else value


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
