"""What all wire types share: lenience where servers are lenient, and nothing lost.

Unknown fields are kept. A timestamp may be epoch seconds, as a number or text, or ISO 8601 (Azure,
Together); an id may be `""` where it should be absent; numbers come as text and text as numbers
(Novita). Each type tries the right form first, which pydantic checks without calling Python: a
page of 100 batches takes half the time so. Only what nobody could use is refused.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, StrictBool, StrictInt, StrictStr

LAST_SECOND: Final = 253402300799
"""The end of the year 9999: no calendar goes on."""

_MAX_DIGITS: Final = 18


class WireModel(BaseModel):
    """A JSON object of the API. Frozen: a changed object is a new one, from a new answer."""

    model_config = ConfigDict(extra="allow", frozen=True, protected_namespaces=())


def epoch_seconds(value: Any) -> int | None:
    """Any server's time as whole epoch seconds; None for an absent or unreadable one."""
    seconds = whole_number(value)
    if seconds is None and isinstance(value, str):
        try:
            when = datetime.fromisoformat(value.strip())
        except ValueError:
            return None
        seconds = int((when if when.tzinfo else when.replace(tzinfo=UTC)).timestamp())
    return seconds if seconds is not None and 0 <= seconds <= LAST_SECOND else None


def whole_number(value: Any) -> int | None:
    """A number, or the digits of one as text; None for anything else."""
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        return int(value) if abs(value) < 10**_MAX_DIGITS else None
    if isinstance(value, str):
        digits = value.strip()
        if digits.isascii() and digits.isdecimal() and len(digits) <= _MAX_DIGITS:
            return int(digits)
    return None


def count(value: Any) -> int:
    return max(whole_number(value) or 0, 0)


def text(value: Any) -> str:
    """Text, or a number as text; what else there may be is no text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)


def optional_text(value: Any) -> str | None:
    return text(value) or None


def needed_text(value: Any) -> Any:
    """A number as text; what else there may be is left for pydantic to refuse."""
    return str(value) if isinstance(value, int) and not isinstance(value, bool) else value


def flag(value: Any) -> bool | None:
    if isinstance(value, str):
        return {"true": True, "false": False}.get(value.strip().casefold())
    return None


def nothing(_: Any) -> None:
    """For a part that is of no use in another form than its own."""


_Seconds = Annotated[StrictInt, Field(ge=0, le=LAST_SECOND)]
_Word = Annotated[StrictStr, Field(min_length=1)]
_Natural = Annotated[StrictInt, Field(ge=0)]
_AnyTime = Annotated[int | None, BeforeValidator(epoch_seconds)]
_AnyWord = Annotated[str | None, BeforeValidator(optional_text)]
_AnyNumber = Annotated[int, BeforeValidator(count)]
_AnyFlag = Annotated[bool | None, BeforeValidator(flag)]

FirstFit: Final = Field(union_mode="left_to_right")
"""Takes the first type of a union that fits: the right form, then the lenient one.

Null comes before both, whatever the order.
"""

Timestamp = Annotated[_Seconds | _AnyTime | None, FirstFit]
Id = Annotated[StrictStr | Annotated[str, BeforeValidator(needed_text)], FirstFit]
OptionalId = Annotated[_Word | _AnyWord | None, FirstFit]
Text = Annotated[StrictStr | Annotated[str, BeforeValidator(text)], FirstFit]
Count = Annotated[_Natural | _AnyNumber, FirstFit]
Flag = Annotated[StrictBool | _AnyFlag | None, FirstFit]
Nothing = Annotated[None, BeforeValidator(nothing)]
