"""Whatever a server sends, the error parser answers, bounded, printable and without the key."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies

from batchtui.client.exchange import Answer
from batchtui.client.failures import error_of
from batchtui.client.scrub import masked_body
from batchtui.client.target import target
from batchtui.errors import ApiError
from batchtui.visible import visible

KEY = "sk-ABCdef-0123456789_xyz"
TARGET = target(
    base_url="http://localhost:4000",
    api_key=KEY,
    kind="litellm",
    provider=None,
    headers={"x-team-token": "team-secret-0123"},
    timeout_s=None,
)

texts = strategies.text() | strategies.sampled_from(
    [
        KEY,
        f"Authorization: Bearer {KEY}",
        f"Error code: 401 - {{'error': {{'message': 'key {KEY} is bad'}}}}",
        f"<html><title>{KEY}</title><b>{KEY[:9]}</b>{KEY[9:]}",
        f"{KEY[:9]}\x00{KEY[9:]}",
        "team-secret-0123",
        "Error code: 400 - {'error': " + "{'error': " * 50,
        "None",
    ]
)
values = strategies.recursive(
    strategies.none() | strategies.booleans() | strategies.integers() | strategies.floats() | texts,
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(
            strategies.sampled_from(["error", "message", "detail", "code", "param", "type", "loc"])
            | texts,
            inner,
            max_size=4,
        )
    ),
    max_leaves=12,
)
bodies = (
    strategies.binary()
    | values.map(lambda value: json.dumps(value).encode())
    | texts.map(lambda text: text.encode("utf-8", "surrogatepass"))
)
headers = strategies.dictionaries(
    strategies.sampled_from(["content-type", "x-request-id", "retry-after", "location"]), texts
)


@given(status=strategies.integers(300, 999), headers=headers, body=bodies)
def test_any_answer_becomes_an_error_without_the_key(
    status: int, headers: dict[str, str], body: bytes
) -> None:
    error = error_of(Answer(status, headers, body), TARGET)
    shown = _shown(error)
    assert KEY not in shown
    assert "team-secret-0123" not in shown
    assert visible(shown) == shown
    assert len(shown) < 4000


@pytest.mark.parametrize("before_bytes", [11_990, 65_526, 65_530])
@pytest.mark.parametrize("filler", [" ", "<b>", "x"])
def test_a_key_that_is_cut_off_is_not_shown_in_part(before_bytes: int, filler: str) -> None:
    """Only the beginning of an answer is read, and blanks and markup are taken out of that."""
    body = "<html>" + (filler * before_bytes)[: before_bytes - 6] + "team-secret-0123"
    error = error_of(Answer(500, {}, body.encode()), TARGET)
    assert "team-s" not in _shown(error)


def test_a_secret_header_is_no_word_of_an_object() -> None:
    secrets = ["team-secret-0123", "none", "evaluation"]
    body = masked_body(b'{"id": "evaluation-1", "errors": "team-secret-0123 none"}', secrets)
    assert body == b'{"id": "evaluation-1", "errors": "*** none"}'


@pytest.mark.parametrize("depth", [10, 100, 1_000, 60_000])
@pytest.mark.parametrize("opening", ["[", '{"error":', "{'error': ", "(", "-"])
def test_deep_nesting_is_no_trouble(opening: str, depth: int) -> None:
    for body in (
        opening * depth,
        json.dumps({"error": {"message": f"Error code: 400 - {{'a': {opening * depth}}}"}}),
    ):
        assert isinstance(error_of(Answer(400, {}, body.encode()), TARGET), ApiError)


@pytest.mark.parametrize(
    "part", ["<", "<a ", "<script", "<title>", "'message': '", "Error code: 4"]
)
def test_text_made_to_be_slow_to_read_is_no_trouble(part: str) -> None:
    body = "<html>" + part * 20_000
    assert isinstance(error_of(Answer(500, {}, body.encode()), TARGET), ApiError)


def _shown(error: Any) -> str:
    parts = (error.message, error.hint, error.server_message, error.code, error.param)
    return " ".join(str(part) for part in (*parts, error.request_id))
