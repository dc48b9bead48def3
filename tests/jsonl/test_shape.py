"""What a file is that holds no JSON lines, told from its first bytes."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from batchtui.jsonl.facts import PEEKED_BYTES, peek
from batchtui.jsonl.shape import LINES, Look, look_of
from tests.jsonl.support import request

ROWS = [{"custom_id": "a", "text": "x, y"}, {"custom_id": "b", "text": "z"}]


@pytest.mark.parametrize(
    ("name", "content", "shape"),
    [
        ("a.jsonl", "", "empty"),
        ("a.jsonl", "\n \r\n", "blank"),
        ("a.csv", "id,text\r\n1,hello\r\n", "table"),
        ("a.csv", "text\nhello\n", "table"),
        ("a.csv.gz", "text\nhello\n", "table"),
        ("a.jsonl", "id;text\n1;hello\n", "table"),
        ("a.jsonl", 'id\ttext\n1\t"a\tb"\n', "table"),
        ("a.txt", "hello, you\nworld\n", "text"),
        ("a.jsonl", "no json\n", "text"),
        ("a.json", json.dumps(ROWS, indent=2), "document"),
        ("a.json", json.dumps(ROWS[0], indent="\t"), "document"),
        ("a.jsonl", json.dumps(ROWS), "array"),
        ("a.jsonl", "\n".join(map(json.dumps, ROWS)), "lines"),
        ("a.jsonl", '{"custom_id": "a"\n{"custom_id": "b"}\n', "lines"),
        ("a.jsonl", "[1, 2]\n[3, 4]\n", "lines"),
        ("a.jsonl", "\0\1\2\3\n", "binary"),
    ],
)
def test_shapes(name: str, content: str, shape: str) -> None:
    assert look_of(content.encode(), is_whole=True, name=name).shape == shape


def test_a_table_names_its_columns() -> None:
    look = look_of(b'\xef\xbb\xbfid,"the text"\r\n1,x\r\n', is_whole=True, name="a.csv")
    assert look == Look("table", ("id", "the text"))


def test_bytes_that_are_no_text() -> None:
    assert look_of(bytes(range(1, 256)) * 9, is_whole=True, name="a").shape == "binary"


def test_a_long_file_is_judged_by_its_beginning(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text(json.dumps([ROWS[0]] * 20_000, indent=1))
    assert path.stat().st_size > PEEKED_BYTES
    assert peek(path).look == Look("document", is_array=True)


def test_requests_and_what_cannot_be_unpacked_are_not_guessed_about(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_text(json.dumps(request("a")))
    assert peek(path).look == LINES
    path.write_bytes(b"\x1f\x8b\x08 broken")
    assert peek(path).look.shape == "binary"
