"""What validation found: the first problems, exact counts, statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter
from typing import Final

from batchtui.jsonl.problems import CODES, Problem
from batchtui.jsonl.statistics import Statistics

FIRST_OF_EACH: Final = 20
"""Of each code so many problems are kept even when the list is full."""


@dataclass
class Validation:
    """`problems` has the first `max_problems` and at least the first FIRST_OF_EACH of each code, in
    file order, those of the whole file last; `counts` has the exact number of each code. `endpoint`
    and `model` are what the lines were compared with."""

    problems: list[Problem] = field(default_factory=list)
    counts: dict[str, int] = field(default_factory=dict)
    statistics: Statistics = field(default_factory=Statistics)
    endpoint: str | None = None
    model: str | None = None
    max_problems: int = 1000

    @property
    def ok(self) -> bool:
        """True when there is no error; warnings do not count."""
        return self.error_count == 0

    @property
    def error_count(self) -> int:
        return self._count_of("error")

    @property
    def warning_count(self) -> int:
        return self._count_of("warning")

    @property
    def left_out(self) -> int:
        """How many problems are counted and not in `problems`."""
        return sum(self.counts.values()) - len(self.problems)

    def add(self, found: Iterable[Problem]) -> None:
        """Count problems of lines after all earlier ones, and keep those there is room for."""
        for each in sorted(found, key=attrgetter("line")):
            self.add_of_file(each)

    def add_of_file(self, found: Problem) -> None:
        """The same for one problem, which may concern the file as a whole."""
        count = self.counts.get(found.code, 0) + 1
        self.counts[found.code] = count
        if len(self.problems) < self.max_problems or count <= FIRST_OF_EACH:
            self.problems.append(found)

    def _count_of(self, severity: str) -> int:
        return sum(n for code, n in self.counts.items() if CODES[code].severity == severity)
