"""The view of rows of many heights never leaves the list, and goes where it is asked to."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.tui.viewer.viewport import Viewport

HEIGHTS = st.lists(st.integers(1, 9), min_size=1, max_size=20)
MOVES = st.lists(st.tuples(st.booleans(), st.integers(-40, 40)), max_size=20)


@settings(deadline=None)
@given(heights=HEIGHTS, height=st.integers(1, 12), moves=MOVES)
def test_as_an_obvious_list_of_all_lines(
    heights: list[int], height: int, moves: list[tuple[bool, int]]
) -> None:
    every = [(row, part) for row, size in enumerate(heights) for part in range(size)]
    bounds = 0, len(heights) - 1
    view = Viewport(lambda row: heights[row])
    view.height = height
    for scrolls, number in moves:
        before = every.index((view.top, view.part))
        if scrolls:
            moved = view.scroll(number, bounds)
            lowest = max(len(every) - height, 0)
            wanted = max(0, min(before + number, max(lowest, before if number > 0 else 0)))
            if number <= 0:
                wanted = max(0, before + number)
            assert every.index((view.top, view.part)) == wanted
            assert moved == (wanted != before)
        else:
            row = number % len(heights)
            view.reveal(row, bounds)
            shown = [part for each, part in view.lines(bounds[1]) if each == row]
            assert shown
            if heights[row] < height and row != view.top:
                assert shown == list(range(heights[row]))
        place = every.index((view.top, view.part))
        assert view.lines(bounds[1]) == every[place : place + height]


def test_rows_counted_from_the_end() -> None:
    view = Viewport(lambda _: 1)
    view.height = 5
    assert view.reveal(-1, (-20, -1))
    assert [row for row, _ in view.lines(-1)] == [-5, -4, -3, -2, -1]
    assert view.reveal(0, (0, 99))
    assert view.top == 0


def test_no_line_is_left_blank_while_rows_above_are_hidden() -> None:
    heights = [1, 3, 1, 1]
    view = Viewport(lambda row: heights[row])
    view.height = 5
    view.top = 3
    assert view.fill((0, 3))
    assert view.lines(3) == [(1, 0), (1, 1), (1, 2), (2, 0), (3, 0)]
    assert not view.fill((0, 3))
    view.height = 9
    assert view.fill((0, 3))
    assert (view.top, view.part) == (0, 0)
