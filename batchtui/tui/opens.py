"""Lines of a batch's detail that lead somewhere, and where to. Data only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple, TypeAlias

from batchtui.tui.widgets.spans import Cell

if TYPE_CHECKING:
    from batchtui.workflows.where import Where


@dataclass(frozen=True, slots=True)
class ToResults:
    """The results. `where`: only those; None for all."""

    where: Where | None = None


@dataclass(frozen=True, slots=True)
class ToFile:
    """A file of the server. `line`: where to begin, from 1."""

    file_id: str
    name: str
    line: int | None = None


@dataclass(frozen=True, slots=True)
class ToBatch:
    batch_id: str


@dataclass(frozen=True, slots=True)
class ToSummary:
    """Read the result files, however large, to sum them up."""


Opens: TypeAlias = ToResults | ToFile | ToBatch | ToSummary


class Entry(NamedTuple):
    """A line, and what it opens."""

    cell: Cell
    opens: Opens | None = None


def called(opens: Opens | None) -> str:
    """As `does`, in as few words as a key line has room for."""
    return _ways(opens)[0]


def does(opens: Opens | None) -> str:
    """What Enter does there, in words."""
    return _ways(opens)[1]


def _ways(opens: Opens | None) -> tuple[str, str]:
    if isinstance(opens, ToFile):
        if opens.line:
            return "open there", "Enter opens the file there"
        return "open file", "Enter opens the file"
    if isinstance(opens, ToBatch):
        return "go there", "Enter goes to that batch"
    if isinstance(opens, ToSummary):
        return "sum up", "Enter reads the results for their summary"
    if isinstance(opens, ToResults) and opens.where is not None:
        return "list these", "Enter lists these requests"
    return "", ""
