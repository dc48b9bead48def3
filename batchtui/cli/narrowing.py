"""Makes a table as narrow as the terminal: columns are shortened or left out, never wrapped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Final

GAP: Final = 2
LEAST: Final = 12
"""A cell that is cut shorter than this says nothing any more."""
_CUT: Final = "..."


def narrowed(
    lines: Sequence[Sequence[str]],
    width: int,
    *,
    give_up: Sequence[int],
    floors: Mapping[int, int] | None = None,
) -> tuple[list[int], list[list[str]]]:
    """The columns that are kept, and `lines`, the header first, with these alone.

    `give_up`: the columns that may go, the first one first. The one at which the rest comes to fit
    is cut, where enough of it is left; a word of the header is never cut. `floors`: columns that
    stay, and are cut to no less than that. A table that has nothing more to give up stays too wide.
    """
    kept = list(range(len(lines[0])))
    widths = [max(len(line[column]) for line in lines) for column in kept]
    cut: dict[int, int] = {}
    for column in give_up:
        excess = sum(cut.get(each, widths[each]) + GAP for each in kept) - GAP - width
        if excess <= 0:
            break
        room = widths[column] - excess
        if floors and column in floors:
            cut[column] = max(room, min(floors[column] + len(_CUT), widths[column]))
            continue
        if room >= max(LEAST, len(lines[0][column])):
            cut[column] = room
            break
        kept.remove(column)
    return kept, [[_cut(line[each], cut.get(each)) for each in kept] for line in lines]


def _cut(cell: str, room: int | None) -> str:
    if room is None or len(cell) <= room:
        return cell
    return cell[: room - len(_CUT)] + _CUT


def telling_chars(identifiers: Sequence[str], least: int = 16) -> int:
    """How much of the beginning of each tells them apart."""
    chars, longest = least, max((len(each) for each in identifiers), default=0)
    different = len(set(identifiers))
    while chars < longest and len({each[:chars] for each in identifiers}) < different:
        chars += 1
    return chars
