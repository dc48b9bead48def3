"""The rows of a table in the order they are shown: filtered, sorted, found by key.

Owns the work, in portions: many rows take longer than a key press may wait, so whoever asks runs
`steps` as far as there is time, and `show`s the outcome when it is there. Knows no widget.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count, islice
from operator import itemgetter
from typing import Any, Final, Generic, NamedTuple, TypeVar

R = TypeVar("R")

PORTION: Final = 1_000
RUN: Final = 8_192
"""So many rows are sorted in one go; more are sorted in runs, and these merged."""
Steps = Generator[None, None, "Outcome[R]"]


@dataclass(slots=True)
class Coming(Generic[R]):
    """Rows on their way in: `rows` so far, the rest in `source`."""

    source: Iterator[R]
    rows: list[R]


class Outcome(NamedTuple, Generic[R]):
    """What is to be shown. `places`: of each key among `shown`; None where nobody needs it yet."""

    given: list[R]
    shown: list[R]
    places: dict[str, int] | None
    coming: Coming[R] | None


class Arranged(Generic[R]):
    """All rows, and those shown. Keys are unique; the order given is kept where nothing sorts.

    `matches`, `order` and `descending` count from the next `steps` on. Rows whose sort value is
    None come last in both directions.
    """

    def __init__(self, key: Callable[[R], str]) -> None:
        self.key = key
        self.matches: Callable[[R], bool] | None = None
        self.order: Callable[[R], Any] | None = None
        self.descending = False
        self.shown: Sequence[R] = ()
        self._given: list[R] = []
        self._coming: Coming[R] | None = None
        self._numbers: dict[str, int] | None = {}
        self._places: dict[str, int] | None = {}

    def __len__(self) -> int:
        return len(self.shown)

    def __getitem__(self, place: int) -> R:
        return self.shown[place]

    def take(self, rows: Iterable[R]) -> None:
        """The whole list anew, from the next `show` on."""
        self._coming = Coming(iter(rows), [])

    def are_more_than(self, few: int) -> bool:
        """How many the next `steps` have to do with; looks at no more rows than that."""
        coming = self._coming
        if coming is None:
            return len(self._given) > few
        coming.rows += islice(coming.source, max(few + 1 - len(coming.rows), 0))
        return len(coming.rows) > few

    def steps(self) -> Steps[R]:
        """Read what is coming, filter and sort it. Changes nothing that is shown.

        May be left at any step and begun anew.
        """
        coming, matches, order = self._coming, self.matches, self.order
        given = self._given
        if coming is not None:
            given = coming.rows
            while portion := list(islice(coming.source, PORTION)):
                given += portion
                yield
        shown = given
        if matches is not None:
            shown = []
            for begin in range(0, len(given), PORTION):
                shown += [row for row in given[begin : begin + PORTION] if matches(row)]
                yield
        if order is not None:
            shown = yield from _sorted(shown, order, self.descending)
        places: dict[str, int] | None = None
        if len(given) > RUN:
            places = {}
            for begin in range(0, len(shown), PORTION):
                part = shown[begin : begin + PORTION]
                places.update(zip(map(self.key, part), count(begin), strict=False))
                yield
        return Outcome(given, shown, places, coming)

    def show(self, outcome: Outcome[R]) -> None:
        if outcome.coming is self._coming:
            self._coming = None
        if self._given is not outcome.given:
            self._given = outcome.given
            self._numbers = None
        self.shown = outcome.shown
        self._places = outcome.places
        if outcome.shown is outcome.given and outcome.places is not None:
            self._numbers = outcome.places

    @property
    def is_outdated(self) -> bool:
        """Newer rows have come than those shown."""
        return self._coming is not None

    def put(self, rows: Iterable[R]) -> bool:
        """New values for rows that are there; True when that may change which are shown, and where.

        Others are left out.
        """
        numbers = self._known()
        known = [(numbers.get(self.key(row)), row) for row in rows]
        for number, row in known:
            if number is not None:
                self._given[number] = row
        return self.matches is not None or self.order is not None

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


def _sorted(
    rows: list[R], order: Callable[[R], Any], descending: bool
) -> Generator[None, None, list[R]]:
    value = itemgetter(0)
    unknown: list[R] = []
    runs: list[list[tuple[Any, R]]] = []
    for begin in range(0, len(rows), RUN):
        run: list[tuple[Any, R]] = []
        for at in range(begin, min(begin + RUN, len(rows)), PORTION):
            pairs = [(order(row), row) for row in rows[at : min(at + PORTION, begin + RUN)]]
            run += [pair for pair in pairs if pair[0] is not None]
            unknown += [row for known, row in pairs if known is None]
            yield
        run.sort(key=value, reverse=descending)
        runs.append(run)
        yield
    while len(runs) > 1:
        merged = []
        for at in range(0, len(runs), 2):
            both = [pair for run in runs[at : at + 2] for pair in run]
            both.sort(key=value, reverse=descending)
            merged.append(both)
            yield
        runs = merged
    return [row for run in runs for _, row in run] + unknown
