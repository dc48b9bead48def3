"""Titles, status lines and custom_ids in little room: what is said, and what gives way."""

from __future__ import annotations

import pytest

from batchtui.jsonl.outcomes import Outcome
from batchtui.tui.viewer.id_column import IdColumn
from batchtui.tui.viewer.place_line import Place, counted, status

COUNTS = {
    Outcome.OK: 1400,
    Outcome.FAILED: 300,
    Outcome.EXPIRED: 50,
    Outcome.TRUNCATED: 49,
    Outcome.FILTERED: 48,
    Outcome.REFUSED: 47,
    Outcome.EMPTY: 46,
}


def text(pieces: list[tuple[str, str]]) -> str:
    return "".join(each for each, _ in pieces)


@pytest.mark.parametrize(
    ("width", "shown"),
    [
        (
            100,
            "1,400 ok  300 failed  50 expired  49 truncated  48 filtered  47 refused  46 empty",
        ),
        (70, "1.4k ok  300 failed  50 exp  49 trunc  48 filt  47 ref  46 empty"),
        (60, "1.4k ok 300 failed 50 exp 49 trunc 48 filt 47 ref 46 empty"),
        (40, "1.4k ok 300 failed 50 exp +4 more"),
        (10, "1.4k ok"),
    ],
)
def test_counts_keep_their_words(width: int, shown: str) -> None:
    assert text(list(counted(COUNTS, width))) == shown


def test_a_long_filter_gives_way_before_the_search_and_the_counts() -> None:
    place = Place("3 of 40", "", "outcome:ok and a very long filter", 12, 2, "needle", "1 of 3")
    assert text(list(status(place, 200))) == (
        "3 of 40   outcome:ok and a very long filter 12   2 marked   search: needle  1 of 3"
    )
    short = text(list(status(place, 70)))
    assert len(short) <= 70
    assert short.endswith(" 12   2 marked   search: needle  1 of 3")


def test_what_is_empty_is_not_said() -> None:
    assert text(list(status(Place("3 of 40"), 80))) == "3 of 40"


@pytest.mark.parametrize(
    ("ids", "shown"),
    [
        (["t-01", "t-2"], ["t-01", "t-2 "]),
        (["review-00001", "review-00012"], ["…00001", "…00012"]),
        (["a/b/c/d/0001/x.json", "a/b/c/d/0002/x.json"], ["…0001…", "…0002…"]),
        (
            ["3f2a9c1b-0000-4000-8000-00000000aaaa", "91b2cdef-1111-4111-8111-11111111bbbb"],
            ["3f2a…aaa", "91b2…bbb"],
        ),
        (["one-single-long-custom-id"], ["…m-id"]),
    ],
)
def test_ids_show_what_tells_them_apart(ids: list[str], shown: list[str]) -> None:
    column = IdColumn(8)
    column.take(ids)
    assert [column.cell(each).rstrip() for each in ids] == [each.rstrip() for each in shown]
    assert len({len(column.cell(each)) for each in ids}) == 1


def test_what_ids_have_in_common_only_becomes_less() -> None:
    column = IdColumn(8)
    assert column.take(["batch-000001", "batch-000002"])
    assert column.cell("batch-000001") == "…000001"
    assert not column.take(["batch-000003"])
    assert column.take(["other-000001"])
    assert column.cell("batch-000001") != column.cell("other-000001")
