"""The columns of a record table: what each shows, and which give way when there is no room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, Final, Generic, NamedTuple, TypeVar

from batchtui.tui.widgets.spans import Cell

R = TypeVar("R")

GAP: Final = 2
IMPORTANT: Final = 7
"""Before a column goes that is to be kept as long as this, others become as narrow as they can."""


class Column(NamedTuple, Generic[R]):
    """`width` in cells is the least it needs; a `grow` column shares the room left over.

    `keep`: the column with the lowest is the first to go when the screen is narrow. `order`: the
    value to sort by, None where sorting makes no sense; a cell whose text is longer than its
    column flows over the next ones as long as those are empty. A name that is too long loses its
    middle, anything else its end. `optional`: shown only where it is asked for. `least`: what it
    can do with, so that another one stays.
    """

    key: str
    title: str
    width: int
    cell: Callable[[R], Cell]
    grow: bool = False
    right: bool = False
    keep: int = 0
    is_name: bool = False
    order: Callable[[R], Any] | None = None
    optional: bool = False
    least: int = 0


class Placed(NamedTuple, Generic[R]):
    """A column on the screen: `x` and `width` in cells, from the table's left edge."""

    column: Column[R]
    x: int
    width: int


def placed(columns: Sequence[Column[R]], left: int, right: int) -> list[Placed[R]]:
    """The columns that fit between `left` and `right`, in order; never none."""
    shown = list(columns)
    while len(shown) > 1 and _needed(shown) > right - left:
        first = min(shown, key=lambda column: column.keep)
        if first.keep >= IMPORTANT and _least(shown) <= right - left:
            break
        shown.remove(first)
    excess = max(_needed(shown) - (right - left), 0)
    spare = max(right - left - _needed(shown), 0)
    growing = [column for column in shown if column.grow]
    places = []
    x = left
    for column in shown:
        less = min(excess, column.width - column.least) if column.least else 0
        excess -= less
        width = min(column.width - less, max(right - x, 1))
        if column in growing:
            share = spare // len(growing)
            extra = share + (spare % len(growing) if column is growing[-1] else 0)
            width += extra
        places.append(Placed(column, x, width))
        x += width + GAP
    return places


def chosen(columns: Sequence[Column[R]], keys: Sequence[str]) -> list[Column[R]]:
    """Those of `keys`, in that order; where it names none of them, all that are not optional."""
    by_key = {each.key: each for each in columns}
    found = [by_key[key] for key in dict.fromkeys(keys) if key in by_key]
    return found or [each for each in columns if not each.optional]


def _least(columns: Sequence[Column[R]]) -> int:
    return _needed([each._replace(width=each.least or each.width) for each in columns])


def _needed(columns: Sequence[Column[R]]) -> int:
    return sum(column.width for column in columns) + GAP * (len(columns) - 1)
