"""Two results compared: by custom_id, by what they say, and word by word."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.jsonl import word_diff as word_diff_module
from batchtui.jsonl.diff import Change, Diff, diff
from batchtui.jsonl.join import join
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import run
from batchtui.jsonl.word_diff import Piece, word_diff
from tests.jsonl.support import choice, result, write


def answer(custom_id: str, text: str, **more: Any) -> dict[str, Any]:
    return result(custom_id, body={"choices": [choice(text)], **more})


def compared(folder: Path, a: list[Any], b: list[Any]) -> Diff:
    first, second = write(folder / "a.jsonl", a), write(folder / "b.jsonl", b)
    return run(diff(run(join(None, [first])), run(join(None, [second]))))


def test_each_request_is_the_same_changed_or_in_one_only(tmp_path: Path) -> None:
    failed = result("d", status_code=500, body={"error": {"code": "x", "message": "y"}})
    found = compared(
        tmp_path,
        [answer("a", "1"), answer("b", "2"), answer("c", "3"), failed],
        [failed, answer("b", "2", id="other", usage={"input_tokens": 9}), answer("c", "4"),
         answer("e", "5")],
    )  # fmt: skip
    assert [(pair.custom_id, pair.change) for pair in found.pairs()] == [
        ("a", Change.ONLY_A),
        ("b", Change.SAME),
        ("c", Change.CHANGED),
        ("d", Change.SAME),
        ("e", Change.ONLY_B),
    ]
    assert found.counts == {
        Change.SAME: 2,
        Change.CHANGED: 1,
        Change.ONLY_A: 1,
        Change.ONLY_B: 1,
    }
    (changed,) = found.pairs([Change.CHANGED])
    assert changed.a is not None
    assert changed.b is not None
    assert (changed.a.answer, changed.b.answer) == ("3", "4")
    assert found.outcome_changes == {}


def test_changes_of_the_outcome_are_counted(tmp_path: Path) -> None:
    failed = {"status_code": 429, "body": {"error": {"message": "slow"}}}
    found = compared(
        tmp_path,
        [result(each, **failed) for each in "abc"],
        [answer("a", "x"), answer("b", "y"), result("c", status_code=500, body=failed["body"])],
    )
    assert found.outcome_changes == {(Outcome.FAILED, Outcome.OK): 2}
    assert found.counts[Change.CHANGED] == 3, "another error is a change"


def test_duplicates_are_compared_once(tmp_path: Path) -> None:
    found = compared(tmp_path, [answer("a", "1"), answer("a", "1")], [answer("a", "1")])
    assert found.counts[Change.SAME] == 1


@given(
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz")),
    st.dictionaries(st.sampled_from("abcdef"), st.sampled_from("xyz")),
)
@settings(deadline=None)
def test_the_counts_are_those_of_two_dictionaries(a: dict[str, str], b: dict[str, str]) -> None:
    with tempfile.TemporaryDirectory() as name:
        found = compared(
            Path(name),
            [answer(key, text) for key, text in a.items()],
            [answer(key, text) for key, text in b.items()],
        )
        both = a.keys() & b.keys()
        assert len(found) == len(a.keys() | b.keys())
        assert found.counts == {
            Change.SAME: sum(a[key] == b[key] for key in both),
            Change.CHANGED: sum(a[key] != b[key] for key in both),
            Change.ONLY_A: len(a.keys() - b.keys()),
            Change.ONLY_B: len(b.keys() - a.keys()),
        }


def test_words_are_told_apart() -> None:
    assert word_diff("The red fox.", "The quick red fox!") == [
        Piece("same", "The "),
        Piece("new", "quick "),
        Piece("same", "red fox"),
        Piece("gone", "."),
        Piece("new", "!"),
    ]


@pytest.mark.parametrize("most", [0, 3, 3000])
@given(a=st.text("ab \n.", max_size=30), b=st.text("ab \n.", max_size=30))
@settings(deadline=None)
def test_the_pieces_make_both_texts(most: int, a: str, b: str) -> None:
    """Whether compared by words, by lines or as a whole."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(word_diff_module, "MOST_PARTS", most)
        pieces = word_diff(a, b)
    assert "".join(text for kind, text in pieces if kind != "new") == a
    assert "".join(text for kind, text in pieces if kind != "gone") == b
    assert all(text for _, text in pieces)
    assert (a == b) == all(kind == "same" for kind, _ in pieces)
