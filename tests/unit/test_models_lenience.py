"""Wire types take what real servers answer, and keep what they do not know."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, strategies
from pydantic import ValidationError

from batchtui.models.batch import Batch, BatchAnswer
from batchtui.models.file import FileDeleted, FileObject
from batchtui.models.listing import Model, Page
from batchtui.models.status import is_terminal, normal_status

TIMES = (
    "created_at", "in_progress_at", "expires_at", "finalizing_at", "completed_at", "failed_at",
    "expired_at", "cancelling_at", "cancelled_at",
)  # fmt: skip


def batch(**fields: Any) -> Batch:
    """Read from JSON, as an answer is."""
    return Batch.model_validate_json(json.dumps({"id": "b", "status": "completed"} | fields))


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (1795308872, 1795308872),
        (1795308872.9, 1795308872),
        ("1795308872", 1795308872),
        ("2026-11-22T02:00:00Z", 1795312800),
        ("2026-11-22T02:00:00.123456+00:00", 1795312800),
        ("2026-11-22T03:00:00+01:00", 1795312800),
        ("2026-11-22T02:00:00", 1795312800),
        (None, None),
        ("", None),
        ("soon", None),
        (True, None),
        ([], None),
        ({}, None),
        (-1, None),
        (10**30, None),
        (1e300, None),
        ("9" * 50, None),
        ("0001-01-01T00:00:00+23:59", None),
    ],
)
def test_times(value: Any, seconds: int | None) -> None:
    read = batch(**dict.fromkeys(TIMES, value))
    assert {getattr(read, name) for name in TIMES} == {seconds}


def test_azure() -> None:
    """Null counts, ISO times, a capital letter, no endpoint, "" for a file that is not there."""
    read = batch(
        id="batch_2c0f7a3e-0000-4000-8000-000000000000",
        status="Validating",
        endpoint=None,
        created_at="2026-11-22T02:00:00Z",
        error_file_id="",
        output_file_id="",
        request_counts={"total": None, "completed": None, "failed": None},
        errors={"object": "list", "data": None},
        error_blob="",
    )
    assert read.status == "validating"
    assert read.endpoint == ""
    assert (read.output_file_id, read.error_file_id) == (None, None)
    assert read.request_counts is not None
    assert read.request_counts.total == read.request_counts.completed == 0
    assert read.errors is not None
    assert read.errors.data == []
    assert read.model_extra == {"error_blob": ""}


def test_azure_without_a_line_in_its_errors() -> None:
    read = batch(
        status="failed",
        errors={"data": [{"code": "token_limit_exceeded", "message": "quota"}]},
    )
    assert read.errors is not None
    assert (read.errors.data[0].code, read.errors.data[0].line) == ("token_limit_exceeded", None)


def test_groq_says_nothing_of_more_pages() -> None:
    page = Page[Batch].from_json(
        b'{"object": "list", "data": [{"id": "b", "status": "completed"}]}'
    )
    assert page.has_more is None
    assert page.last_id is None


def test_together_lists_a_bare_array_with_capitals() -> None:
    page = Page[Batch].from_json(
        b' [{"id": "b", "status": "IN_PROGRESS", "created_at": "2026-11-22T02:00:00.5Z",'
        b' "progress": 42.5, "model_id": "m"}]'
    )
    assert page.has_more is False
    assert page.data[0].status == "in_progress"
    assert page.data[0].created_at == 1795312800
    assert page.data[0].model_extra == {"progress": 42.5, "model_id": "m"}


def test_together_wraps_a_new_batch() -> None:
    body = b'{"job": {"id": "b", "status": "VALIDATING"}, "warning": "slow"}'
    assert BatchAnswer.model_validate_json(body).root.id == "b"
    assert BatchAnswer.model_validate_json(b'{"id": "c", "status": "failed"}').root.id == "c"


def test_novita_mixes_numbers_and_text() -> None:
    read = batch(
        id=17,
        status="COMPLETED",
        input_file_id=4711,
        created_at="1795308872",
        request_counts={"total": "3", "completed": 2.0, "failed": "1"},
        errors="file is broken",
        completion_window=24,
        metadata={"n": 1, "deep": {"a": None}, "none": None, "ok": "yes"},
    )
    assert (read.id, read.input_file_id, read.completion_window) == ("17", "4711", "24")
    assert read.request_counts is not None
    assert (read.request_counts.total, read.request_counts.failed) == (3, 1)
    assert read.errors is not None
    assert [each.message for each in read.errors.data] == ["file is broken"]
    assert read.metadata == {"n": "1", "deep": '{"a": null}', "ok": "yes"}


def test_litellm_puts_chat_usage_beside_the_real_one() -> None:
    read = batch(
        usage={
            "prompt_tokens": 0,
            "completion_tokens": 0,
            "prompt_tokens_details": None,
            "input_tokens": 20,
            "input_tokens_details": {"cached_tokens": None},
            "output_tokens": 2,
            "output_tokens_details": None,
            "total_tokens": 22,
        }
    )
    assert read.usage is not None
    assert (read.usage.input_tokens, read.usage.output_tokens) == (20, 2)
    assert (read.usage.cached_tokens, read.usage.reasoning_tokens) == (0, 0)


def test_details_of_the_usage() -> None:
    details = {"cached_tokens": 7, "audio_tokens": 1}
    usage = batch(
        usage={"input_tokens_details": details, "output_tokens_details": {"reasoning_tokens": "3"}}
    ).usage
    assert usage is not None
    assert (usage.cached_tokens, usage.reasoning_tokens) == (7, 3)
    assert usage.input_tokens_details == details
    odd = batch(usage={"input_tokens_details": 5}).usage
    assert odd is not None
    assert odd.cached_tokens == 0


@pytest.mark.parametrize(
    ("errors", "messages"),
    [
        (None, None),
        ("", []),
        ([], []),
        ({}, []),
        ({"data": None}, []),
        ({"data": ["plain", {"message": "one", "line": "7", "code": 3}]}, ["plain", "one"]),
        ([{"message": "bare"}], ["bare"]),
        ({"message": "single", "code": "x"}, ["single"]),
        (5, ["5"]),
        ([None], ["null"]),
    ],
)
def test_errors_in_any_shape(errors: Any, messages: list[str] | None) -> None:
    read = batch(errors=errors).errors
    assert (None if read is None else [each.message for each in read.data]) == messages


@pytest.mark.parametrize(
    ("word", "status"),
    [
        ("Validating", "validating"),
        ("IN_PROGRESS", "in_progress"),
        ("In Progress", "in_progress"),
        ("complete", "completed"),
        ("SUCCEEDED", "completed"),
        ("canceled", "cancelled"),
        ("TIMEOUT_EXCEEDED", "expired"),
        ("something_new", "something_new"),
    ],
)
def test_statuses(word: str, status: str) -> None:
    assert normal_status(word) == batch(status=word).status == status


@pytest.mark.parametrize("word", [None, 5, "", [], {}])
def test_a_status_that_is_no_word_hides_no_batch(word: Any) -> None:
    read = batch(status=word)
    assert read.status == "unknown"
    assert not read.is_terminal


def test_terminal() -> None:
    assert [is_terminal(each) for each in ("completed", "failed", "expired", "cancelled")] == (
        [True] * 4
    )
    assert not is_terminal("cancelling")


@pytest.mark.parametrize("part", ["request_counts", "usage", "metadata"])
@pytest.mark.parametrize("value", [None, "", "text", 5, [], [1], True])
def test_a_part_of_no_use_is_left_out(part: str, value: Any) -> None:
    assert getattr(batch(**{part: value}), part) is None


@pytest.mark.parametrize(
    "value", [{}, {"id": None}, {"id": ["b"], "status": "x"}, {"id": "b"}, [], "text", 3, None]
)
def test_what_is_no_batch_is_refused(value: Any) -> None:
    with pytest.raises(ValidationError):
        BatchAnswer.model_validate_json(json.dumps(value))


def test_files() -> None:
    read = FileObject.model_validate(
        {"id": 5, "bytes": "540", "filename": None, "purpose": None, "created_at": "", "x": 1}
    )
    assert (read.id, read.bytes, read.filename, read.created_at) == ("5", 540, "", None)
    assert read.model_extra == {"x": 1}
    assert FileDeleted.model_validate({"id": "f", "deleted": "true"}).deleted is True


def test_pages_of_nothing() -> None:
    for body in (b"{}", b'{"data": null}', b"[]", b'{"data": [], "has_more": "false"}'):
        page = Page[Model].from_json(body)
        assert page.data == []
        assert page.has_more in (None, False)


def test_models_keep_what_litellm_adds() -> None:
    body = b'{"data": [{"id": "gpt", "created": 1677610602, "mode": "batch"}]}'
    model = Page[Model].from_json(body).data[0]
    assert (model.id, model.created, model.model_extra) == ("gpt", 1677610602, {"mode": "batch"})


def test_a_batch_reads_back_what_it_wrote() -> None:
    read = batch(metadata={"a": "b"}, errors=["x"], usage={"input_tokens": 1}, extra=[1])
    assert Batch.model_validate_json(read.model_dump_json()) == read


anything = strategies.recursive(
    strategies.none()
    | strategies.booleans()
    | strategies.integers()
    | strategies.floats(allow_nan=False, allow_infinity=False)
    | strategies.text(strategies.characters(exclude_categories=["Cs"])),
    lambda inner: (
        strategies.lists(inner, max_size=3)
        | strategies.dictionaries(strategies.sampled_from(["data", "total", "id", "x"]), inner)
    ),
    max_leaves=6,
)
FIELDS = sorted(set(Batch.model_fields) - {"id"})


@given(fields=strategies.dictionaries(strategies.sampled_from(FIELDS), anything, max_size=5))
def test_a_batch_with_an_id_and_a_status_can_always_be_read(fields: dict[str, Any]) -> None:
    read = batch(**fields)
    assert read.id == "b"
    assert isinstance(read.status, str)
    for name in TIMES:
        value = getattr(read, name)
        assert value is None or 0 <= value <= 253402300799
