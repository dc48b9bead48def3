"""What all wire types share: lenience where servers are lenient, and nothing lost.

Unknown fields are kept. A timestamp may be epoch seconds, as a number or text, or ISO 8601 (Azure,
Together); an id may be `""` where it should be absent.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict


class WireModel(BaseModel):
    """A JSON object of the API. Frozen: a changed object is a new one, from a new answer."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


def epoch_seconds(value: Any) -> Any:
    """Any server's time as whole epoch seconds; None for an absent or unreadable one."""
    if value is None or isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if abs(value) < 1e15 else None
    if not isinstance(value, str) or not value.strip():
        return None
    text = value.strip()
    if text.isdecimal() and text.isascii():
        return int(text[:18])
    try:
        when = datetime.fromisoformat(text)
    except ValueError:
        return None
    return int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())


def none_if_empty(value: Any) -> Any:
    return None if value == "" else value


def zero_if_none(value: Any) -> Any:
    return 0 if value is None else value


def empty_if_none(value: Any) -> Any:
    return "" if value is None else value


Timestamp = Annotated[int | None, BeforeValidator(epoch_seconds)]
OptionalId = Annotated[str | None, BeforeValidator(none_if_empty)]
Count = Annotated[int, BeforeValidator(zero_if_none)]
Text = Annotated[str, BeforeValidator(empty_if_none)]
