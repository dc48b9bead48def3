"""An expression matches a line where it matches the line as it stands, or the text of a string."""

from __future__ import annotations

import json
import re
from contextlib import closing
from typing import Any

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from batchtui.jsonl import expression_tree
from batchtui.jsonl.expression import Expression, flags_of, strings, unescaped
from batchtui.jsonl.expressions import ExpressionMatcher
from batchtui.jsonl.progress import Progress, run

NOWHERE = Progress(0, 0)
ORDER = 'Order 7: "quoted" naïve café\none\n- it cost Zürich 5 € \U0001f600 a\\b'


def matched(pattern: str, data: bytes, *, ignore_case: bool = False) -> list[int]:
    return Expression(pattern, ignore_case=ignore_case).matching(data)


@pytest.mark.parametrize("ascii_only", [True, False])
@pytest.mark.parametrize(
    "pattern",
    [
        "na.ve",
        '"quoted"',
        r"one\n- it",
        "Z.rich",
        "^Order",
        r"\AOrder",
        "^- it",
        "café$",
        "caf[éx]",
        r"\bcaf\w\b",
        r"caf\u00e9",
        "\U0001f600 a",
        r"a\\b",
        "(?<![a-z])Order",
        '"content": "Order',
        "€|nothing",
    ],
)
def test_the_text_of_a_string_is_matched_however_it_is_written(
    pattern: str, ascii_only: bool
) -> None:
    line = json.dumps({"content": ORDER}, ensure_ascii=ascii_only).encode()
    assert matched(pattern, b"{}\n" + line + b"\r\n{}") == [1]


def test_case_is_that_of_any_script() -> None:
    line = json.dumps(["ÉCOLE", "Straße"]).encode()
    assert matched("école|x", line, ignore_case=True) == [0]
    assert matched("école|x", line) == []


@pytest.mark.parametrize(
    "line", ['"a\\', '"caf\\u00e9', 'say "caf\\u00e9" \\x', "caf\\u00e9", '"\\q caf\\u00e9"']
)
def test_what_is_no_json_is_read_as_well_as_it_can_be(line: str) -> None:
    assert matched("caf.$|caf. ?|^a", line.encode()) == [0]


def test_bytes_that_are_no_text_are_passed_over() -> None:
    assert matched("a.b", b"a\xffb\na\xc3\xa9b\n\xed\xa0\x80") == [0, 1]


TEXTS = st.text(st.sampled_from('abé"\\\n\t/ 😀\u2028\ud83d'), max_size=8)
VALUES = st.recursive(
    TEXTS | st.integers() | st.none(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=6,
)
ATOMS = st.sampled_from(
    ["a", "b", "é", ".", r"\w", r"\s", r"\S", "[ab]", "[^a]", '"', r"\n", r"\\", "😀", ":", "ab"]
)
ENDS = st.sampled_from(["", "", "", "^", "$", r"\b", r"\A", r"\Z", "(?!a)", "(?<!b)", "(?=.)"])
PIECES = st.builds(
    lambda end, atom, many: end + atom + many,
    ENDS,
    ATOMS,
    st.sampled_from(["", "", "*", "+", "?", "*?", "+?", "{2}", "{1,2}", "{2,}"]),
)
PATTERNS = st.recursive(
    st.lists(PIECES, min_size=1, max_size=4).map("".join),
    lambda inner: (
        inner.map(lambda each: f"({each})")
        | inner.map(lambda each: f"(?:{each})+")
        | st.tuples(inner, inner).map("|".join)
        | st.tuples(inner, inner).map("".join)
    ),
    max_leaves=4,
)


def texts_in(value: Any) -> list[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, dict):
        return [text for pair in value.items() for each in pair for text in texts_in(each)]
    if isinstance(value, list):
        return [text for each in value for text in texts_in(each)]
    return []


@given(VALUES, PATTERNS, st.booleans(), st.booleans())
@example({"a": "é\n"}, r"^\s$", True, False)
@example(["ab"], "(?:ab)+$", False, True)
@settings(deadline=None, max_examples=400)
def test_it_matches_what_a_slow_reading_matches(
    value: Any, pattern: str, ascii_only: bool, ignore_case: bool
) -> None:
    written = json.dumps(value, ensure_ascii=ascii_only).encode("utf-8", "surrogatepass")
    flags = re.MULTILINE | (re.IGNORECASE if ignore_case else 0)
    shown = written.decode("utf-8", "surrogateescape")
    if not ascii_only and any("\ud800" <= each < "\ue000" for each in "".join(texts_in(value))):
        return  # no UTF-8 then: there is no one way to read it
    expected = any(re.search(pattern, text, flags) for text in [shown, *texts_in(value)])
    assert matched(pattern, written, ignore_case=ignore_case) == ([0] if expected else [])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sys.executable", "")
        with closing(ExpressionMatcher(pattern, ignore_case)) as wanted:
            found = run(wanted.hits(b"x\n" + written + b"\n", NOWHERE))
    expected_lines = [0] if re.search(pattern, "x", flags) else []
    assert found[0] == expected_lines + ([2] if expected else [])


@given(st.text(max_size=30), st.booleans())
@settings(deadline=None)
def test_escapes_are_undone_in_place(text: str, ascii_only: bool) -> None:
    written = json.dumps(text, ensure_ascii=ascii_only)
    assert list(strings(written)) == [text]
    plain, places = unescaped(written[1:-1])
    assert plain == text
    for at, char in enumerate(plain):
        assert unescaped(written[1:-1][places[at] : places[at + 1]])[0] == char


def test_spans_are_those_of_the_row_even_where_it_is_escaped() -> None:
    row = r'{"a": "caf\u00e9 caf\u00E9 \"x\"'
    expression = Expression('caf[é]|"x"', ignore_case=False)
    assert [row[start:end] for start, end in expression.spans(row)] == [
        r"caf\u00e9",
        r"caf\u00E9",
        r"\"x\"",
    ]
    assert Expression("x*", ignore_case=False).spans("axxb") == [(1, 3)]
    assert expression.places(b"caf\xc3\xa9\n\n-caf\xc3\xa9") == [0, 0, 4, 2, 1, 5]


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        (".*error.*timeout", [["error", "timeout"]]),
        (r"\S+@\S+", [["@"]]),
        ("(rate|token) limit", [[" limit"]]),
        ("timeout|(reset) by", [["timeout"], ["reset by"]]),
        ("(?:(a)bc+)?x{2,}", [["x"]]),
        (r"\bfoo\b(?=bar)", [["foo"]]),
        ("a/b<c", [["a", "b", "c"]]),
        ("a|.", []),
        ("é", []),
        (r"(a)(?(1)b|c)", [["a"]]),
    ],
)
def test_what_every_match_has(pattern: str, texts: list[list[str]]) -> None:
    tree = expression_tree.tree_of(pattern, flags_of(ignore_case=False))
    assert expression_tree.required_texts(tree) == texts


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "pattern", [r"\S+@\S+", ".*error.*timeout", "x+y", ".*?y", "[^ ]{3,}y", r"\w*\s*y"]
)
def test_a_run_at_the_beginning_is_not_tried_from_each_of_its_characters(pattern: str) -> None:
    assert matched(pattern, b'"' + b"x" * 2_000_000 + b'\\n"') == []


def test_without_the_tree_the_same_is_matched(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(expression_tree, "tree_of", lambda *_: None)
    monkeypatch.setattr("batchtui.jsonl.expression.tree_of", lambda *_: None)
    line = json.dumps({"content": ORDER}).encode()
    for pattern in (".*na.ve", "^Order", r"\w+@"):
        assert matched(pattern, line) == ([] if "@" in pattern else [0])
