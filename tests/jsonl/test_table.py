"""CSV as people have it: any delimiter, line end and quoting, and errors that name the line."""

from __future__ import annotations

import csv
import io
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl.source import Source
from batchtui.jsonl.table import CsvTable

CELLS = st.text(st.sampled_from("ab,;\t|\"'\n\r é"), max_size=6)


def table_of(path: Path, content: bytes) -> tuple[CsvTable, list[tuple[int, list[str]]]]:
    path.write_bytes(content)
    with Source.open(path) as source:
        table = CsvTable(source)
        return table, list(table.rows())


@given(
    st.lists(st.tuples(CELLS, CELLS), max_size=8),
    st.sampled_from([",", ";", "\t", "|"]),
    st.sampled_from(["\n", "\r\n"]),
    st.booleans(),
)
@settings(deadline=None)
def test_what_a_csv_library_writes_is_read(
    rows: list[tuple[str, str]], delimiter: str, end: str, bom: bool
) -> None:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=delimiter, lineterminator=end, quoting=csv.QUOTE_ALL)
    writer.writerows([("one", "two"), *rows])
    with tempfile.TemporaryDirectory() as name:
        content = b"\xef\xbb\xbf" * bom + text.getvalue().encode()
        table, found = table_of(Path(name) / "in.csv", content)
    assert table.header == ["one", "two"]
    assert (table.delimiter, table.line_end, table.has_bom) == (delimiter, end, bom)
    assert [tuple(row) for _, row in found] == rows


def test_rows_have_the_line_that_they_begin_on(tmp_path: Path) -> None:
    content = b'id,text\n1,"two\nlines"\n\n2,x\n'
    _, rows = table_of(tmp_path / "in.csv", content)
    assert rows == [(2, ["1", "two\nlines"]), (5, ["2", "x"])]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"a,b\n1\n", "line 2: 1 cells, and the header has 2"),
        (b"a,b\n1,2,3\n", "line 2: 3 cells"),
        (b'a,b\n1,"open\n2,3\n', "line 2: no CSV"),
        (b"a,b\n1,\xe9\n", "line 2 is not UTF-8"),
        ("a,b\n1,2\n".encode("utf-16"), "UTF-16"),
        (b"a,b\r1,2\r3,4", "line 1: no CSV"),
    ],
)
def test_what_is_wrong_is_told_with_its_line(tmp_path: Path, content: bytes, said: str) -> None:
    with pytest.raises(InputError, match=said):
        table_of(tmp_path / "in.csv", content)


def test_a_column_is_found_by_its_name(tmp_path: Path) -> None:
    table, _ = table_of(tmp_path / "in.csv", b"a,b,b\n")
    assert table.place("a") == 0
    with pytest.raises(InputError, match="2 columns called 'b'"):
        table.place("b")
    with pytest.raises(InputError, match="no column 'c'") as raised:
        table.place("c")
    assert raised.value.hint == "columns: a, b, b"
