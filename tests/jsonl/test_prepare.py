"""Rows made into requests: good ones, the same each time, and faults with row and column."""

from __future__ import annotations

import csv
import io
import json
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError, UsageError
from batchtui.jsonl import json_array
from batchtui.jsonl.prepare import ENDPOINTS, FaultyRowsError, Ids, Prepared, Recipe, prepare
from batchtui.jsonl.progress import run
from batchtui.jsonl.rows import DataForm
from batchtui.jsonl.template import parse
from batchtui.jsonl.validate import validate

CSV = "id,text,lang\na,Hello,de\nb,Bye,fr\n"


def made(
    folder: Path, content: str | bytes, recipe: Recipe, name: str = "in.csv"
) -> list[dict[str, Any]]:
    path, out = folder / name, folder / "out.jsonl"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    prepared = run(prepare(path, out, recipe))
    lines = [json.loads(line) for line in out.read_bytes().splitlines()]
    assert prepared.requests == len(lines)
    assert prepared.size_bytes == out.stat().st_size
    return lines


def faults(folder: Path, content: str, recipe: Recipe, name: str = "in.csv") -> Prepared:
    with pytest.raises(FaultyRowsError) as raised:
        made(folder, content, recipe, name)
    assert not (folder / "out.jsonl").exists()
    return raised.value.prepared


def test_a_request_for_each_row(tmp_path: Path) -> None:
    recipe = Recipe(
        "m-{lang}",
        "To {lang}: {text} {{sic}}",
        system="You know {lang}.",
        id_column="id",
        fields={"max_tokens": 9, "metadata.source": "{id}", "metadata.kind": "x"},
    )
    first, second = made(tmp_path, CSV, recipe)
    assert first == {
        "custom_id": "a",
        "method": "POST",
        "url": "/v1/chat/completions",
        "body": {
            "model": "m-de",
            "messages": [
                {"role": "system", "content": "You know de."},
                {"role": "user", "content": "To de: Hello {sic}"},
            ],
            "max_tokens": 9,
            "metadata": {"source": "a", "kind": "x"},
        },
    }
    assert second["custom_id"] == "b"


@pytest.mark.parametrize(
    ("endpoint", "system", "body"),
    [
        ("responses", "S", {"model": "m", "input": "Hello", "instructions": "S"}),
        ("/v1/completions", None, {"model": "m", "prompt": "Hello"}),
        ("embeddings", None, {"model": "m", "input": "Hello"}),
    ],
)
def test_other_endpoints(
    tmp_path: Path, endpoint: str, system: str | None, body: dict[str, Any]
) -> None:
    recipe = Recipe("m", "{text}", endpoint=endpoint, system=system)
    assert made(tmp_path, CSV, recipe)[0]["body"] == body


ROWS: list[Any] = [{"id": 1, "text": "one\ntwo"}, {"id": 2, "text": {"a": [1]}, "more": None}]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("in.jsonl", "\n".join(json.dumps(row) for row in ROWS) + "\n\n"),
        ("in.json", json.dumps(ROWS, indent=2)),
        ("stdin", json.dumps(ROWS)),
        ("in.csv", 'id,text\n1,"one\ntwo"\n2,"{""a"":[1]}"\n'),
        ("in.tsv", 'id\ttext\n1\t"one\ntwo"\n2\t{"a":[1]}\n'.replace('{"a":[1]}', '"{""a"":[1]}"')),
    ],
)
def test_the_same_rows_from_any_form(tmp_path: Path, name: str, content: str) -> None:
    lines = made(tmp_path, content, Recipe("m", "> {text}", id_column="id"), name)
    assert [line["custom_id"] for line in lines] == ["1", "2"]
    texts = [line["body"]["messages"][0]["content"] for line in lines]
    assert texts == ["> one\ntwo", '> {"a":[1]}']


@pytest.mark.parametrize(
    ("name", "content"), [("in.txt", "one\n\ntwo"), ("in.json", '["one","two"]')]
)
def test_texts_need_no_prompt(tmp_path: Path, name: str, content: str) -> None:
    lines = made(tmp_path, content, Recipe("m"), name)
    assert [line["custom_id"] for line in lines] == ["row-1", "row-2"]
    assert [line["body"]["messages"][0]["content"] for line in lines] == ["one", "two"]


def test_a_csv_without_a_header(tmp_path: Path) -> None:
    recipe = Recipe("m", "{b}", columns=["a", "b"], delimiter="|", id_column="a")
    assert made(tmp_path, "x|y\n", recipe)[0]["custom_id"] == "x"


def test_hashed_ids_are_those_of_the_content(tmp_path: Path) -> None:
    recipe = Recipe("m", ids=Ids.HASH)
    ids = [line["custom_id"] for line in made(tmp_path, "a\nb\na\na\n", recipe, "in.txt")]
    (tmp_path / "out.jsonl").unlink()
    again = [line["custom_id"] for line in made(tmp_path, "b\na\n", recipe, "in.txt")]
    assert ids == [again[1], again[0], f"{again[1]}-2", f"{again[1]}-3"]


def test_faults_name_row_line_and_column(tmp_path: Path) -> None:
    content = 'id,text\na,"two\nlines"\n,x\na,y\nb, \nc,ok\n'
    found = faults(tmp_path, content, Recipe("m", "Ask: {text}", id_column="id"))
    assert found.faulty == 3
    assert [(fault.row, fault.line, fault.column, fault.message) for fault in found.faults] == [
        (2, 4, "id", "the custom_id is empty"),
        (3, 5, "id", "row 1 has the same custom_id, 'a'"),
        (4, 6, "text", "nothing to ask: empty"),
    ]


def test_a_row_without_the_column(tmp_path: Path) -> None:
    found = faults(tmp_path, '{"a": 1}\n{"b": 2}\n', Recipe("m", "{a}"), "in.jsonl")
    (fault,) = found.faults
    assert (fault.row, fault.column, fault.message) == (2, "a", "the row has no such column")


def test_faulty_rows_can_be_left_out(tmp_path: Path) -> None:
    recipe = Recipe("m", "{a}", skip_faulty=True)
    assert len(made(tmp_path, '{"a": 1}\n{"b": 2}\n{"a": 3}\n', recipe, "in.jsonl")) == 2


@pytest.mark.parametrize(
    ("content", "name", "recipe", "said"),
    [
        (CSV, "in.csv", Recipe("m"), "what to ask"),
        (CSV, "in.csv", Recipe("m", "{txt}"), "no column 'txt'"),
        (CSV, "in.csv", Recipe("m", "{text}", id_column="key"), "no column 'key'"),
        (CSV, "in.csv", Recipe("m", "{text"), "stands alone"),
        (CSV, "in.csv", Recipe("m", "a } b"), "character 3 stands alone"),
        (CSV, "in.csv", Recipe("", "{text}"), "needs a model"),
        (CSV, "in.csv", Recipe("m", "{text}", endpoint="images"), "are made for chat"),
        (CSV, "in.csv", Recipe("m", "{text}", endpoint="embeddings", system="s"), "no system"),
        ("x\n", "in.txt", Recipe("m", columns=["a"]), "for CSV"),
        ("x\n", "stdin", Recipe("m"), "what it holds is not known"),
    ],
)
def test_a_recipe_that_does_not_fit(
    tmp_path: Path, content: str, name: str, recipe: Recipe, said: str
) -> None:
    with pytest.raises(UsageError) as raised:
        made(tmp_path, content, recipe, name)
    assert said in f"{raised.value} {raised.value.hint}"


@pytest.mark.parametrize(
    ("content", "name", "said"),
    [
        (b"a,a\n1,2\n", "in.csv", "two columns are called 'a'"),
        (b'{"a": 1}\n{"a": \n', "in.jsonl", "line 2: no JSON"),
        (b'{"a": 1}\n7\n', "in.jsonl", "line 2: a row is an object"),
        (b'{"a": "\xff"}\n', "in.jsonl", "line 1: not UTF-8"),
        (b"ok\n\xff\n", "in.txt", "line 2: not UTF-8"),
        (b'[{"a": 1},\n 7]', "in.json", "line 2: a row is an object"),
        (b'[{"a": 1},\n {"a" 7}]', "in.json", "line 2: no JSON"),
        (b'[{"a": 1}\n{"a": 7}]', "in.json", "line 2: a comma or ]"),
        (b'[{"a": 1}\n', "in.json", "a comma or ]"),
        (b'[{"a": 1}] x', "in.json", "after the end"),
        (b'{"a": 1}', "in.json", "should begin with"),
        (b'["\xff"]', "in.json", "not UTF-8"),
        (b"[" * 100_000, "in.json", "nested too deeply|a row is an object|no JSON"),
    ],
)
def test_data_that_is_none(tmp_path: Path, content: bytes, name: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        made(tmp_path, content, Recipe("m", None if name == "in.txt" else "{a}"), name)
    assert not (tmp_path / "out.jsonl").exists()


@given(
    st.lists(st.text(st.characters(codec="utf-8"), max_size=20), min_size=1, max_size=10),
    st.integers(1, 9),
)
@settings(deadline=None)
def test_an_array_is_read_in_pieces_of_any_size(texts: list[str], chunk: int) -> None:
    with tempfile.TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        patch.setattr(json_array, "CHUNK_BYTES", chunk)
        rows = [{"n": number, "text": f"x{text}"} for number, text in enumerate(texts)]
        content = json.dumps(rows, ensure_ascii=False, indent=1)
        lines = made(Path(name), content, Recipe("m", "{n}{text}"), "in.json")
    found = [line["body"]["messages"][0]["content"] for line in lines]
    assert found == [f"{number}x{text}" for number, text in enumerate(texts)]


@given(
    st.lists(
        st.text(st.characters(codec="utf-8"), min_size=1, max_size=20), min_size=1, max_size=8
    ),
    st.sampled_from(sorted(ENDPOINTS)),
)
@settings(deadline=None)
def test_what_is_prepared_is_valid(texts: list[str], endpoint: str) -> None:
    """Whatever the cells hold: the file has no problem, and every text is in it."""
    text = io.StringIO()
    csv.writer(text).writerows([["t"], *([f"x{each}"] for each in texts)])
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        lines = made(folder, text.getvalue(), Recipe("m", "{t}", endpoint=endpoint))
        report = run(validate(folder / "out.jsonl"))
    assert len(lines) == len(texts)
    assert report.ok


@given(st.text(max_size=30))
def test_any_text_can_be_written_as_a_template(text: str) -> None:
    escaped = text.replace("{", "{{").replace("}", "}}")
    template = parse(escaped)
    assert template.fill({}) == text
    assert template.columns == ()


def test_forms_can_be_given(tmp_path: Path) -> None:
    lines = made(tmp_path, '{"text": 1}', Recipe("m", form=DataForm.TEXT), "in.jsonl")
    assert lines[0]["body"]["messages"][0]["content"] == '{"text": 1}'
