"""Requests written anew with other fields: those fields change, and nothing else does."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from batchtui.errors import InputError, UsageError
from batchtui.jsonl.join import join
from batchtui.jsonl.outcomes import NOT_ANSWERED
from batchtui.jsonl.progress import run
from batchtui.jsonl.rewrite import parse_changes, rewrite, rewritten
from tests.jsonl.support import encode, request, result, write

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)
FIELDS = st.dictionaries(st.sampled_from(["model", "max_tokens", "seed", "ü"]), JSON, max_size=4)


@given(FIELDS, FIELDS, st.dictionaries(st.text(min_size=1, max_size=4), JSON, max_size=2))
def test_the_fields_change_and_nothing_else(
    body: dict[str, Any], changes: dict[str, Any], extra: dict[str, Any]
) -> None:
    line = {**extra, "custom_id": "a", "body": body}
    written = rewritten(encode(line), {key: json.dumps(value) for key, value in changes.items()})
    wanted = {**body, **changes}
    for key, value in changes.items():
        if value is None:
            del wanted[key]
    assert b"\n" not in written
    read = json.loads(written)
    assert read == {**line, "body": wanted}
    assert list(read) == list(line)


@pytest.mark.parametrize("line", [b"", b"[]", b"{}", b'{"body": 1}', b'{"body": {"a": ', b"\xff"])
def test_what_is_no_request_cannot_be_changed(line: bytes) -> None:
    with pytest.raises((ValueError, KeyError)):
        rewritten(line, {"model": '"m"'})


def test_changes_as_they_are_typed() -> None:
    words = ["max_tokens=2000", "model=gpt-4o", "stop=null", 'note="x=y"', "a==", "t=0.5", "e="]
    assert parse_changes(words) == {
        "max_tokens": "2000",
        "model": '"gpt-4o"',
        "stop": "null",
        "note": '"x=y"',
        "a": '"="',
        "t": "0.5",
        "e": '""',
    }
    for word in ("max_tokens", "=5"):
        with pytest.raises(UsageError, match="not FIELD=VALUE"):
            parse_changes([word])


def test_the_chosen_requests_become_a_new_input(tmp_path: Path) -> None:
    lines = [request(name) for name in "abcd"]
    given_file = write(tmp_path / "in", [b"\xef\xbb\xbf" + encode(lines[0]), b"", *lines[1:]])
    output = write(tmp_path / "out", [result("b")])
    with run(join(given_file, [output])) as joined:
        chosen = joined.indices(NOT_ANSWERED)
        assert run(rewrite(joined, chosen, {"model": '"other"'}, tmp_path / "new")) == 3
    written = [json.loads(line) for line in (tmp_path / "new").read_bytes().splitlines()]
    assert [line["custom_id"] for line in written] == ["a", "c", "d"]
    assert all(line["body"]["model"] == "other" for line in written)
    assert written[0]["body"]["messages"] == lines[0]["body"]["messages"]


def test_a_line_that_cannot_be_changed_leaves_no_file(tmp_path: Path) -> None:
    given_file = write(tmp_path / "in", [request("a"), b'{"custom_id": "b"}'])
    with run(join(given_file, [])) as joined:
        steps = rewrite(joined, joined.indices(NOT_ANSWERED), {"n": "1"}, tmp_path / "new")
        with pytest.raises(InputError, match="request 2 cannot be changed"):
            run(steps)
    assert [each.name for each in tmp_path.iterdir()] == ["in"]


def test_without_the_input_there_is_nothing_to_write(tmp_path: Path) -> None:
    output = write(tmp_path / "out", [result("b")])
    with run(join(None, [output])) as joined, pytest.raises(InputError, match="no input file"):
        run(rewrite(joined, [0], {}, tmp_path / "new"))


def test_a_number_keeps_its_digits() -> None:
    line = b'{"body":{"seed":12345678901234567890123,"t":0.1},"custom_id":"a"}'
    with pytest.raises(msgspec.DecodeError):
        msgspec.json.decode(line, type=dict[str, dict[str, int]])
    assert json.loads(rewritten(line, {"x": "1"}))["body"]["t"] == 0.1
