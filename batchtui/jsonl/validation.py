"""What validation found: the first problems, exact counts, statistics."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from operator import attrgetter

from batchtui.jsonl.problems import CODES, Problem
from batchtui.jsonl.statistics import Statistics


@dataclass
class Validation:
    """`problems` has the first ones in file order, those of the whole file last, at most
    `max_problems`; `counts` has the exact number of each code. `endpoint` and `model` are what the
    lines were compared with."""

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
        """Count and, while there is room, keep problems of lines after all earlier ones."""
        problems = sorted(found, key=attrgetter("line"))
        for each in problems:
            self.counts[each.code] = self.counts.get(each.code, 0) + 1
        room = self.max_problems - len(self.problems)
        if room > 0:
            self.problems.extend(problems[:room])

    def add_of_file(self, found: Problem) -> None:
        """Count and keep a problem of the file as a whole, even when the list is full."""
        self.counts[found.code] = self.counts.get(found.code, 0) + 1
        del self.problems[max(0, self.max_problems - 1) :]
        self.problems.append(found)

    def _count_of(self, severity: str) -> int:
        return sum(n for code, n in self.counts.items() if CODES[code].severity == severity)
