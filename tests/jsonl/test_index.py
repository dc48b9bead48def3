from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.jsonl import ends as ends_module
from batchtui.jsonl import index as index_module
from batchtui.jsonl import lines as lines_module
from batchtui.jsonl.index import LineIndex, build, lines_after, lines_before
from batchtui.jsonl.lines import blocks
from batchtui.jsonl.progress import run
from batchtui.jsonl.source import GZIP_MAGIC, Source

OpenSource = Callable[[bytes], Source]

ANY_LINES = st.lists(
    st.one_of(st.binary(max_size=12), st.sampled_from([b"", b"\r", b"\xef\xbb\xbf", b"\x00" * 9])),
    max_size=60,
).map(b"\n".join)
ANY_LINES = ANY_LINES.filter(lambda content: not content.startswith(GZIP_MAGIC))


@contextmanager
def source_of(content: bytes) -> Iterator[Source]:
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "file"
        path.write_bytes(content)
        with Source.open(path) as source:
            yield source


def expected_lines(content: bytes) -> list[bytes]:
    lines = content.split(b"\n")
    return lines if lines[-1] else lines[:-1]


@contextmanager
def small(chunk_bytes: int, *, dense_lines: int = 20, stride: int = 4) -> Iterator[None]:
    """Bounds so small that every line crosses some: of chunks, and of the dense index."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ends_module, "CHUNK_BYTES", chunk_bytes)
        patch.setattr(lines_module, "CHUNK_BYTES", chunk_bytes)
        patch.setattr(lines_module, "BLOCK_LINES", 3)
        patch.setattr(index_module, "DENSE_LINES", dense_lines)
        patch.setattr(index_module, "SPARSE_STRIDE", stride)
        yield


@given(ANY_LINES, st.integers(1, 40))
@settings(deadline=None)
def test_index_and_read_are_a_split_at_newlines(content: bytes, chunk_bytes: int) -> None:
    with source_of(content) as source, small(chunk_bytes):
        index = run(build(source))
        lines = [index.read(line) for line in range(index.line_count)]
        assert lines == expected_lines(content)
        start = 0
        for number, line in enumerate(lines):
            assert index.line_of(start) == number
            assert index.line_of(start + len(line)) == number or start + len(line) == len(content)
            start += len(line) + 1


@given(ANY_LINES, ANY_LINES, st.integers(1, 40))
@settings(deadline=None)
def test_an_index_extended_after_growth_is_that_of_the_whole(
    before: bytes, after: bytes, chunk_bytes: int
) -> None:
    with source_of(before) as source, small(chunk_bytes):
        index = run(build(source))
        with source.path.open("ab") as file:
            file.write(after)
        source.accept_growth()
        run(index.extend())
        lines = [index.read(line) for line in range(index.line_count)]
        assert lines == expected_lines(before + after)


@given(ANY_LINES, st.integers(1, 40))
@settings(deadline=None)
def test_blocks_are_the_file(content: bytes, chunk_bytes: int) -> None:
    with source_of(content) as source, small(chunk_bytes):
        found = list(blocks(source))
    assert b"".join(line for block in found for line in block.lines) == content
    assert [line.removesuffix(b"\n") for block in found for line in block.lines] == (
        expected_lines(content)
    )
    offset = 0
    for block in found:
        assert block.offset == offset
        offset += sum(map(len, block.lines))
        assert block.end == offset
        assert len(block.lines) <= 3


@given(ANY_LINES, st.integers(1, 40), st.integers(10, 30))
@settings(deadline=None)
def test_a_line_too_long_has_its_head_and_the_right_size(
    content: bytes, chunk_bytes: int, limit: int
) -> None:
    with source_of(content) as source, small(chunk_bytes), pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "LINE_LIMIT_BYTES", limit)
        patch.setattr(lines_module, "HEAD_BYTES", 4)
        found = list(blocks(source))
    offset = 0
    for block in found:
        assert block.offset == offset
        for line in block.lines[:-1] if block.left_out else block.lines:
            assert content.startswith(line, offset)
            offset += len(line)
        if block.left_out:
            assert content.startswith(block.lines[-1].removesuffix(b"\n"), offset)
            offset += len(block.lines[-1]) + block.left_out
        assert block.end == offset
    assert offset == len(content)
    lengths = [len(line) for block in found for line in block.lines]
    assert max(lengths, default=0) <= max(limit, chunk_bytes)


@given(ANY_LINES, st.integers(1, 10))
def test_pages_without_an_index_are_the_first_and_the_last_lines(
    content: bytes, count: int
) -> None:
    lines = expected_lines(content)
    with source_of(content) as source:
        first = lines_after(source, 0, count)
        assert [source.read(at.offset, at.length) for at in first] == lines[:count]
        last = lines_before(source, len(content), count)
        assert [source.read(at.offset, at.length) for at in last] == lines[-count:]
        if last:
            above = lines_before(source, last[0].offset, count)
            assert [source.read(at.offset, at.length) for at in above] == lines[:-count][-count:]


def test_a_page_never_reads_more_than_its_bound(
    open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(index_module, "PAGE_BYTES", 10)
    source = open_source(b"x" * 100 + b"\nshort\n")
    assert lines_after(source, 0, 5) == [(0, 10, False)]
    assert lines_before(source, source.size_bytes, 5) == [(101, 5, True)]
    assert lines_before(source, 101, 5) == [(91, 9, False)]


def test_lines_are_countable_while_the_index_grows(
    open_source: OpenSource, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ends_module, "CHUNK_BYTES", 4)
    index = LineIndex(open_source(b"a\nb\nc\nd"))
    steps = index.extend()
    seen = [(index.line_count, index.complete)]
    for _ in steps:
        seen.append((index.line_count, index.complete))
    assert seen == [(0, False), (2, False), (3, False)]
    assert (index.line_count, index.complete) == (4, True)
    assert [index.read(line) for line in range(4)] == [b"a", b"b", b"c", b"d"]
    with pytest.raises(IndexError):
        index.span(4)


def test_an_empty_file_has_no_lines(open_source: OpenSource) -> None:
    source = open_source(b"")
    assert run(build(source)).line_count == 0
    assert lines_after(source, 0, 5) == lines_before(source, 0, 5) == []
    assert list(blocks(source)) == []
