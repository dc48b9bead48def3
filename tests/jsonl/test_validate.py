"""Validation of whole files: against a slow, obvious reference, and at the bounds."""

from __future__ import annotations

import json
import os
import tempfile
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from batchtui.errors import InputError
from batchtui.jsonl import lines as lines_module
from batchtui.jsonl import validate as validate_module
from batchtui.jsonl.outcomes import Outcome
from batchtui.jsonl.progress import Cancelled, run
from batchtui.jsonl.request import examine
from batchtui.jsonl.results import read_result
from batchtui.jsonl.tokens import estimate_line
from batchtui.jsonl.validate import validate
from batchtui.models.limits import Limits
from tests.jsonl.support import CHAT, encode, request, write

NO_LIMITS = Limits(lines=None, size_bytes=None)

SCALARS = st.one_of(st.none(), st.booleans(), st.integers(), st.floats(), st.text(max_size=4))
VALUES = st.recursive(
    SCALARS,
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=3), inner, max_size=3)
    ),
    max_leaves=6,
)
MESSAGES = st.lists(
    st.fixed_dictionaries(
        {}, optional={"role": st.sampled_from(["user", 3, None]), "content": VALUES}
    ),
    max_size=2,
)
BODIES = st.fixed_dictionaries(
    {},
    optional={
        "model": st.sampled_from(["m", "m", "m", "n", "", None, 3]),
        "messages": st.one_of(MESSAGES, VALUES),
        "input": VALUES,
        "prompt": VALUES,
        "stream": st.sampled_from([None, False, True, 0]),
        "max_tokens": SCALARS,
        "max_output_tokens": SCALARS,
        "tools": VALUES,
    },
)
URLS = st.sampled_from(
    [CHAT, "/v1/embeddings", "/v1/responses", "/v1/completions", "/v1/moderations", "/v1/x", "", 3]
)
REQUESTS = st.fixed_dictionaries(
    {},
    optional={
        "custom_id": st.one_of(st.sampled_from(["a", "b", "c", ""]), VALUES),
        "method": st.sampled_from(["POST", "POST", "GET", None]),
        "url": URLS,
        "body": st.one_of(BODIES, VALUES),
        "x": VALUES,
    },
)
GOOD = st.builds(
    request, st.text(min_size=1, max_size=3), url=st.sampled_from([CHAT, "/chat/completions/"])
)
TEXT_LINES = st.builds(
    lambda value, ascii_only: json.dumps(value, ensure_ascii=ascii_only).encode(
        "utf-8", "surrogatepass"
    ),
    st.one_of(REQUESTS, GOOD, VALUES),
    st.booleans(),
)
BYTE_LINES = st.one_of(
    st.binary(max_size=8),
    st.sampled_from([b"", b" ", b"\r", b"{", b"\xff", b'{"custom_id": "a", "custom_id": "b"}']),
    st.builds(lambda line, cut: line[:cut], TEXT_LINES, st.integers(0, 60)),
    st.builds(lambda line: line + b"\r", TEXT_LINES),
).map(lambda line: line.replace(b"\n", b""))
FILES = st.lists(st.one_of(TEXT_LINES, BYTE_LINES), max_size=12).map(b"\n".join)


def reference(content: bytes) -> Counter[tuple[int | None, str]]:
    """The same verdict by the plainest means: one line after the other, a dictionary of ids."""
    found: Counter[tuple[int | None, str]] = Counter()
    first_of: dict[str, int] = {}
    url = model = None
    requests = 0
    lines = content.split(b"\n")
    for number, line in enumerate(lines if lines[-1] else lines[:-1], 1):
        if number == 1 and line.startswith(b"\xef\xbb\xbf"):
            found[number, "byte_order_mark"] += 1
            line = line[3:]
        if not line.strip(b" \t\r"):
            found[number, "blank_line"] += 1
            continue
        requests += 1
        judged = examine(line, number)
        for each in judged.problems:
            found[number, each.code] += 1
        if judged.custom_id and first_of.setdefault(judged.custom_id, number) != number:
            found[number, "duplicate_custom_id"] += 1
        if judged.url is not None:
            normal = "/v1" + judged.url.removeprefix("/v1").rstrip("/") if judged.url else ""
            url = normal if url is None else url
            found[number, "url_mismatch"] += normal != url
        if judged.model is not None:
            model = judged.model if model is None else model
            found[number, "model_mismatch"] += judged.model != model
    found[None, "empty_file"] += not requests
    return +found


@given(FILES, st.integers(1, 300))
@settings(deadline=None, max_examples=300)
def test_it_agrees_with_the_reference(content: bytes, chunk_bytes: int) -> None:
    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines_module, "CHUNK_BYTES", chunk_bytes)
        path = Path(folder) / "in.jsonl"
        path.write_bytes(content)
        found = run(validate(path, limits=NO_LIMITS))
    assert Counter((each.line, each.code) for each in found.problems) == reference(content)
    assert found.counts == Counter(each.code for each in found.problems)
    numbers = [each.line for each in found.problems if each.line is not None]
    assert numbers == sorted(numbers)
    for each in found.problems:
        each.message.encode()


def test_endless_bad_lines_are_counted_exactly_and_kept_boundedly(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"x\n{}\n" * 10_000)
    found = run(validate(path, max_problems=100, limits=Limits(size_bytes=10)))
    assert len(found.problems) == 101
    assert found.counts == {
        "invalid_json_line": 10_000,
        "missing_required_parameter": 4 * 10_000,
        "file_too_large": 1,
    }
    assert [each.line for each in found.problems[:6]] == [1, 2, 2, 2, 2, 3]
    assert found.problems[-1].code == "file_too_large"
    assert found.left_out == 50_001 - 101


def test_an_error_behind_many_warnings_is_kept(tmp_path: Path) -> None:
    path = tmp_path / "in.jsonl"
    path.write_bytes(b"\n" * 2000 + b"x\n" * 30)
    found = run(validate(path, max_problems=50))
    kept = Counter(each.code for each in found.problems)
    assert kept == {"blank_line": 50, "invalid_json_line": 20}
    assert found.problems[-1].line == 2020


def test_a_line_of_endless_values_is_not_built_in_memory(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(lines_module, "MOST_VALUES", 1000)
    line = encode(request("a", x=[[]] * 2000))
    found = run(validate(write(tmp_path / "in.jsonl", [line])))
    assert [each.code for each in found.problems] == ["line_too_long"]
    assert read_result(line).outcome is Outcome.UNREADABLE


def test_many_duplicates_are_counted_exactly(tmp_path: Path) -> None:
    lines = [request(str(n % 1000)) for n in range(5000)]
    found = run(validate(write(tmp_path / "in.jsonl", lines)))
    assert found.counts == {"duplicate_custom_id": 4000}
    assert {((each.line or 0) - (each.other_line or 0)) % 1000 for each in found.problems} == {0}
    assert {each.other_line for each in found.problems} == set(range(1, 1001))


def test_a_line_too_long_to_be_held_is_reported_and_passed_over(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (lines_module, validate_module):
        monkeypatch.setattr(module, "LINE_LIMIT_BYTES", 1_000_000)
    lines: list[Any] = [request("a"), b'{"custom_id": "b' + b"x" * 3_000_000, request("c"), b"x"]
    found = run(validate(write(tmp_path / "in.jsonl", lines)))
    assert [(each.line, each.code) for each in found.problems] == [
        (2, "line_too_long"),
        (4, "invalid_json_line"),
    ]
    assert found.statistics.longest_line == 2
    assert found.statistics.longest_line_bytes == 3_000_017


def test_statistics(tmp_path: Path) -> None:
    capped = request("a", body={"model": "m", "messages": [{"role": "user"}], "max_tokens": 7})
    other = request("b", url="/v1/embeddings", body={"model": "n", "input": "x" * 398})
    path = write(tmp_path / "in.jsonl", [capped, b"", other, capped | {"custom_id": "c"}])
    statistics = run(validate(path)).statistics
    assert (statistics.lines, statistics.requests) == (4, 3)
    assert statistics.size_bytes == path.stat().st_size
    assert statistics.endpoints == {CHAT: 2, "/v1/embeddings": 1}
    assert statistics.models == {"m": 2, "n": 1}
    assert (statistics.max_output_tokens, statistics.uncapped_requests) == (14, 1)
    assert statistics.estimated_input_tokens == 2 * (3 + 4) + 3 + 100
    assert statistics.longest_line == 3
    assert sum(statistics.size_histogram) == 4


def test_hostile_names_do_not_fill_the_statistics(tmp_path: Path) -> None:
    lines = [request(str(n), body={"model": f"m{n}"}) for n in range(500)]
    statistics = run(validate(write(tmp_path / "in.jsonl", lines))).statistics
    assert len(statistics.models) == 101
    assert sum(statistics.models.values()) == 500


def test_tokens_by_the_documented_rule() -> None:
    text = request(body={"model": "m", "messages": [{"role": "user", "content": "x" * 398}]})
    assert estimate_line(encode(text)) == 3 + 4 + 100
    image = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 99_999}}
    parts = [{"type": "text", "text": "x" * 40}, image]
    shown = request(body={"model": "m", "messages": [{"role": "user", "content": parts}]})
    assert estimate_line(encode(shown)) == 3 + 4 + 10 + 765
    assert estimate_line(b"no request") == 0


def test_a_file_that_cannot_be_read(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        run(validate(tmp_path / "missing"))


def test_a_file_that_becomes_shorter_meanwhile(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(str(n)) for n in range(20_000)])
    steps = validate(path)
    next(steps)
    os.truncate(path, 700_000)
    with pytest.raises(InputError, match="became shorter"):
        run(steps)


def test_cancel_between_steps(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(str(n)) for n in range(20_000)])
    asked = 0

    def is_cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > 3

    with pytest.raises(Cancelled):
        run(validate(path), is_cancelled=is_cancelled)


def test_progress_reaches_the_end(tmp_path: Path) -> None:
    path = write(tmp_path / "in.jsonl", [request(str(n)) for n in range(5000)])
    seen: list[float] = []
    run(validate(path), lambda progress: seen.append(progress.fraction))
    assert len(seen) > 3
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
