"""What a person types to narrow a list: words, and `field:value` terms that all must match.

`status:failed,expired model:gpt age:<2d nightly`: a comma means or, case does not matter, a field
with `<` or `>` compares. A term with an unknown field is looked for as text, as it stands.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Final, Generic, TypeVar

R = TypeVar("R")

_UNITS: Final = {"": 1.0, "s": 1.0, "m": 60.0, "h": 3_600.0, "d": 86_400.0, "k": 1e3, "M": 1e6}
_FIELD: Final = re.compile(r"[a-z][a-z_.-]*")
_COMPARISON: Final = re.compile(r"([<>])(\d+(?:\.\d+)?)([smhdkM]?)")


class Fields(Generic[R]):
    """What a row can be asked for: its `text`, named words, and named numbers."""

    def __init__(
        self,
        text: Callable[[R], str],
        *,
        words: Mapping[str, Callable[[R], str]] | None = None,
        numbers: Mapping[str, Callable[[R], float | None]] | None = None,
        tags: Callable[[R], Mapping[str, str]] | None = None,
    ) -> None:
        self.text = text
        self.words = words or {}
        self.numbers = numbers or {}
        self.tags = tags

    def matcher(self, typed: str) -> Callable[[R], bool] | None:
        """None when nothing is typed: then every row is shown."""
        terms = [self._term(term) for term in typed.split()]
        if not terms:
            return None
        return lambda row: all(term(row) for term in terms)

    def complaint(self, typed: str) -> str:
        """What of `typed` is not understood as it is surely meant; empty when nothing."""
        for term in typed.split():
            field, colon, wanted = term.partition(":")
            field = field.casefold()
            if not colon or not _FIELD.fullmatch(field):
                continue
            if field in self.numbers:
                if wanted and not _COMPARISON.fullmatch(wanted):
                    return f"{field}: needs < or > and a number"
            elif field not in self.words and not (self.tags and field.startswith("tag.")):
                return f"no field {field}: {', '.join(self.names)}"
        return ""

    @property
    def names(self) -> list[str]:
        return [*self.words, *self.numbers, *(["tag.NAME"] if self.tags else [])]

    def _term(self, term: str) -> Callable[[R], bool]:
        field, colon, wanted = term.partition(":")
        field = field.casefold()
        if colon and wanted:
            if field in self.numbers and (found := _COMPARISON.fullmatch(wanted)):
                return _compare(self.numbers[field], *found.groups())
            if field in self.words:
                return _contains(self.words[field], wanted)
            if self.tags is not None and field.startswith("tag."):
                tags, key = self.tags, term.partition(":")[0][4:]
                return _contains(lambda row: tags(row).get(key, ""), wanted)
        return _contains(self.text, term, commas=False)


def _contains(
    value: Callable[[R], str], wanted: str, *, commas: bool = True
) -> Callable[[R], bool]:
    folded = [each for each in wanted.casefold().split(",") if each] if commas else []
    either = folded or [wanted.casefold()]

    def matches(row: R) -> bool:
        text = value(row).casefold()
        return any(each in text for each in either)

    return matches


def _compare(
    value: Callable[[R], float | None], sign: str, number: str, unit: str
) -> Callable[[R], bool]:
    bound = float(number) * _UNITS[unit]

    def matches(row: R) -> bool:
        known = value(row)
        return known is not None and (known < bound if sign == "<" else known > bound)

    return matches
