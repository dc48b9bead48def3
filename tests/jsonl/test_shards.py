"""Shards: every line in exactly one, none above its bounds, none with lines of two lanes."""

from __future__ import annotations

import gzip
import json
import os
import tempfile
import tracemalloc
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl import shards
from batchtui.jsonl.progress import run
from batchtui.jsonl.shards import Bounds, Lane, Shard, SpanFile, Spans, plan
from batchtui.jsonl.source import GZIP_MAGIC, Source
from tests.jsonl.support import CHAT, encode, request, write

BOM = b"\xef\xbb\xbf"
REQUESTS = st.builds(
    lambda model, url, text: encode(
        request(body={"model": model, "messages": [{"role": "user", "content": text}]}, url=url)
    ),
    st.sampled_from(["m", "n"]),
    st.sampled_from([CHAT, "/chat/completions", "/v1/responses"]),
    st.text(max_size=20),
)
LINES = REQUESTS | st.sampled_from([b"", b" \t", b"\r", b"no JSON", b"{}"])
CONTENTS = st.builds(
    lambda start, lines, end: start + b"\n".join(lines) + end,
    st.sampled_from([b"", BOM]),
    st.lists(LINES, max_size=12),
    st.sampled_from([b"", b"\n"]),
) | st.binary(max_size=40).filter(lambda content: not content.startswith(GZIP_MAGIC))
BOUND = st.none() | st.integers(1, 4)


def lines_of(content: bytes) -> list[bytes]:
    """The lines that are not blank, each with its newline."""
    lines = content.removeprefix(BOM).split(b"\n")
    return [line + b"\n" for line in lines if line.strip(b" \t\r")]


def content_of(path: Path, shard: Shard) -> bytes:
    with SpanFile.open(path, shard.spans) as file:
        return file.read() or b""


def lane_of(line: bytes) -> tuple[Any, Any]:
    try:
        value = json.loads(line)
        url = value.get("url")
        if url is not None and not url.startswith("/v1"):
            url = f"/v1{url}"
        return url, value.get("body", {}).get("model")
    except (ValueError, AttributeError):
        return None, None


@given(CONTENTS, BOUND, st.none() | st.integers(200, 400), st.none() | st.integers(1, 60), BOUND)
@settings(deadline=None, max_examples=300)
def test_every_line_is_in_one_shard_within_its_bounds(
    content: bytes,
    most_lines: int | None,
    most_bytes: int | None,
    most_tokens: int | None,
    first_lines: int | None,
) -> None:
    bounds = Bounds(most_lines, most_bytes, most_tokens)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "in.jsonl"
        path.write_bytes(content)
        wanted = lines_of(content)
        if most_bytes is not None and any(len(line) > most_bytes for line in wanted):
            with pytest.raises(InputError, match="alone has"):
                run(plan(path, bounds, first_lines=first_lines))
            return
        planned = run(plan(path, bounds, first_lines=first_lines))
        contents = [content_of(path, shard) for shard in planned]
    found = [part.splitlines(keepends=True) for part in map(_as_newlines, contents)]
    assert sorted(line for part in found for line in part) == sorted(map(_as_newlines, wanted))
    by_lane: dict[Lane, list[bytes]] = {}
    for shard, part, data in zip(planned, found, contents, strict=True):
        assert shard.lines == len(part) >= 1
        assert shard.size_bytes == len(data)
        assert most_lines is None or shard.lines <= most_lines
        assert most_bytes is None or shard.size_bytes <= most_bytes
        assert most_tokens is None or shard.tokens <= most_tokens or shard.lines == 1
        by_lane.setdefault(shard.lane, []).extend(data.split(b"\n")[:-1])
        firsts = {lane_of(line) for line in data.split(b"\n")[:-1]}
        if all(lane != (None, None) for lane in firsts):
            assert len(firsts) == 1
    for lines in by_lane.values():
        order = iter(wanted)
        assert all(line + b"\n" in order for line in lines), "in file order within a lane"
    if planned and first_lines is not None:
        assert planned[0].lines <= first_lines
        assert contents[0].startswith(wanted[0])


def _as_newlines(data: bytes) -> bytes:
    """`splitlines` of bytes ends lines at \\r and others too: only \\n is to count here."""
    return data.replace(b"\r", b"?").replace(b"\x0b", b"?").replace(b"\x0c", b"?")


def test_lines_of_one_lane_melt_into_one_span(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(each) for each in "abcde"])
    size = path.stat().st_size
    (shard,) = run(plan(path, Bounds()))
    assert shard == Shard(Lane(CHAT, "m"), Spans([(0, size)]), 5, size, shard.tokens)
    assert shard.tokens > 0
    first, second = run(plan(path, Bounds(lines=3)))
    assert (first.lines, second.lines) == (3, 2)
    assert len(first.spans) == len(second.spans) == 1


def test_only_the_first_shard_is_a_canary(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(str(each)) for each in range(10)])
    assert [shard.lines for shard in run(plan(path, Bounds(), first_lines=2))] == [2, 8]
    assert [shard.lines for shard in run(plan(path, Bounds(lines=4), first_lines=9))] == [4, 4, 2]


def test_mixed_models_and_endpoints_go_to_lanes_of_their_own(tmp_path: Path) -> None:
    other = {"model": "n", "messages": [{"role": "user", "content": "Hi"}]}
    lines = [request("a"), request("b", body=other), request("c"), request("d", body=other)]
    path = write(tmp_path / "in.jsonl", [*lines, request("e", url="/v1/embeddings")])
    planned = run(plan(path, Bounds()))
    assert [(shard.lane, shard.lines, len(shard.spans)) for shard in planned] == [
        ((CHAT, "m"), 2, 2),
        ((CHAT, "n"), 2, 2),
        (("/v1/embeddings", "m"), 1, 1),
    ]


def test_too_many_lanes_are_no_job(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(shards, "LANES_LIMIT", 3)
    models = [{"model": f"m{n}", "messages": [{"role": "user", "content": "x"}]} for n in range(4)]
    path = write(tmp_path / "in.jsonl", [request("a", body=body) for body in models])
    with pytest.raises(InputError, match=r"line 4 is for the 4th pair"):
        run(plan(path, Bounds()))


@pytest.mark.parametrize("bounds", [Bounds(lines=0), Bounds(size_bytes=-1), Bounds(tokens=0)])
def test_a_bound_below_one_is_refused(tmp_path: Path, bounds: Bounds) -> None:
    path = write(tmp_path / "in.jsonl", [request()])
    with pytest.raises(InputError, match="1 is the least"):
        run(plan(path, bounds))


def test_a_line_past_what_is_held_in_memory_is_in_a_lane_of_its_own(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("batchtui.jsonl.lines.LINE_LIMIT_BYTES", 1_000_000)
    long = request("b", body={"model": "m", "messages": [], "x": "y" * 1_500_000})
    path = write(tmp_path / "in.jsonl", [request("a"), long, request("c")])
    planned = run(plan(path, Bounds()))
    assert [shard.lane for shard in planned] == [(CHAT, "m"), (None, None)]
    assert content_of(path, planned[1]) == encode(long) + b"\n"


def test_a_packed_file_is_read_as_its_content(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl.gz"
    content = encode(request()) + b"\n"
    path.write_bytes(gzip.compress(content))
    (shard,) = run(plan(path, Bounds()))
    assert content_of(path, shard) == content


@given(
    st.binary(min_size=1, max_size=60),
    st.lists(st.tuples(st.integers(0, 59), st.integers(0, 20)), max_size=6),
    st.lists(st.integers(0, 70), max_size=6),
    st.integers(1, 20),
)
@settings(deadline=None)
def test_a_span_file_reads_as_its_spans_end_to_end(
    content: bytes, spans: list[tuple[int, int]], seeks: list[int], count: int
) -> None:
    content = content.replace(GZIP_MAGIC, b"")
    spans = sorted(
        (at, min(length, len(content) - at)) for at, length in spans if at < len(content)
    )
    melted = Spans(span for span in spans if span[1])
    pieces = [content[at : at + length] for at, length in melted]
    wanted = b"".join(piece if piece.endswith(b"\n") else piece + b"\n" for piece in pieces)
    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "in"
        path.write_bytes(content)
        with SpanFile.open(path, spans) as file:
            assert file.size_bytes == len(wanted) == file.seek(0, os.SEEK_END)
            assert file.seek(0) == 0
            assert file.read() == wanted
            for place in seeks:
                file.seek(place)
                assert file.read(count) == wanted[place : place + count]
                assert file.tell() == max(place, min(place + count, len(wanted)))


def test_a_span_file_that_was_written_to_says_so(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(each) for each in "abc"])
    content = path.read_bytes()
    file = SpanFile.open(path, [(0, len(content))])
    assert file.read(10) == content[:10]
    path.write_bytes(content.replace(b'"b"', b'"B"'))
    os.utime(path, ns=(1, 1))
    with pytest.raises(OSError, match="written to while it was read"):
        file.read()
    path.write_bytes(b"")
    file.seek(0)
    with pytest.raises(InputError, match="became shorter"):
        file.read()


def test_a_closed_span_file_is_not_read(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request()])
    with Source.open(path) as source:
        file = SpanFile(source, [(0, 5)])
    file.close()
    with pytest.raises(ValueError, match="closed"):
        file.read(1)
    with pytest.raises(InputError, match="became shorter"):
        SpanFile.open(path, [(path.stat().st_size, 1)])


@given(st.lists(st.tuples(st.integers(0, 9), st.integers(0, 9)), max_size=9))
def test_spans_are_a_sequence_that_can_be_stored(pairs: list[tuple[int, int]]) -> None:
    spans = Spans(pairs)
    assert Spans.from_bytes(spans.to_bytes()) == spans
    assert hash(Spans.from_bytes(spans.to_bytes())) == hash(spans)
    listed = list(spans)
    assert [spans[at] for at in range(len(spans))] == listed == list(spans[:])
    assert sum(length for _, length in spans) == sum(length for _, length in pairs)
    with pytest.raises(IndexError):
        spans[len(spans)]


def test_half_a_span_is_no_spans() -> None:
    with pytest.raises(ValueError, match="half"):
        Spans.from_bytes(Spans([(1, 2)]).to_bytes()[:8])


def test_a_plan_costs_some_bytes_a_span(tmp_path: Path) -> None:
    """Two models in turn: every line is a span of its own."""
    bodies = [encode(request("x", body={"model": m, "messages": [{"role": "user"}]})) for m in "mn"]
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"".join(body + b"\n" for body in bodies) * 40_000)
    run(plan(path, Bounds(lines=50_000)))
    tracemalloc.start()
    planned = run(plan(path, Bounds(lines=50_000)))
    _, peak_bytes = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert [len(shard.spans) for shard in planned] == [40_000, 40_000]
    assert peak_bytes < 8_000_000
