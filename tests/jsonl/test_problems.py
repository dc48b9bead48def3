"""Each code: the line that earns it, and what is said."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from batchtui.jsonl.metadata import check_metadata
from batchtui.jsonl.problems import CODES, Problem
from batchtui.jsonl.progress import run
from batchtui.jsonl.repair import REPAIRS
from batchtui.jsonl.validate import validate
from batchtui.models.limits import OPENAI, Limits
from tests.jsonl.support import encode, request, write

RESPONSES = "/v1/responses"


def problems_of(tmp_path: Path, *lines: Any, **options: Any) -> list[Problem]:
    found = run(validate(write(tmp_path / "in.jsonl", lines), **options))
    assert sum(found.counts.values()) == len(found.problems)
    return found.problems


def only(tmp_path: Path, *lines: Any, **options: Any) -> Problem:
    found = problems_of(tmp_path, *lines, **options)
    assert len(found) == 1, found
    return found[0]


def body(**fields: Any) -> dict[str, Any]:
    return {"model": "m", "messages": [{"role": "user", "content": "Hello"}]} | fields


def without(key: str) -> dict[str, Any]:
    line = request()
    del line[key]
    return line


def test_good_lines_have_no_problem(tmp_path: Path) -> None:
    assert problems_of(tmp_path, request("a"), request("b"), request("ü" * 9)) == []


@pytest.mark.parametrize(
    ("line", "column", "words"),
    [
        (b"{", 2, "not JSON"),
        (b'{"a": "\xc3\xa9" x}', 12, "not JSON"),
        (b'{"a": NaN}', None, "NaN"),
        (b'{"a": -Infinity}', None, "Infinity"),
        (b'{"a": "\x00"}', 8, "control character"),
        (b"\x00\x00\x00", 1, "not JSON"),
        (encode(request()) + b" x", len(encode(request())) + 2, "Extra data"),
        (b"[" * 100_000, None, "deep"),
        (b'{"custom_id": "a"}{"custom_id": "b"}', 19, "Extra data"),
    ],
    ids=lambda value: str(value)[:20],
)
def test_lines_that_are_not_json(
    tmp_path: Path, line: bytes, column: int | None, words: str
) -> None:
    found = only(tmp_path, request("first"), line)
    assert (found.line, found.code, found.column) == (2, "invalid_json_line", column)
    assert words in found.message


def test_lines_that_are_not_utf8(tmp_path: Path) -> None:
    found = only(tmp_path, encode(request(body=body(user="ab"))).replace(b"ab", b"a\xff"))
    assert (found.code, found.line) == ("invalid_utf8", 1)
    assert found.column is not None
    assert "0xff" in found.message


@pytest.mark.parametrize(
    ("line", "named"),
    [(b"[]", "an array"), (b"3", "a number"), (b'"x"', "a string"), (b"null", "null")],
)
def test_lines_that_are_no_objects(tmp_path: Path, line: bytes, named: str) -> None:
    found = only(tmp_path, request("first"), line)
    assert (found.line, found.code) == (2, "not_an_object")
    assert named in found.message


@pytest.mark.parametrize("key", ["custom_id", "method", "url", "body"])
def test_missing_fields(tmp_path: Path, key: str) -> None:
    found = only(tmp_path, request("first"), without(key))
    assert (found.line, found.code, found.field) == (2, "missing_required_parameter", key)
    assert found.repair == {"method": "set_method", "url": "set_url"}.get(key)


@pytest.mark.parametrize("value", [None, 3, ["a"], {}, True])
@pytest.mark.parametrize("key", ["custom_id", "method", "url", "body"])
def test_mistyped_fields(tmp_path: Path, key: str, value: Any) -> None:
    found = problems_of(tmp_path, request("first"), request("b") | {key: value})
    if (key, value) == ("body", {}):
        assert [each.code for each in found] == ["missing_model", "missing_required_parameter"]
    else:
        assert [(each.line, each.code, each.field) for each in found] == [(2, "invalid_type", key)]


@pytest.mark.parametrize(
    ("url", "fields", "code", "field"),
    [
        ("/v1/chat/completions", {"model": None}, "missing_model", "body.model"),
        ("/v1/chat/completions", {"model": ""}, "missing_model", "body.model"),
        ("/v1/chat/completions", {"model": 3}, "invalid_type", "body.model"),
        ("/v1/chat/completions", {"stream": True}, "stream_not_supported", "body.stream"),
        ("/v1/chat/completions", {"stream": 1}, "invalid_type", "body.stream"),
        ("/v1/chat/completions", {"messages": []}, "invalid_value", "body.messages"),
        ("/v1/chat/completions", {"messages": "x"}, "invalid_type", "body.messages"),
        (
            "/v1/chat/completions",
            {"messages": None},
            "missing_required_parameter",
            "body.messages",
        ),
        ("/v1/chat/completions", {"messages": ["x"]}, "invalid_type", "body.messages[0]"),
        (
            "/v1/chat/completions",
            {"messages": [{"role": "user"}, {}]},
            "missing_required_parameter",
            "body.messages[1].role",
        ),
        (
            "/v1/chat/completions",
            {"messages": [{"role": 3}]},
            "invalid_type",
            "body.messages[0].role",
        ),
        (
            "/v1/chat/completions",
            {"messages": [{"role": "user", "content": 3}]},
            "invalid_type",
            "body.messages[0].content",
        ),
        ("/v1/completions", {}, "missing_required_parameter", "body.prompt"),
        ("/v1/completions", {"prompt": {}}, "invalid_type", "body.prompt"),
        ("/v1/embeddings", {}, "missing_required_parameter", "body.input"),
        ("/v1/embeddings", {"input": []}, "invalid_value", "body.input"),
        (RESPONSES, {}, "missing_required_parameter", "body.input"),
        (RESPONSES, {"input": "x", "max_tokens": 5}, "unsupported_parameter", "body.max_tokens"),
        ("/v1/rerank", {}, "unknown_endpoint", "url"),
    ],
)
def test_bodies_against_their_endpoint(
    tmp_path: Path, url: str, fields: dict[str, Any], code: str, field: str
) -> None:
    found = only(tmp_path, request(url=url, body=body(**fields)))
    assert (found.line, found.code, found.field, found.custom_id) == (1, code, field, "a")


@pytest.mark.parametrize(
    ("url", "fields"),
    [
        ("/chat/completions", {}),
        ("/v1/chat/completions/", {}),
        ("/v1/chat/completions", {"messages": [{"role": "assistant", "content": None}]}),
        ("/v1/chat/completions", {"messages": [{"role": "user", "content": [{"type": "text"}]}]}),
        ("/v1/chat/completions", {"stream": False, "max_tokens": 1e3}),
        ("/v1/embeddings", {"input": ["a", "b"]}),
        ("/v1/embeddings", {"input": ""}),
        ("/v1/completions", {"prompt": [1, 2]}),
        (RESPONSES, {"input": [{"role": "user", "content": "x"}], "max_output_tokens": 5}),
        (RESPONSES, {"prompt": {"id": "pmpt_1"}}),
        ("/v1/images/generations", {"prompt": 3}),
    ],
)
def test_bodies_that_are_right(tmp_path: Path, url: str, fields: dict[str, Any]) -> None:
    assert problems_of(tmp_path, request(url=url, body=body(**fields))) == []


def test_an_empty_custom_id(tmp_path: Path) -> None:
    assert only(tmp_path, request("")).code == "invalid_value"


def test_duplicates_name_both_lines(tmp_path: Path) -> None:
    escaped = encode(request("bb")).replace(b"bb", b"b\\u0062")
    first, second = problems_of(tmp_path, request("a"), request("bb"), request("a"), escaped)
    assert (first.code, first.line, first.other_line) == ("duplicate_custom_id", 3, 1)
    assert (second.custom_id, second.line, second.other_line) == ("bb", 4, 2)
    assert first.repair == "renumber_duplicates"


def test_a_method_that_is_not_post(tmp_path: Path) -> None:
    found = only(tmp_path, request(method="post"))
    assert (found.code, found.repair) == ("invalid_method", "set_method")


def test_urls_are_compared_with_the_first_or_the_batch(tmp_path: Path) -> None:
    lines = request("a"), request("b", url=RESPONSES, body=body(input="x"))
    found = only(tmp_path, *lines)
    assert (found.code, found.line, found.other_line) == ("url_mismatch", 2, 1)
    found = only(tmp_path, *lines, endpoint="/responses")
    assert (found.code, found.line, found.other_line) == ("url_mismatch", 1, None)


def test_models_are_compared_with_the_first(tmp_path: Path) -> None:
    found = only(tmp_path, request("a"), request("b", body=body(model="other")))
    assert (found.code, found.line, found.other_line) == ("model_mismatch", 2, 1)


def test_warnings_leave_the_file_good(tmp_path: Path) -> None:
    lone = encode(request("d", body=body(user="x"))).replace(b'"x"', b'"\\ud83d and \\ude00"')
    lines = [request("a"), b"", b" \t\r", request("c", extra=1), lone]
    found = run(validate(write(tmp_path / "in.jsonl", lines)))
    assert found.ok
    assert found.counts == {"blank_line": 2, "unknown_key": 1, "lone_surrogate": 1}
    assert found.warning_count == 4


def test_a_whole_pair_of_surrogates_is_no_problem(tmp_path: Path) -> None:
    lines = [request("\U0001f600"), request("b", body=body(user="\\ud83d"))]
    assert problems_of(tmp_path, *lines) == []


def test_a_byte_order_mark_is_an_error_and_the_line_is_read(tmp_path: Path) -> None:
    found = only(tmp_path, b"\xef\xbb\xbf" + encode(request("a")), request("b"))
    assert (found.code, found.line, found.column) == ("byte_order_mark", 1, 1)
    assert found.repair == "strip_bom"


def test_limits(tmp_path: Path) -> None:
    tight = Limits(lines=1, size_bytes=200, line_bytes=150)
    long = request("c", body=body(user="x" * 99))
    found = problems_of(tmp_path, request("a"), b"", long, limits=tight)
    assert [(each.line, each.code) for each in found] == [
        (2, "blank_line"),
        (3, "line_too_long"),
        (None, "too_many_tasks"),
        (None, "file_too_large"),
    ]


@pytest.mark.parametrize("content", [b"", b"\n\n"])
def test_a_file_without_requests(tmp_path: Path, content: bytes) -> None:
    assert problems_of(tmp_path, content)[-1].code == "empty_file"


def test_text_from_the_file_is_bounded_and_encodable(tmp_path: Path) -> None:
    line = encode(request("x")).replace(b'"x"', b'"\\ud800' + b"y" * 10_000 + b'"')
    found = problems_of(tmp_path, line, line)
    assert {each.code for each in found} == {"lone_surrogate", "duplicate_custom_id"}
    for each in found:
        assert each.custom_id is not None
        assert len(each.custom_id.encode()) < 600


def test_metadata_bounds() -> None:
    assert check_metadata({"k" * 64: "v" * 512}) == []
    found = check_metadata({"k" * 65: "v" * 513, "": ""} | {str(n): "" for n in range(15)}, OPENAI)
    assert [each.severity for each in found] == ["error"] * 4


def test_every_repair_exists() -> None:
    assert {code.repair for code in CODES.values() if code.repair} <= set(REPAIRS)
