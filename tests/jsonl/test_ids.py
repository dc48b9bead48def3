"""The table of ids against a plain dictionary."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from batchtui.jsonl.ids import NO_ID, IdTable

IDS = st.lists(st.none() | st.integers(0, 40).map(lambda n: b"id-%d" % n), max_size=12)


@given(st.lists(IDS, max_size=12))
def test_it_numbers_and_finds_as_a_dictionary_does(portions: list[list[bytes | None]]) -> None:
    table, count = IdTable(), 0
    first_of: dict[bytes, int] = {}
    for portion in portions:
        firsts = table.extend(portion)
        for at, custom_id in enumerate(portion):
            if custom_id is None:
                assert firsts[at] == NO_ID
            else:
                assert firsts[at] == first_of.setdefault(custom_id, count + at)
        count += len(portion)
        assert len(table) == count
        asked = [None, b"unknown", *first_of]
        assert table.find(asked) == [NO_ID, NO_ID, *first_of.values()]


def test_it_grows() -> None:
    table, count = IdTable(), 20_000
    wanted = [b"request-%d" % number for number in range(count)]
    for start in range(0, count, 500):
        portion = wanted[start : start + 500]
        assert table.extend(portion) == list(range(start, start + 500))
    assert table.find(wanted) == list(range(count))
    assert table.extend(wanted[:3]) == [0, 1, 2]
