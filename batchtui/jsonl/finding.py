"""The problems of one line while it is judged."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from batchtui.jsonl.problems import Problem, problem

_REPAIRS = {"method": "set_method", "url": "set_url"}
_TYPE_NAMES: dict[type, str] = {
    bool: "a boolean",
    int: "a number",
    float: "a number",
    str: "a string",
    list: "an array",
    type(None): "null",
}


@dataclass(slots=True)
class Findings:
    """Adds to `problems` what is found on line `number`, with its custom_id once that is known."""

    number: int
    problems: list[Problem]
    custom_id: str | None = None

    def add(
        self, code: str, message: str, *, column: int | None = None, field: str | None = None
    ) -> None:
        self.problems.append(
            problem(
                code, self.number, message, column=column, field=field, custom_id=self.custom_id
            )
        )

    def missing(self, field: str) -> None:
        self.problems.append(
            problem(
                "missing_required_parameter",
                self.number,
                f"{field} is missing",
                field=field,
                custom_id=self.custom_id,
                repair=_REPAIRS.get(field),
            )
        )

    def mistyped(self, field: str, wanted: str, value: Any) -> None:
        self.add("invalid_type", f"{field} must be {wanted}, not {type_name(value)}", field=field)


def type_name(value: Any) -> str:
    """What JSON calls the type of a decoded value, with its article."""
    return _TYPE_NAMES.get(type(value), "an object")
