from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from batchtui.errors import InputError
from batchtui.jsonl.facts import peek
from tests.jsonl.support import encode, request, result, write


def test_an_input(tmp_path: Path) -> None:
    lines = [b"", request("a", url="/chat/completions"), request("b")]
    facts = peek(write(tmp_path / "in.jsonl", lines))
    assert facts.is_batch_input
    assert (facts.kind, facts.endpoint, facts.model) == ("input", "/v1/chat/completions", "m")


def test_results(tmp_path: Path) -> None:
    facts = peek(write(tmp_path / "out.jsonl", [result("a")]))
    assert (facts.kind, facts.endpoint, facts.model) == ("results", None, None)


@pytest.mark.parametrize(
    "content", [b"", b"\n", b"text", b"[1]", b'{"a": 1}', b"\xff" * 99, bytes(999_999)], ids=len
)
def test_other_files(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file"
    path.write_bytes(content)
    facts = peek(path)
    assert (facts.kind, facts.size_bytes) == ("other", len(content))


def test_a_first_line_longer_than_what_is_read(tmp_path: Path) -> None:
    image = {"model": "m", "messages": [{"role": "user", "content": "A" * 999_999}]}
    facts = peek(write(tmp_path / "in.jsonl", [request("a", body=image)]))
    assert (facts.kind, facts.endpoint, facts.model) == ("input", "/v1/chat/completions", "m")
    facts = peek(write(tmp_path / "out.jsonl", [result("a", body=image)]))
    assert facts.kind == "results"


def test_a_packed_file(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    packed = gzip.compress(b"\xef\xbb\xbf" + encode(request("a")) + b"\n")
    path.write_bytes(packed)
    facts = peek(path)
    assert (facts.kind, facts.size_bytes) == ("input", len(packed))
    path.write_bytes(packed[:30])
    assert peek(path).kind == "other"


def test_what_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        peek(tmp_path / "missing")
    with pytest.raises(InputError, match="not a regular file"):
        peek(tmp_path)
