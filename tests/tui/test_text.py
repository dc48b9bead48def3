"""Figures, filters, spans, pace: the pure parts of what the screens say."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from batchtui.tui import figures
from batchtui.tui.batch_cells import bar
from batchtui.tui.batch_detail import trend
from batchtui.tui.filters import Fields
from batchtui.tui.pace import Paces
from batchtui.tui.widgets.lines import wrapped
from batchtui.tui.widgets.spans import Span, both_ends, cut_in_the_middle, fitted, spans, width_of
from tests.tui.support import NOW_S, make_batch


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (None, "-"),
        (0, "0"),
        (9_312, "9,312"),
        (10_000, "10k"),
        (31_000, "31k"),
        (1_240_000, "1.2M"),
    ],
)
def test_counts(number: int | None, text: str) -> None:
    assert figures.count(number) == text


@pytest.mark.parametrize(
    ("number", "text"), [(999, "999"), (1_000, "1.0k"), (2_900, "2.9k"), (999_950, "1.0M")]
)
def test_short_counts(number: int, text: str) -> None:
    assert figures.short_count(number) == text


@pytest.mark.parametrize(
    ("size", "text"),
    [(None, "-"), (0, "0 B"), (999, "999 B"), (48_200_000, "48.2 MB"), (190_000_000, "190 MB")],
)
def test_sizes(size: int | None, text: str) -> None:
    assert figures.size(size) == text


@pytest.mark.parametrize(
    ("seconds", "short", "long"),
    [
        (None, "-", "-"),
        (-5, "0s", "0s"),
        (9.9, "9s", "9s"),
        (2_470, "41m", "41m 10s"),
        (83_940, "23h", "23h 19m"),
        (2_520_000, "29d", "29d 4h"),
        (3_600, "1h", "1h"),
    ],
)
def test_spans_of_time(seconds: float | None, short: str, long: str) -> None:
    assert figures.span(seconds) == short
    assert figures.long_span(seconds) == long


def test_absurd_times_are_no_crash() -> None:
    assert figures.moment(10**18) == "1970-01-01 00:00:00"


@given(st.integers(min_value=0, max_value=10**15))
def test_a_count_is_never_wider_than_its_column(number: int) -> None:
    assert len(figures.count(number)) <= 8
    assert len(figures.short_count(number)) <= 8


@given(st.text(), st.integers(min_value=0, max_value=60), st.booleans())
def test_fitted_is_exactly_as_wide_as_asked(text: str, width: int, right: bool) -> None:
    assert width_of(fitted(spans(text), width, right=right)) == width


@given(st.text(), st.text(), st.integers(min_value=0, max_value=120))
def test_both_ends_fill_the_line(left: str, right: str, width: int) -> None:
    assert width_of(both_ends(left, right, width)) == width


@given(st.text(), st.integers(min_value=20, max_value=80))
def test_wrapped_lines_fit_and_lose_nothing_but_spaces(text: str, width: int) -> None:
    lines = wrapped(spans(text), width)
    assert all(width_of(line) <= width for line in lines)
    joined = "".join(part for line in lines for part, _ in line)
    assert joined.replace(" ", "") == "".join(part for part, _ in spans(text)).replace(" ", "")


def test_lines_break_between_words_and_go_on_in_their_column() -> None:
    cell: list[Span] = [
        ("   line 2  ", "muted"),
        ("The field is missing ", ""),
        ("(id).", "strong"),
    ]
    assert ["".join(part for part, _ in line).rstrip() for line in wrapped(cell, 31)] == [
        "   line 2  The field is missing",
        "           (id).",
    ]
    assert wrapped(cell, 31)[1][1] == ("(id).", "strong")
    told: list[Span] = [("input       ", "muted"), ("file-0123456789abcdef", "")]
    assert ["".join(part for part, _ in line) for line in wrapped(told, 22)] == [
        "input       file-01234",
        "            56789abcde",
        "            f",
    ]
    assert [line[-1][0] for line in wrapped([("not a word (custom_id) in it", "")], 20)] == [
        "not a word ",
        "(custom_id) in it",
    ]


def test_a_bar_is_full_only_at_the_end_and_never_empty_after_the_start() -> None:
    assert bar(0, 100) == "░" * 10
    assert bar(1, 1_000_000) == "█" + "░" * 9
    assert bar(999_999, 1_000_000) == "█" * 9 + "░"
    assert bar(5, 5) == "█" * 10
    assert bar(3, 0) == "█" + "░" * 9
    assert cell_len(bar(50, 10)) == 10


def test_a_trend_of_nothing_is_flat() -> None:
    assert trend([]) == ""
    assert trend([0.0, 0.0]) == "▁▁"
    assert trend([1.0, 2.0]) == "▅█"


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", ""),
        ("status:failed age:<2d tag.x:y words", ""),
        ("status: age:", ""),
        ("http://x a:b/c 12:30", "no field http: status, age, tag.NAME"),
        ("state:failed", "no field state: status, age, tag.NAME"),
        ("age:2d", "age: needs < or > and a number"),
        ("age:<soon", "age: needs < or > and a number"),
    ],
)
def test_a_filter_that_is_not_understood_is_told(typed: str, said: str) -> None:
    fields: Fields[str] = Fields(
        str, words={"status": str}, numbers={"age": lambda _: None}, tags=lambda _: {}
    )
    assert fields.complaint(typed) == said


def test_a_batch_without_movement_is_flagged() -> None:
    paces = Paces()

    def seen(answered: int, at_s: float) -> float | None:
        counts = {"total": 100, "completed": answered, "failed": 0}
        batch = make_batch(1, "in_progress", in_progress_at=NOW_S, request_counts=counts)
        paces.observe([batch], at_s)
        return paces.still_s(batch, at_s)

    assert seen(0, NOW_S + 60) is None
    assert seen(0, NOW_S + 40 * 60) == 40 * 60
    assert seen(5, NOW_S + 41 * 60) is None
    assert seen(5, NOW_S + 81 * 60) == 40 * 60
    assert seen(100, NOW_S + 82 * 60) is None
    assert seen(100, NOW_S + 200 * 60) is None


def test_filter_terms() -> None:
    fields: Fields[dict[str, str]] = Fields(
        lambda row: row["text"],
        words={"status": lambda row: row["status"]},
        numbers={"age": lambda row: float(row["age"]) if row["age"] else None},
        tags=lambda row: {"team": row["team"]},
    )
    row = {"text": "Nightly a:b run", "status": "failed", "age": "3600", "team": "ads"}

    def matches(typed: str) -> bool:
        matcher = fields.matcher(typed)
        return matcher is None or matcher(row)

    for typed in (
        "",
        "night",
        "RUN night",
        "status:failed",
        "status:done,failed",
        "age:<2h",
        "age:>59m",
        "tag.team:ads",
        "a:b",
        "status:",
    ):
        assert matches(typed) is (typed != "status:"), typed
    for typed in (
        "day",
        "night day",
        "status:done",
        "age:<1h",
        "tag.team:ml",
        "tag.other:x",
        "x:y",
    ):
        assert not matches(typed), typed
    assert not (fields.matcher("age:<9d") or bool)({**row, "age": ""})


def test_pace_needs_two_answers_and_forgets_what_has_ended() -> None:
    paces = Paces()
    moving = make_batch(1, "in_progress", request_counts={"total": 100, "completed": 10})
    paces.observe([moving], NOW_S)
    assert paces.per_second(moving) is None
    later = make_batch(1, "in_progress", request_counts={"total": 100, "completed": 30})
    paces.observe([later], NOW_S + 10)
    assert paces.per_second(later) == 2.0
    assert paces.left_s(later) == 35.0
    paces.observe([later], NOW_S + 10)
    paces.observe([make_batch(1)], NOW_S + 20)
    assert paces.per_second(later) is None


def test_pace_counts_from_the_start_where_the_server_tells_it() -> None:
    paces = Paces()
    batch = make_batch(
        1,
        "in_progress",
        in_progress_at=NOW_S - 100,
        request_counts={"total": 100, "completed": 50},
    )
    paces.observe([batch], NOW_S)
    assert paces.per_second(batch) == 0.5
    assert paces.left_s(batch) == 100.0


@given(st.text(), st.integers(min_value=8, max_value=60))
def test_a_long_name_keeps_its_head_and_its_tail(text: str, width: int) -> None:
    shown = cut_in_the_middle(spans(text), width)
    assert width_of(shown) <= width
    if width_of(spans(text)) <= width:
        assert shown == spans(text)


def test_a_name_is_cut_where_names_do_not_differ() -> None:
    cut = cut_in_the_middle([("batch_0660d472d2d025_output.jsonl", "")], 20)
    assert cut == [("batch_0660…put.jsonl", "")]


@pytest.mark.parametrize(
    ("per_second", "text"),
    [
        (0.04, "0.0/s"),
        (12.64, "12.6/s"),
        (99.96, "100/s"),
        (2_041.2, "2,041/s"),
        (11303.4, "11k/s"),
    ],
)
def test_rates(per_second: float, text: str) -> None:
    assert figures.rate(per_second) == text


def test_a_word_that_fits_a_line_is_not_broken() -> None:
    input_row: list[Span] = [
        ("input       reviews-w46-de.jsonl   48.2 MB   ", ""),
        ("file-" + "8" * 32, ""),
    ]
    lines = ["".join(part for part, _ in line) for line in wrapped(input_row, 78)]
    assert [line.strip() for line in lines] == [
        "input       reviews-w46-de.jsonl   48.2 MB",
        "file-" + "8" * 32,
    ]
