"""A filter that forgives: where no row has what was typed, those that have its letters in order."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, TypeVar

from batchtui.tui.filters import Fields

R = TypeVar("R")


class FuzzyFields(Fields[R]):
    """As Fields; `rows` gives all there are, to see whether any has the very words."""

    def __init__(
        self, text: Callable[[R], str], *, rows: Callable[[], Iterable[R]], **more: Any
    ) -> None:
        super().__init__(text, **more)
        self._rows = rows

    def matcher(self, typed: str) -> Callable[[R], bool] | None:
        exact = super().matcher(typed)
        if exact is None or any(exact(row) for row in self._rows()):
            return exact
        terms = typed.split()
        loose = [term.casefold() for term in terms if ":" not in term]
        strict = super().matcher(" ".join(term for term in terms if ":" in term))

        def matches(row: R) -> bool:
            text = self.text(row).casefold()
            return all(in_order(term, text) for term in loose) and (strict is None or strict(row))

        return matches


def in_order(letters: str, text: str) -> bool:
    """True when `text` has these letters in this order, with anything between."""
    rest = iter(text)
    return all(letter in rest for letter in letters)
