"""Every shape of error that servers answer with becomes the right class, words and hint."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from batchtui import errors
from batchtui.client.exchange import Answer
from batchtui.client.failures import error_of
from batchtui.client.target import Target, target
from batchtui.errors import ApiError, ExitCode, RateLimitedError

CAPTURED: dict[str, dict[str, Any]] = {
    each["case"]: each
    for each in json.loads((Path(__file__).parent / "answers" / "errors.json").read_bytes())
}
KEY = "sk-the-key-of-this-user-0123456789"


def at(**changes: Any) -> Target:
    given: dict[str, Any] = {"base_url": "http://localhost:4000", "api_key": KEY, "kind": "litellm"}
    given |= {"provider": None, "headers": None, "timeout_s": None}
    return target(**(given | changes))


def captured(case: str) -> ApiError:
    found = CAPTURED[case]
    body = found["body"]
    raw = body.encode() if isinstance(body, str) else json.dumps(body).encode()
    return error_of(Answer(found["status"], found["headers"], raw), at())


def answered(status: int, body: bytes | str | object, **headers: str) -> ApiError:
    raw = (
        body
        if isinstance(body, bytes)
        else (body.encode() if isinstance(body, str) else json.dumps(body).encode())
    )
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return error_of(Answer(status, named, raw), at())


# case, class, the server's words, code, param, a word of the hint
EXPECTED = [
    ("err_wrong_key", "AuthenticationError", "No connected db.", None, None, "API key"),
    ("err_no_key", "AuthenticationError", "Authentication Error, No api", None, None, "API key"),
    ("up_401_list", "AuthenticationError", "Incorrect API key provided: sk-***.",
     "invalid_api_key", None, "proxy's config"),
    ("err_unknown_batch", "NotFoundError", "No batch found with id 'batch_nope'.", None, None,
     "expired"),
    ("err_unknown_file_content", "NotFoundError", "No such File object: file-nope", None, "id",
     "expired"),
    ("err_404_path", "NotFoundError", "Not Found", None, None, "base URL"),
    ("err_method_put", "NotFoundError", "Method Not Allowed", None, None, "base URL"),
    ("path_openai_passthrough_route", "NotFoundError", "Invalid URL", None, None, "base URL"),
    ("err_create_unknown_file", "InvalidRequestError", "Invalid file: No such File object",
     "invalid_file", "input_file_id", "correct"),
    ("err_create_malformed_json", "InvalidRequestError", "Invalid JSON payload", None,
     "request_body", "correct"),
    ("err_file_no_purpose", "InvalidRequestError", "body.purpose: Field required", "missing",
     "purpose", "correct"),
    ("file_json_body", "InvalidRequestError",
     "body.purpose: Field required; body.file: Field required", "missing", "purpose", "correct"),
    ("batch_list_limit_abc", "InvalidRequestError", "query.limit: Input should be", "int_parsing",
     "limit", "correct"),
    ("err_prov_anthropic_list", "InvalidRequestError", "litellm.BadRequestError", None, None,
     "another provider"),
    ("err_prov_bogus_file", "ServerError", "'bogus' is not a valid", None, None,
     "another provider"),
    ("list_unknown_model", "InvalidRequestError", "batch listing: Invalid model name", None, None,
     "correct"),
    ("up_billing_create", "InvalidRequestError", "Billing hard limit",
     "billing_hard_limit_reached", None, "spending limit"),
    ("batch_cancel_completed", "ConflictError", "Cannot cancel a batch", None, None, "ended"),
    ("batch_id_with_429", "RateLimitedError", "Rate limit reached", "rate_limit_exceeded", None,
     "wait"),
    ("up_enqueued_create", "RateLimitedError", "Enqueued token limit", "token_limit_exceeded",
     None, "running batches"),
    ("up_500_create", "ServerError", "The server had an error", None, None, "try again"),
    ("up_503_list", "ServerError", "upstream connect error", None, None, "try again"),
    ("dead_list", "ServerError", "Connection error.", None, None, "reach its provider"),
    ("nokey_list", "ServerError", "Missing credentials", None, None, "config.yaml"),
    ("nokey_file_create", "ServerError", "files_settings is not set", None, None, "config.yaml"),
    ("sel_file_target_model_names", "ServerError", "Managed files hook", None, None, "database"),
    ("err_create_list_body", "ServerError", "Internal server error", None, None, "try again"),
    ("file_txt_name", "InvalidRequestError", "Invalid file format", None, "file", "correct"),
    ("err_create_missing_endpoint", "InvalidRequestError", "/batches: Missing required", None,
     "endpoint", "correct"),
    ("batch_list_limit101", "InvalidRequestError", "Invalid 'limit'", None, "limit", "correct"),
    ("sel_file_header_model_unknown", "InvalidRequestError", "file upload: Invalid model", None,
     None, "correct"),
    ("err_unknown_file_retrieve", "NotFoundError", "No such File object", None, "id", "expired"),
    ("err_unknown_file_delete", "NotFoundError", "No such File object", None, "id", "expired"),
    ("err_unknown_batch_cancel", "NotFoundError", "No batch found with id 'batch_nope'.", None,
     None, "expired"),
    ("err_create_empty_body", "InvalidRequestError", "/batches: Missing required", None,
     "input_file_id", "correct"),
    ("err_file_no_file", "InvalidRequestError", "body.file: Field required", "missing", "file",
     "correct"),
    ("file_bad_purpose", "InvalidRequestError", "Invalid purpose: foo", None, "purpose", "correct"),
    ("file_empty", "InvalidRequestError", "Batch input file has no request", None, "file",
     "correct"),
    ("file_bad_jsonl", "InvalidRequestError", "Batch input file line 1 is not", None, "file",
     "correct"),
    ("err_prov_bogus_create", "InvalidRequestError", "litellm.BadRequestError", None, None,
     "another provider"),
    ("batch_list_limit_neg", "InvalidRequestError", "Invalid 'limit'", None, "limit", "correct"),
    ("batch_list_after_unknown", "InvalidRequestError", "No such object: batch_nope", None,
     "after", "correct"),
    ("create_metadata_string", "InvalidRequestError", "Invalid type for 'metadata'", None,
     "metadata", "correct"),
    ("nokey_retrieve", "NotFoundError", "No batch found with id", None, None, "expired"),
    ("nokey_create", "NotFoundError", "No such File object: file-x", None, None, "expired"),
    ("up_429_file_content", "RateLimitedError", "Rate limit reached", "rate_limit_exceeded", None,
     "wait"),
    ("up_401_create", "AuthenticationError", "Incorrect API key provided: sk-***.",
     "invalid_api_key", None, "proxy's config"),
    ("content_truncated", "ServerError", "Internal server error", None, None, "try again"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("case", "kind", "words", "code", "param", "hint"), EXPECTED, ids=[row[0] for row in EXPECTED]
)
def test_a_captured_answer(
    case: str, kind: str, words: str, code: str | None, param: str | None, hint: str
) -> None:
    error = captured(case)
    assert type(error).__name__ == kind
    assert (error.server_message or "").startswith(words)
    assert (error.code, error.param) == (code, param)
    assert error.status == CAPTURED[case]["status"]
    assert hint in (error.hint or "")
    headers = CAPTURED[case]["headers"]
    assert error.request_id == headers.get("x-request-id", headers.get("x-litellm-call-id"))


def test_a_405_without_a_body() -> None:
    error = captured("file_content_head")
    assert error.message == "localhost:4000 answered 405 Method Not Allowed"
    assert error.server_message is None


def test_a_message_that_only_repeats_the_status_is_not_said_twice() -> None:
    assert captured("err_404_path").message == "localhost:4000 answered 404 Not Found"


@pytest.mark.parametrize(
    ("status", "body", "words"),
    [
        (500, "Internal Server Error", "Internal Server Error"),
        (404, {"detail": "No such batch"}, "No such batch"),
        (403, {"detail": {"error": "not your team"}}, "not your team"),
        (400, {"error": "a plain string"}, "a plain string"),
        (400, {"message": "top level", "statusCode": 400}, "top level"),
        (400, {"errors": [{"message": "one"}, {"message": "two"}]}, "one; two"),
        (400, '"just a string"', "just a string"),
        (400, {"error": {"message": {"error": {"message": "deep"}}}}, "deep"),
        (400, {"error": {"message": "Error code: 404 - {'error': {'message': 'cut off he"},},
         "cut off he"),
        (400, {"error": {"message": "OpenAIException - Error code: 400 - {'error': {'message': "
                                    "\"it's\", 'code': 'x_y'}}"}}, "it's"),
        (502, "<html><head><title>502 Bad Gateway</title></head><body><center><h1>502 Bad Gateway"
              "</h1></center><hr><center>nginx</center></body></html>",
         "502 Bad Gateway: 502 Bad Gateway nginx"),
        (502, {"error": {"message": "<html><title>Oops</title><script>x()</script></html>"}},
         "Oops"),
        (401, {"error": {"code": "401", "message": "Access denied due to invalid subscription "
                                                   "key"}}, "Access denied"),
        (500, {"error": {"message": "6 validation errors for LiteLLMBatch\\n  Field required"}},
         "6 validation errors for LiteLLMBatch"),
        (500, {"error": {"message": "'NoneType' object has no attribute 'model_dump'"}},
         "'NoneType' object"),
        (403, {"error": {"message": "team_model_access_denied: " + "a" * 64, "type": "None",
                         "param": "None", "code": "403"}}, "team_model_access_denied"),
        (500, "", None),
        (500, "{}", None),
        (500, "[]", None),
        (500, "null", None),
        (500, b"\xff\xfe\x00", "��␀"),
    ],
)  # fmt: skip
def test_other_shapes(status: int, body: object, words: str | None) -> None:
    error = answered(status, body)
    assert (error.server_message or "").startswith(words or "")
    assert (error.server_message is None) == (words is None)


def test_a_litellm_proxy_without_prisma_gets_a_hint() -> None:
    error = answered(500, "Internal Server Error", content_type="text/plain; charset=utf-8")
    assert "prisma" in (error.hint or "")


@pytest.mark.parametrize(
    ("status", "kind"),
    [(400, "InvalidRequestError"), (401, "AuthenticationError"), (403, "PermissionDeniedError"),
     (404, "NotFoundError"), (405, "NotFoundError"), (410, "NotFoundError"),
     (409, "ConflictError"), (413, "InvalidRequestError"), (418, "InvalidRequestError"),
     (422, "InvalidRequestError"), (429, "RateLimitedError"), (500, "ServerError"),
     (599, "ServerError"), (302, "ProtocolError"), (101, "ProtocolError")],
)  # fmt: skip
def test_the_class_for_a_status(status: int, kind: str) -> None:
    error = answered(status, b"")
    assert type(error) is getattr(errors, kind)
    assert error.status == status


def test_a_wrong_key_is_called_one_whatever_the_proxy_calls_it() -> None:
    assert captured("err_wrong_key").message == (
        "localhost:4000 did not accept the key (answered 400 Bad Request: No connected db.)"
    )


def test_the_exit_code_for_a_refused_key_is_4() -> None:
    assert captured("err_wrong_key").exit_code is ExitCode.AUTHENTICATION


def test_without_a_key_the_hint_asks_for_one() -> None:
    body = json.dumps(CAPTURED["err_no_key"]["body"]).encode()
    error = error_of(Answer(401, {}, body), at(api_key=None))
    assert error.hint == "the server wants an API key and none is set"


def test_retry_after_is_kept_with_the_error() -> None:
    error = answered(429, b"", retry_after="300")
    assert isinstance(error, RateLimitedError)
    assert error.retry_after_s == 300


def test_a_redirect_is_named_and_not_followed() -> None:
    error = answered(307, b"", location="https://elsewhere.example/v1/batches")
    assert "https://elsewhere.example/v1/batches" in error.message
    assert "base URL" in (error.hint or "")


def test_the_key_in_use_is_masked_where_a_server_echoes_it() -> None:
    error = answered(401, {"error": {"message": f"bad key {KEY}", "code": KEY, "param": KEY}})
    shown = f"{error.message} {error.code} {error.param} {error.server_message}"
    assert KEY not in shown
    assert "***" in error.message


def test_other_keys_and_authorization_headers_are_masked() -> None:
    said = answered(400, "Authorization: Bearer abcdef0123456 and sk-proj-abcDEF_123.").message
    assert "abcdef0123456" not in said
    assert "abcDEF" not in said


def test_control_characters_are_shown_and_length_is_bounded() -> None:
    error = answered(400, "\x1b]0;owned\x07" + "x" * 100_000)
    assert "\x1b" not in error.message
    assert "␛" in error.message
    assert len(error.message) < 800
