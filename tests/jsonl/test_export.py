"""Exports: every request is in them, every text comes back as it was, nothing half written."""

from __future__ import annotations

import csv
import json
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError, UsageError
from batchtui.jsonl.export import Form, Wanted, export
from batchtui.jsonl.export_columns import WORDS
from batchtui.jsonl.join import join
from batchtui.jsonl.progress import Cancelled, run
from tests.jsonl.support import choice, request, result, write

PARQUET: Any = import_module("pyarrow.parquet")
REQUESTS = [request(each) for each in "abcd"]
RESULTS = [
    result(
        "b", body={"choices": [choice("B, or\nnot")], "model": "m", "usage": {"input_tokens": 3}}
    ),
    result("a", body={"choices": [choice("A")], "model": "m"}),
    result("c", status_code=500, body={"error": {"code": "oops", "message": "=no"}}),
]


def exported(
    folder: Path, wanted: Wanted, name: str = "out", results: Sequence[Any] = RESULTS
) -> Path:
    source = write(folder / "in.jsonl", REQUESTS)
    output = write(folder / "results.jsonl", results)
    out = folder / name
    with run(join(source, [output])) as joined:
        run(export(joined, out, wanted, wanted.form_of(name)))
    return out


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(newline="", encoding="utf-8") as file:
        return list(csv.DictReader(file))


def answer(content: str) -> dict[str, Any]:
    return result("a", body={"choices": [choice(content)]})


def test_csv_has_a_row_for_every_request(tmp_path: Path) -> None:
    rows = rows_of(exported(tmp_path, Wanted(Form.CSV)))
    assert list(rows[0]) == list(WORDS)
    assert [(row["custom_id"], row["outcome"]) for row in rows] == [
        ("a", "ok"),
        ("b", "ok"),
        ("c", "failed"),
        ("d", "missing"),
    ]
    assert [row["answer"] for row in rows] == ["A", "B, or\nnot", "", ""]
    assert (rows[2]["status_code"], rows[2]["code"], rows[2]["message"]) == ("500", "oops", "'=no")
    assert rows[1]["input_tokens"] == "3"


def test_the_suffix_says_the_form_unless_it_is_given(tmp_path: Path) -> None:
    assert Wanted().form_of("a.CSV") is Form.CSV
    assert Wanted().form_of("a.parquet") is Form.PARQUET
    assert Wanted().form_of("-") is Wanted().form_of("a.jsonl") is Form.JSONL
    assert Wanted(form=Form.ANSWERS).form_of("a.csv") is Form.ANSWERS
    assert Wanted(into=tmp_path / "x.csv").form_of("-") is Form.CSV


def test_jsonl_is_the_servers_lines_in_input_order(tmp_path: Path) -> None:
    lines = exported(tmp_path, Wanted()).read_text().splitlines()
    assert [json.loads(line) for line in lines] == [RESULTS[1], RESULTS[0], RESULTS[2]]


def test_answers_are_ids_and_answers_of_what_was_answered(tmp_path: Path) -> None:
    lines = exported(tmp_path, Wanted(Form.ANSWERS)).read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"custom_id": "a", "answer": "A"},
        {"custom_id": "b", "answer": "B, or\nnot"},
    ]


def test_chosen_paths_and_words(tmp_path: Path) -> None:
    chosen = (
        "$.response.body.choices[0].message.content",
        "prompt=$request.body.messages[-1].content",
        "outcome",
        "$.response.body.usage",
    )
    lines = exported(tmp_path, Wanted(chosen=chosen)).read_text().splitlines()
    assert [json.loads(line) for line in lines] == [
        {"custom_id": "a", "content": "A", "prompt": "Hello", "outcome": "ok", "usage": None},
        {
            "custom_id": "b",
            "content": "B, or\nnot",
            "prompt": "Hello",
            "outcome": "ok",
            "usage": {"input_tokens": 3},
        },
        {"custom_id": "c", "content": None, "prompt": "Hello", "outcome": "failed", "usage": None},
        {"custom_id": "d", "content": None, "prompt": "Hello", "outcome": "missing", "usage": None},
    ]
    (tmp_path / "csv").mkdir()
    rows = rows_of(exported(tmp_path / "csv", Wanted(Form.CSV, chosen)))
    assert rows[1]["usage"] == '{"input_tokens":3}'


def test_two_paths_with_one_last_name_are_called_as_they_are(tmp_path: Path) -> None:
    chosen = ("$request.body.model", "$.response.body.model")
    lines = exported(tmp_path, Wanted(chosen=chosen)).read_text().splitlines()
    assert list(json.loads(lines[0])) == ["custom_id", *chosen]


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        (Wanted(chosen=("x",)), "no column and no JSON path"),
        (Wanted(chosen=("a=$.b", "a=$.c")), "two columns are called 'a'"),
        (Wanted(Form.ANSWERS, chosen=("$.b",)), "not both"),
        (Wanted(Form.JSONL, into=Path("x.csv")), "is CSV, and not jsonl"),
        (Wanted(column="id"), "--merge-into"),
    ],
)
def test_what_does_not_go_together_is_refused_at_once(wanted: Wanted, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        wanted.form_of("-")


def test_calls_and_vectors_are_answers(tmp_path: Path) -> None:
    call = {"id": "1", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}}
    results = [
        result("a", body={"choices": [choice(None, "tool_calls", tool_calls=[call])]}),
        result("b", body={"data": [{"embedding": [0.5, 1]}]}),
        result("c", body={"data": [{"embedding": [0.5]}, {"embedding": [1.0]}]}),
    ]
    lines = exported(tmp_path, Wanted(Form.ANSWERS), results=results).read_text().splitlines()
    assert [json.loads(line)["answer"] for line in lines] == [
        [{"name": "f", "arguments": '{"x": 1}'}],
        [0.5, 1],
        [[0.5], [1.0]],
    ]


@given(st.text(st.characters(codec="utf-8"), max_size=30), st.booleans())
@settings(deadline=None)
def test_every_text_comes_back_from_csv(text: str, guard: bool) -> None:
    with tempfile.TemporaryDirectory() as name:
        out = exported(Path(name), Wanted(Form.CSV, guard=guard), results=[answer(text)])
        found = rows_of(out)[0]["answer"]
    assert found == text or (guard and found == f"'{text}")


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝"])
def test_what_a_spreadsheet_would_run_has_an_apostrophe(tmp_path: Path, start: str) -> None:
    results = [answer(f"{start}cmd|' /C calc'!A0")]
    assert rows_of(exported(tmp_path, Wanted(Form.CSV), results=results))[0]["answer"][0] == "'"
    raw = exported(tmp_path, Wanted(Form.CSV, guard=False), results=results)
    assert rows_of(raw)[0]["answer"][0] == start


@pytest.mark.parametrize("number", ["-5", "+1.25", "-1e9", "-.5"])
def test_a_number_stays_a_number(tmp_path: Path, number: str) -> None:
    out = exported(tmp_path, Wanted(Form.CSV), results=[answer(number)])
    assert rows_of(out)[0]["answer"] == number


def test_half_a_character_pair_does_not_stop_an_export(tmp_path: Path) -> None:
    line = json.dumps(answer("\ud83d")).encode()
    for form in (Form.CSV, Form.ANSWERS, Form.PARQUET):
        assert exported(tmp_path, Wanted(form), results=[line]).stat().st_size


def test_parquet_has_types(tmp_path: Path) -> None:
    results = [
        result("a", body={"n": 1, "x": 1, "v": [0.5, 1], "mixed": "t", "flag": True, "big": 2**70}),
        result("b", body={"n": 2, "x": 0.5, "v": [1.5], "mixed": {"a": 1}, "flag": None}),
    ]
    names = ("n", "x", "v", "mixed", "flag", "big")
    chosen = tuple(f"$.response.body.{name}" for name in names)
    out = exported(tmp_path, Wanted(Form.PARQUET, chosen), results=results)
    table = PARQUET.read_table(out)
    assert {field.name: str(field.type) for field in table.schema} == {
        "custom_id": "string",
        "n": "int64",
        "x": "double",
        "v": "list<element: double>",
        "mixed": "string",
        "flag": "bool",
        "big": "string",
    }
    assert table.to_pylist()[:2] == [
        {
            "custom_id": "a", "n": 1, "x": 1.0, "v": [0.5, 1.0], "mixed": "t", "flag": True,
            "big": str(2**70),
        },
        {
            "custom_id": "b", "n": 2, "x": 0.5, "v": [1.5], "mixed": '{"a":1}', "flag": None,
            "big": None,
        },
    ]  # fmt: skip


@given(st.lists(st.text(max_size=20), max_size=5))
@settings(deadline=None, max_examples=30)
def test_every_text_comes_back_from_parquet(texts: list[str]) -> None:
    results = [
        result(name, body={"choices": [choice(text)]})
        for name, text in zip("abcd", texts, strict=False)
    ]
    with tempfile.TemporaryDirectory() as name:
        out = exported(Path(name), Wanted(Form.PARQUET), results=results)
        found = PARQUET.read_table(out)["answer"].to_pylist()
    assert found[: len(results)] == texts[:4]


def test_parquet_in_several_groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("batchtui.jsonl.export_parquet.GROUP_ROWS", 3)
    out = exported(tmp_path, Wanted(Form.PARQUET))
    assert PARQUET.ParquetFile(out).num_row_groups == 2
    assert PARQUET.read_table(out)["custom_id"].to_pylist() == ["a", "b", "c", "d"]


def test_without_pyarrow_the_way_to_it_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow.parquet", None)
    with pytest.raises(UsageError, match="not installed") as raised:
        Wanted().form_of("out.parquet")
    assert raised.value.hint == "pip install 'batchtui[parquet]'"


def test_pyarrow_is_imported_for_parquet_only() -> None:
    code = (
        "import sys, batchtui.jsonl.export as export; export.Wanted().form_of('a.csv');"
        "print('pyarrow' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "False\n"


SOURCE = 'id;text;=x\r\n"b";"two\nlines";-1\r\nz;none;2\r\na;"q ""x""";3\r\n'


def merged(tmp_path: Path, wanted: Wanted, source: str = SOURCE) -> Path:
    (tmp_path / "source.csv").write_bytes(source.encode())
    return exported(tmp_path, wanted)


def test_results_are_added_to_the_rows_they_came_from(tmp_path: Path) -> None:
    out = merged(tmp_path, Wanted(into=tmp_path / "source.csv", column="id"))
    assert out.read_bytes().decode() == (
        "id;text;=x;outcome;answer;message\r\n"
        'b;"two\nlines";-1;ok;"B, or\nnot";\r\n'
        "z;none;2;;;\r\n"
        'a;"q ""x""";3;ok;A;\r\n'
    )


def test_rows_can_be_counted_in_place_of_an_id(tmp_path: Path) -> None:
    source = write(tmp_path / "in.jsonl", [request(f"row-{number}") for number in (1, 2)])
    output = write(tmp_path / "results.jsonl", [answer("two") | {"custom_id": "row-2"}])
    (tmp_path / "source.csv").write_text("text\nx\ny\n")
    wanted = Wanted(into=tmp_path / "source.csv", chosen=("reply=answer",))
    with run(join(source, [output])) as joined:
        assert run(export(joined, tmp_path / "out", wanted, Form.CSV)) == 2
    assert (tmp_path / "out").read_text() == "text,reply\nx,\ny,two\n"


@pytest.mark.parametrize(
    ("source", "column", "said"),
    [
        ("id,answer\na,b\n", "id", "has a column 'answer' already"),
        ("id\na\n", "key", "no column 'key'"),
        ("id\nx\ny\n", "id", "no custom_id of the results is in the column 'id'"),
        ("id\nx\ny\n", None, "no custom_id of the results is the number of a row"),
        ("id,n\na\n", "id", "line 2: 1 cells"),
    ],
)
def test_a_source_that_does_not_fit_is_told(
    tmp_path: Path, source: str, column: str | None, said: str
) -> None:
    with pytest.raises(InputError, match=said):
        merged(tmp_path, Wanted(into=tmp_path / "source.csv", column=column), source)
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("form", list(Form))
def test_a_cancelled_export_leaves_what_was_there(
    tmp_path: Path, form: Form, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batchtui.jsonl.export.CHUNK_BYTES", 1)
    monkeypatch.setattr("batchtui.jsonl.write.CHUNK_BYTES", 2)
    out = tmp_path / "out"
    out.write_text("mine")
    source = write(tmp_path / "in.jsonl", REQUESTS)
    output = write(tmp_path / "results.jsonl", RESULTS)
    answers = iter([False, False, True])
    with run(join(source, [output])) as joined, pytest.raises(Cancelled):
        run(export(joined, out, Wanted(form), form), is_cancelled=lambda: next(answers))
    assert out.read_text() == "mine"
    assert sorted(each.name for each in tmp_path.iterdir()) == ["in.jsonl", "out", "results.jsonl"]
