"""What a bare word on the command line opens."""

from __future__ import annotations

from pathlib import Path

import pytest

from batchtui.cli.files import safe_name
from batchtui.cli.given import start_at
from batchtui.cli.sending import pairs
from batchtui.errors import UsageError
from batchtui.tui.start import AtBatch, AtBatches, AtDirectory, AtFile, AtJob


def test_paths(tmp_path: Path) -> None:
    file = tmp_path / "in.jsonl"
    file.write_text("{}")
    odd = tmp_path / "odd:7"
    odd.write_text("{}")
    assert start_at(None) == AtBatches()
    assert start_at(str(tmp_path)) == AtDirectory(tmp_path)
    assert start_at(str(file)) == AtFile(file)
    assert start_at(f"{file}:12") == AtFile(file, line=12)
    assert start_at(str(odd)) == AtFile(odd)


@pytest.mark.parametrize(
    "target", ["batch_abc123", "batch_" + "x" * 300, "bGl0ZWxsbV9wcm94eTphcHA"]
)
def test_ids(target: str) -> None:
    assert start_at(target) == AtBatch(target)


@pytest.mark.parametrize("target", ["bathces", "missing.jsonl", "no/such/file", "batch_1.jsonl"])
def test_neither(target: str) -> None:
    with pytest.raises(UsageError, match="no such file"):
        start_at(target)


@pytest.mark.parametrize(
    ("filename", "name"),
    [
        ("out.jsonl", "out.jsonl"),
        ("../../etc/passwd", "passwd"),
        ("..\\..\\x.jsonl", "x.jsonl"),
        (".bashrc", "bashrc"),
        ("a\x1b[31m.jsonl", "a__31m.jsonl"),
        ("..", "file-1.jsonl"),
        ("", "file-1.jsonl"),
        ("名前.jsonl", "名前.jsonl"),
    ],
)
def test_a_server_does_not_choose_where_we_write(filename: str, name: str) -> None:
    assert safe_name(filename, "file-1") == name


def test_metadata_pairs() -> None:
    assert pairs(("a=1", "b=x=y", "c=")) == {"a": "1", "b": "x=y", "c": ""}
    with pytest.raises(UsageError, match="not KEY=VALUE"):
        pairs(("nothing",))


@pytest.mark.parametrize("target", ["job_0660d80b", "job_06"])
def test_an_id_of_a_job_or_its_beginning_opens_that_job(target: str) -> None:
    assert start_at(target) == AtJob(target)
