"""The lines of a file that one wants, without a screen."""

from __future__ import annotations

import json
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.stream import lines_as_they_come
from batchtui.workflows.view import Line, chosen
from batchtui.workflows.where import Where, parse_where


@pytest.fixture
def results(tmp_path: Path) -> Path:
    def line(number: int) -> str:
        failed = number % 4 == 3
        choices = [{"message": {"content": f"réponse {number}"}, "finish_reason": "stop"}]
        error = {"error": {"code": "rate_limit_exceeded", "message": "slow down"}}
        body = error if failed else {"choices": choices}
        response = {"status_code": 429 if failed else 200, "body": body}
        return json.dumps({"custom_id": f"r-{number}", "response": response, "error": None})

    path = tmp_path / "out.jsonl"
    path.write_text("".join(line(number) + "\n" for number in range(12)))
    return path


@pytest.mark.parametrize(
    ("typed", "numbers"),
    [
        ("", list(range(1, 13))),
        ("outcome:failed", [4, 8, 12]),
        ("outcome=ok réponse 1", [2, 11]),
        ("code:rate_limit_exceeded id:r-1", [12]),
        ("re:onse [01]", [1, 2, 11]),
        ("RÉPONSE", []),
    ],
)
def test_lines_are_chosen_as_in_the_viewer(results: Path, typed: str, numbers: list[int]) -> None:
    assert [line.number for line in chosen(results, parse_where(typed))] == numbers


def test_a_first_line_can_be_asked_for(results: Path) -> None:
    assert [line.number for line in chosen(results, first_line=10)] == [10, 11, 12]
    failed = Where(outcomes=frozenset({Outcome.FAILED}))
    assert [line.number for line in chosen(results, failed, first_line=5)] == [8, 12]


@settings(deadline=None)
@given(
    lines=st.lists(
        st.binary(max_size=8).map(lambda data: data.replace(b"\n", b"x").replace(b"\x1f", b"x"))
    )
)
def test_lines_come_as_they_are(
    tmp_path_factory: pytest.TempPathFactory, lines: list[bytes]
) -> None:
    path = tmp_path_factory.mktemp("view") / "any"
    path.write_bytes(b"".join(line + b"\n" for line in lines))
    assert list(chosen(path)) == [Line(n, line + b"\n") for n, line in enumerate(lines, 1)]


@settings(deadline=None)
@given(content=st.binary(max_size=60), sizes=st.lists(st.integers(1, 7), min_size=1, max_size=9))
def test_a_stream_has_the_lines_of_the_file_however_it_arrives(
    content: bytes, sizes: list[int]
) -> None:
    pieces, at, turn = [], 0, 0
    while at < len(content):
        size = sizes[turn % len(sizes)]
        pieces.append(content[at : at + size])
        at, turn = at + size, turn + 1
    coming = iter([*pieces, b""])
    found = [line for lines in lines_as_they_come(lambda _: next(coming)) for line in lines]
    assert found == BytesIO(content).readlines()


def test_what_cannot_be_read_is_an_error(tmp_path: Path, results: Path) -> None:
    with pytest.raises(InputError):
        list(chosen(tmp_path / "missing"))
    with pytest.raises(InputError):
        list(chosen(results, Where(text="(", is_regex=True)))
