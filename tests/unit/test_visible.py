"""Nothing that could steer a terminal, or reorder what is read, gets through."""

from __future__ import annotations

import unicodedata

from hypothesis import given
from hypothesis import strategies as st

from batchtui.visible import id_tail, shortened, visible, visible_lines

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=[]))
UNSAFE = {"Cc", "Cs", "Zl", "Zp"}
BIDI = {"LRE", "RLE", "PDF", "LRO", "RLO", "LRI", "RLI", "FSI", "PDI"}


@given(ANY_TEXT)
def test_nothing_unsafe_is_left(text: str) -> None:
    shown = visible(text)
    assert not {unicodedata.category(each) for each in shown} & UNSAFE
    assert not {unicodedata.bidirectional(each) for each in shown} & BIDI
    shown.encode("utf-8")


@given(ANY_TEXT)
def test_it_is_stable(text: str) -> None:
    assert visible(visible(text)) == visible(text)


@given(ANY_TEXT)
def test_lines_are_split_where_a_person_sees_them(text: str) -> None:
    lines = visible_lines(text)
    assert len(lines) == text.count("\n") + 1
    assert all(visible(line) == line for line in lines)


def test_what_is_seen() -> None:
    assert visible("a\x1b[31mb") == "a␛[31mb"
    assert visible("\u202e\x9b") == "<U+202E>\\x9b"
    assert visible("\ud800") == "\\ud800"
    assert visible("two\nlines") == "two␊lines"
    assert visible("naïve 東京 😀") == "naïve 東京 😀"


@given(ANY_TEXT, st.integers(2, 80))
def test_shortened_fits(text: str, width: int) -> None:
    assert len(shortened(text, width)) <= width


@given(ANY_TEXT, st.integers(8, 80))
def test_an_id_fits(text: str, width: int) -> None:
    assert len(id_tail(text, width)) <= width
