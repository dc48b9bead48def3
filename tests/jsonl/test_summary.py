"""What all results say together: the same as reading each line, whatever is in it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl.glance import glance
from batchtui.jsonl.histogram import Histogram, bucket_of, low
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import run
from batchtui.jsonl.results import Result, Usage, read_result
from batchtui.jsonl.statistics import OTHER
from batchtui.jsonl.summary import MOST_ERRORS, Spending, figures_of, summarize
from tests.jsonl.support import choice, encode, result, write
from tests.jsonl.test_validate import VALUES

COUNTS = st.none() | st.booleans() | st.integers(-5, 2**64) | st.floats() | st.text(max_size=3)
DETAILS = st.none() | st.dictionaries(st.just("cached_tokens"), COUNTS)
USAGES = VALUES | st.fixed_dictionaries(
    {},
    optional={
        "prompt_tokens": COUNTS,
        "completion_tokens": COUNTS,
        "input_tokens": COUNTS,
        "output_tokens": COUNTS,
        "prompt_tokens_details": DETAILS,
        "input_tokens_details": DETAILS,
    },
)
CHOICES = st.lists(
    VALUES | st.builds(choice, st.text(max_size=3), st.sampled_from(["stop", "length", "", "x"])),
    max_size=2,
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "model": VALUES | st.text(max_size=4),
        "usage": USAGES,
        "choices": VALUES | CHOICES,
        "output": VALUES | st.lists(VALUES, max_size=2),
        "data": st.lists(st.just({"embedding": [0.5]}), max_size=2),
        "error": st.none() | VALUES,
    },
)


def told(read: Result) -> tuple[object, ...]:
    """What a summary uses."""
    usage = read.usage
    tokens = (usage.input_tokens, usage.output_tokens, usage.cached_tokens) if usage else None
    return read.code, read.message, read.model, read.finish_reason, tokens


@given(BODIES)
def test_the_short_way_tells_what_reading_the_line_tells(body: Any) -> None:
    line = encode(result(body=body))
    assert told(figures_of(line)) == told(read_result(line))
    assert figures_of(line).outcome is glance(line)[1]


@given(VALUES | st.binary(max_size=40))
def test_any_line_can_be_summed_up(value: Any) -> None:
    line = encode(value)
    assert told(figures_of(line)) == told(read_result(line))


def answered(custom_id: str, out_tokens: int, reason: str = "stop", model: str = "m") -> Any:
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": out_tokens,
        "prompt_tokens_details": {"cached_tokens": 4},
    }
    body = {"model": model, "choices": [choice("Hi", reason)], "usage": usage}
    return result(custom_id, body=body)


def failed(custom_id: str, code: str, message: str) -> Any:
    return result(custom_id, status_code=400, body={"error": {"code": code, "message": message}})


def test_both_files_are_summed_up(tmp_path: Path) -> None:
    output = write(
        tmp_path / "out",
        [answered("a", 5), b"", answered("b", 7, "length"), answered("c", 9, model="other")],
    )
    errors = write(
        tmp_path / "err",
        [
            failed("d", "too_long", "at most 10 tokens, 200 were given"),
            failed("e", "rate", "wait"),
            failed("f", "too_long", "at most 12 tokens, 1,300 were given"),
            {"custom_id": "g", "response": None, "error": {"code": "batch_expired"}},
        ],
    )
    summary = run(summarize([output, errors]))
    assert summary.lines == 7
    assert summary.outcomes == {
        Outcome.OK: 2,
        Outcome.TRUNCATED: 1,
        Outcome.FAILED: 3,
        Outcome.EXPIRED: 1,
    }
    assert summary.finish_reasons == {"stop": 2, "length": 1}
    assert summary.models == {"m": Spending(2, 20, 12, 8), "other": Spending(1, 10, 9, 4)}
    assert (summary.output_tokens.total, summary.output_tokens.most) == (21, 9)
    kinds = [(kind.outcome, kind.code, kind.count) for kind in summary.errors]
    assert kinds[0] == (Outcome.FAILED, "too_long", 2)
    assert set(kinds[1:]) == {(Outcome.FAILED, "rate", 1), (Outcome.EXPIRED, "batch_expired", 1)}
    assert summary.errors[0].fixed == "were given"


def test_no_file_can_make_it_large(tmp_path: Path) -> None:
    lines = [failed(str(n), f"code-{chr(97 + n % 26)}{n}", "x" * 5_000) for n in range(1_200)]
    lines += [answered(str(n), n, f"why{n}", f"m{n}") for n in range(1_200)]
    summary = run(summarize([write(tmp_path / "out", lines)]))
    assert len(summary.errors) == MOST_ERRORS + 1
    assert summary.errors[0].code == OTHER
    assert sum(kind.count for kind in summary.errors) == 1_200
    assert max(len(kind.message) for kind in summary.errors) == 300
    assert len(summary.finish_reasons) <= 101
    assert len(summary.models) == MOST_ERRORS + 1
    assert sum(each.requests for each in summary.models.values()) == 1_200


def test_a_file_that_is_gone_is_said(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="gone"):
        run(summarize([tmp_path / "gone"]))


def test_no_file_has_an_empty_summary() -> None:
    summary = run(summarize([]))
    assert (summary.lines, summary.errors) == (0, [])
    assert summary.input_tokens.spread(4) == [0, 0, 0, 0]
    assert Usage() == Usage(0, 0, 0, 0)


@given(st.integers(0, 2**70))
def test_a_bucket_holds_its_number_within_an_eighth(number: int) -> None:
    bucket = bucket_of(number)
    assert low(bucket) <= number < low(bucket + 1)
    assert (low(bucket + 1) - low(bucket)) * 8 <= max(number, 8)


@given(st.lists(st.integers(-3, 5_000), min_size=1), st.integers(1, 20), st.floats(0, 1))
def test_a_histogram_against_the_numbers_themselves(
    numbers: list[int], cells: int, share: float
) -> None:
    histogram = Histogram()
    for number in numbers:
        histogram.add(number)
    known = sorted(max(number, 0) for number in numbers)
    assert (histogram.count, histogram.total) == (len(known), sum(known))
    assert (histogram.least, histogram.most) == (known[0], known[-1])
    spread = histogram.spread(cells)
    assert sum(spread) == pytest.approx(len(known))
    assert len(spread) == cells
    assert min(spread) >= 0
    bound = histogram.below(share)
    assert sum(number <= bound for number in known) >= share * len(known)
    exact = known[max(-int(-share * len(known) // 1) - 1, 0)]
    assert bound <= exact + exact // 8 + 1 or bound == known[0]
