"""The rows of a table in the order they are shown: filtered, sorted, found by key."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any, Generic, TypeVar

R = TypeVar("R")


class Arranged(Generic[R]):
    """All rows, and those shown. Keys are unique; the order given is kept where nothing sorts."""

    def __init__(self, key: Callable[[R], str]) -> None:
        self.key = key
        self.matches: Callable[[R], bool] | None = None
        self.order: Callable[[R], Any] | None = None
        self.descending = False
        self.shown: Sequence[R] = ()
        self._given: list[R] = []
        self._numbers: dict[str, int] | None = {}
        self._places: dict[str, int] | None = {}

    def __len__(self) -> int:
        return len(self.shown)

    def __getitem__(self, place: int) -> R:
        return self.shown[place]

    def replace(self, rows: Iterable[R]) -> None:
        self._given = list(rows)
        self._numbers = None
        self.arrange()

    def update(self, rows: Iterable[R]) -> None:
        """New values for rows that are there; others are left out."""
        numbers = self._known()
        known = [(numbers.get(self.key(row)), row) for row in rows]
        given = list(self._given)
        for number, row in known:
            if number is not None:
                given[number] = row
        self._given = given
        self.arrange()

    def arrange(self) -> None:
        """Filter and sort again. Rows whose sort value is None come last in both directions."""
        rows = self._given
        if self.matches is not None:
            rows = [row for row in rows if self.matches(row)]
        if self.order is not None:
            valued = [(self.order(row), row) for row in rows]
            known = [pair for pair in valued if pair[0] is not None]
            known.sort(key=lambda pair: pair[0], reverse=self.descending)
            rows = [row for _, row in known] + [row for value, row in valued if value is None]
        self.shown = rows
        self._places = None

    def all(self) -> Iterator[R]:
        return iter(self._given)

    def total(self) -> int:
        return len(self._given)

    def has(self, key: str) -> bool:
        """True when there is a row of `key`, shown or not."""
        return key in self._known()

    def place(self, key: str | None, near: int = 0) -> int | None:
        """Where the row of `key` is shown, counted from 0; found at once if it is at `near`."""
        if key is None:
            return None
        if 0 <= near < len(self.shown) and self.key(self.shown[near]) == key:
            return near
        if self._places is None:
            self._places = {self.key(row): place for place, row in enumerate(self.shown)}
        return self._places.get(key)

    def _known(self) -> dict[str, int]:
        if self._numbers is None:
            self._numbers = {self.key(row): number for number, row in enumerate(self._given)}
        return self._numbers
