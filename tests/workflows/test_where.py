"""The filter language of the viewer and of `batchtui view`."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import UsageError
from batchtui.jsonl.outcomes import Outcome
from batchtui.workflows.where import Where, parse_where


@pytest.mark.parametrize(
    ("typed", "where"),
    [
        ("", Where()),
        ("outcome:failed", Where(outcomes=frozenset({Outcome.FAILED}))),
        ("outcome=failed", Where(outcomes=frozenset({Outcome.FAILED}))),
        (
            "outcome:Failed,missing refund me",
            Where(outcomes=frozenset({Outcome.FAILED, Outcome.MISSING}), text="refund me"),
        ),
        ("outcome:!ok", Where(outcomes=frozenset(Outcome) - {Outcome.OK})),
        ("code:a,b id:r-1", Where(codes=frozenset({"a", "b"}), custom_id="r-1")),
        ("status:400,429 x", Where(statuses=frozenset({400, 429}), text="x")),
        ("re:a.c", Where(text="a.c", is_regex=True)),
        ("re:", Where()),
        ('say "hi" twice', Where(text='say "hi" twice')),
        ("http://x id:1", Where(text="http://x id:1")),
    ],
)
def test_what_is_typed_is_understood(typed: str, where: Where) -> None:
    assert parse_where(typed) == where


def test_an_unknown_outcome_says_which_there_are() -> None:
    with pytest.raises(UsageError) as caught:
        parse_where("outcome:fine")
    assert "'fine'" in caught.value.message
    assert "truncated" in (caught.value.hint or "")


def test_a_status_is_a_number() -> None:
    with pytest.raises(UsageError, match="'many'"):
        parse_where("status:429,many")


@settings(deadline=None)
@given(
    st.builds(
        Where,
        outcomes=st.none() | st.frozensets(st.sampled_from(list(Outcome)), min_size=1, max_size=10),
        codes=st.none() | st.frozensets(st.sampled_from(["a", "b_c", "429"]), min_size=1),
        custom_id=st.sampled_from(["", "r-1"]),
        text=st.sampled_from(["", "two words", "é"]),
        statuses=st.none() | st.frozensets(st.sampled_from([0, 400, 429]), min_size=1),
    )
)
def test_what_is_shown_can_be_typed_again(where: Where) -> None:
    assert parse_where(str(where)) == where
