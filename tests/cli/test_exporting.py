"""`batchtui batches results` in every form, as files and on stdout."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result

Command = Callable[..., Result]
WriteInput = Callable[..., Path]
ANSWER = "$.response.body.choices[0].message.content"


@pytest.fixture
def batch_id(command: Command, write_input: WriteInput) -> str:
    """A batch of three requests that is done."""
    created = command("batches", "create", write_input())
    found = created.stdout.strip()
    assert command("batches", "watch", found, "--interval", "0.1").exit_code == 0
    return found


def test_csv_on_stdout(command: Command, batch_id: str) -> None:
    done = command("batches", "results", batch_id, "--format", "csv")
    assert done.exit_code == 0
    rows = list(csv.DictReader(io.StringIO(done.stdout)))
    assert [row["custom_id"] for row in rows] == ["r-0", "r-1", "r-2"]
    assert all(row["outcome"] == "ok" and "Question" in row["answer"] for row in rows)


def test_the_name_of_the_file_says_the_form(
    command: Command, batch_id: str, tmp_path: Path
) -> None:
    out = tmp_path / "out.parquet"
    done = command("batches", "results", batch_id, "-o", out, "--json")
    assert json.loads(done.stdout)["format"] == "parquet"
    parquet: Any = import_module("pyarrow.parquet")
    assert parquet.read_table(out)["custom_id"].to_pylist() == ["r-0", "r-1", "r-2"]
    again = command("batches", "results", batch_id, "-o", out)
    assert again.exit_code == 2
    assert "--force" in again.stderr
    assert command("batches", "results", batch_id, "-o", out, "--force").exit_code == 0


def test_answers_and_paths(command: Command, batch_id: str) -> None:
    answers = command("batches", "results", batch_id, "--format", "answers").stdout.splitlines()
    chosen = command("batches", "results", batch_id, "--path", f"text={ANSWER}")
    texts = [json.loads(line) for line in chosen.stdout.splitlines()]
    assert [json.loads(line)["answer"] for line in answers] == [each["text"] for each in texts]
    assert list(texts[0]) == ["custom_id", "text"]


def test_back_into_the_source(command: Command, batch_id: str, tmp_path: Path) -> None:
    source = tmp_path / "source.csv"
    source.write_text("key,n\nr-2,2\nnone,9\nr-0,0\n")
    out = tmp_path / "out.csv"
    merge = ("--merge-into", source, "--column", "key", "--path", "answer", "-o", out)
    done = command("batches", "results", batch_id, *merge)
    assert done.exit_code == 0
    assert "2 rows of" in done.stderr
    rows = list(csv.reader(out.read_text().splitlines()))
    assert rows[0] == ["key", "n", "answer"]
    assert [row[:2] for row in rows[1:]] == [["r-2", "2"], ["none", "9"], ["r-0", "0"]]
    assert rows[1][2].startswith("Question 2 (echoed")
    assert rows[2][2] == ""


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("--path", "$..x"), "character 2"),
        (("--path", "nope"), "no column and no JSON path"),
        (("--column", "id"), "--merge-into"),
        (("--format", "answers", "--path", "$.x"), "not both"),
    ],
)
def test_wrong_options_are_told_before_anything_is_fetched(
    command: Command, options: tuple[str, ...], said: str
) -> None:
    done = command("batches", "results", "batch_that_is_not_there", *options)
    assert done.exit_code == 2
    assert said in done.stderr
