"""New files: whole or not at all, and byte for byte."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl.index import build
from batchtui.jsonl.join import join
from batchtui.jsonl.outcomes import NOT_ANSWERED, Outcome
from batchtui.jsonl.parts import merge, sample, split
from batchtui.jsonl.progress import Cancelled, run
from batchtui.jsonl.source import GZIP_MAGIC, Source
from batchtui.jsonl.write import extract, extract_lines, merge_in_input_order, new_file
from tests.jsonl.support import encode, request, result, write

CONTENTS = st.binary(max_size=60) | st.lists(st.binary(max_size=6), max_size=12).map(b"\n".join)
CONTENTS = CONTENTS.filter(lambda content: b"\n" + GZIP_MAGIC not in b"\n" + content)


@given(CONTENTS, st.none() | st.integers(1, 4), st.none() | st.integers(1, 30))
@settings(deadline=None)
def test_split_and_merge_are_the_identity(
    content: bytes, max_lines: int | None, max_bytes: int | None
) -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        path = folder / "in.jsonl"
        path.write_bytes(content)
        longest = max(map(len, content.split(b"\n"))) + 1
        if max_bytes is not None and max_bytes < longest:
            max_bytes = longest
        parts = run(split(path, folder, max_lines=max_lines, max_bytes=max_bytes))
        for part in parts:
            data = part.read_bytes()
            assert data
            assert max_bytes is None or len(data) <= max_bytes
            assert max_lines is None or len(data.removesuffix(b"\n").split(b"\n")) <= max_lines
        assert run(merge(parts, folder / "out")) == len(content)
        assert (folder / "out").read_bytes() == content


def test_parts_are_numbered_after_the_file(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(each) for each in "abc"])
    parts = run(split(path, tmp_path, max_lines=2))
    assert [part.name for part in parts] == ["in-001.jsonl", "in-002.jsonl"]
    with pytest.raises(InputError, match="exists already"):
        run(split(path, tmp_path, max_lines=2))
    assert parts[0].exists()


def test_a_split_that_fails_leaves_no_part(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [b"short", b"short", b"x" * 100])
    with pytest.raises(InputError, match="line 3 has 101 bytes"):
        run(split(path, tmp_path, max_lines=1, max_bytes=50))
    assert list(tmp_path.iterdir()) == [path]


def test_merge_puts_a_newline_between_files(tmp_path: Path) -> None:
    first, second = tmp_path / "1", tmp_path / "2"
    first.write_bytes(b"a")
    second.write_bytes(b"b")
    run(merge([first, second], tmp_path / "out"))
    assert (tmp_path / "out").read_bytes() == b"a\nb"


def test_a_sample_is_some_lines_in_file_order(tmp_path: Path) -> None:
    lines = [b"%d" % number for number in range(1000)]
    path = write(tmp_path / "in.jsonl", [*lines, b"", b" "])
    assert run(sample(path, tmp_path / "out", 50)) == 50
    chosen = (tmp_path / "out").read_bytes().splitlines()
    assert sorted(chosen, key=int) == chosen
    assert len(set(chosen)) == 50
    assert int(chosen[-1]) > 500
    run(sample(path, tmp_path / "again", 50))
    assert (tmp_path / "again").read_bytes() == (tmp_path / "out").read_bytes()
    assert run(sample(path, tmp_path / "all", 5000)) == 1000


def test_extract_writes_the_requests_of_a_retry(tmp_path: Path) -> None:
    requests = [encode(request(each)) for each in "abc"]
    source = tmp_path / "in.jsonl"
    source.write_bytes(b"\n".join(requests))
    outputs = write(tmp_path / "out.jsonl", [result("b")])
    with run(join(source, [outputs])) as joined:
        chosen = joined.indices(NOT_ANSWERED)
        assert run(extract(joined, chosen, tmp_path / "retry.jsonl")) == 2
        assert run(extract(joined, joined.indices({Outcome.OK}), tmp_path / "ok.jsonl")) == 1
    assert (tmp_path / "retry.jsonl").read_bytes() == requests[0] + b"\n" + requests[2] + b"\n"
    with run(join(None, [outputs])) as joined, pytest.raises(InputError, match="no input file"):
        run(extract(joined, [0], tmp_path / "retry.jsonl"))


def test_extract_lines_of_an_indexed_file(tmp_path: Path) -> None:
    with Source.open(write(tmp_path / "in", [b"a", b"b", b"c"])) as source:
        assert run(extract_lines(run(build(source)), [2, 0], tmp_path / "out")) == 2
    assert (tmp_path / "out").read_bytes() == b"c\na\n"


def test_a_failure_leaves_what_was_there(tmp_path: Path) -> None:
    path = tmp_path / "out"
    path.write_bytes(b"before")

    def fail() -> None:
        with new_file(path) as file:
            file.write(b"x" * 1_000_000)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail()
    assert path.read_bytes() == b"before"
    assert list(tmp_path.iterdir()) == [path]


def test_a_cancelled_merge_leaves_what_was_there(tmp_path: Path) -> None:
    lines: list[Any] = [result(str(n)) for n in range(20_000)]
    outputs = write(tmp_path / "out.jsonl", lines)
    out = tmp_path / "merged"
    out.write_bytes(b"before")
    asked = iter([False, False, True])
    with run(join(None, [outputs])) as joined, pytest.raises(Cancelled):
        run(merge_in_input_order(joined, out), is_cancelled=lambda: next(asked))
    assert out.read_bytes() == b"before"
    assert sorted(path.name for path in tmp_path.iterdir()) == ["merged", "out.jsonl"]


def test_lines_that_vanish_meanwhile_are_not_left_out_silently(tmp_path: Path) -> None:
    outputs = write(tmp_path / "out.jsonl", [result("a"), result("b")])
    with run(join(None, [outputs])) as joined:
        os.truncate(outputs, 50)
        with pytest.raises(InputError, match="became shorter"):
            run(merge_in_input_order(joined, tmp_path / "merged"))
    assert not (tmp_path / "merged").exists()


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    with (
        pytest.raises(InputError, match=r"cannot write .*missing/out"),
        new_file(tmp_path / "missing" / "out"),
    ):
        pass


def test_links_are_followed_and_devices_stay(tmp_path: Path) -> None:
    (tmp_path / "link").symlink_to(tmp_path / "target")
    for path in (tmp_path / "link", Path("/dev/null")):
        with new_file(path) as file:
            file.write(b"x")
    assert (tmp_path / "link").is_symlink()
    assert (tmp_path / "target").read_bytes() == b"x"
    assert Path("/dev/null").is_char_device()
    with pytest.raises(InputError, match="Is a directory"), new_file(tmp_path):
        pass


def test_the_permissions_are_those_of_any_new_file_or_of_the_old_one(tmp_path: Path) -> None:
    plain = tmp_path / "plain"
    plain.touch()
    with new_file(tmp_path / "new"):
        pass
    assert (tmp_path / "new").stat().st_mode == plain.stat().st_mode
    private = tmp_path / "private"
    private.touch(mode=0o600)
    with new_file(private):
        pass
    assert private.stat().st_mode & 0o777 == 0o600


def test_split_reports_progress_while_it_looks_for_the_first_cut(
    tmp_path: Path,
) -> None:
    path = write(tmp_path / "in.jsonl", [request(str(n)) for n in range(9000)])
    seen: list[int] = []
    run(split(path, tmp_path), lambda progress: seen.append(progress.done_bytes))
    assert len(seen) > 4
