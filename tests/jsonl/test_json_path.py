"""JSON paths: one place in a document, or a clear word on what is not understood."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtui.errors import UsageError
from batchtui.jsonl.json_path import parse

DOCUMENT: dict[str, Any] = {
    "a": {"b": [1, {"c-d": "x", "é": "y"}, 3]},
    "odd name": {"it's": 7, "": 8},
    "list": [{"n": 1}, {"n": 2}, {}],
}


@pytest.mark.parametrize(
    ("path", "value"),
    [
        ("$", DOCUMENT),
        ("$.a.b[0]", 1),
        ("$.a.b[1].c-d", "x"),
        ("$.a.b[1].é", "y"),
        ("$.a.b[-1]", 3),
        ("$['odd name']['it\\'s']", 7),
        ('$["odd name"][""]', 8),
        ("$.list[*].n", [1, 2, None]),
        ("$.list[1].*", [2]),
        ("$.a.b[9]", None),
        ("$.a.b.c", None),
        ("$.a[0]", None),
        ("$.nope.nope", None),
        ("$.a.b[1].c-d[*]", None),
    ],
)
def test_values_by_path(path: str, value: Any) -> None:
    assert parse(path).pick(DOCUMENT) == value


def test_the_last_name_is_the_columns() -> None:
    assert parse("$.response.body.choices[0].message.content").last_name == "content"
    assert parse("$[0]").last_name is None


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("a.b", "begins with"),
        ("$.a.", "character 4"),
        ("$.a[x]", "character 4"),
        ("$..a", "character 2"),
        ("$['a", "character 2"),
    ],
)
def test_what_is_no_path_is_told_with_its_place(path: str, said: str) -> None:
    with pytest.raises(UsageError) as raised:
        parse(path)
    assert said in f"{raised.value} {raised.value.hint}"


@given(st.text(max_size=20))
def test_any_name_can_be_quoted(name: str) -> None:
    quoted = name.replace("\\", "\\\\").replace("'", "\\'")
    if "\n" in name:
        return
    assert parse(f"$['{quoted}']").pick({name: 1}) == 1
