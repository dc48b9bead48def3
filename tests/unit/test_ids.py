"""Ids as a person may read them: what LiteLLM packs into them, and everything else as it is."""

from __future__ import annotations

import base64

import pytest
from hypothesis import given, strategies

from batchtui.models.ids import DecodedId, describe_id

ENCODED_BATCH = (
    "batch_bGl0ZWxsbTpiYXRjaF83ZjUxM2RmNzhlNjY0YzljOWMyODEzN2RjZWRkZGExNzttb2RlbCxiYXRjaC1i"
)
ENCODED_FILE = "file-bGl0ZWxsbTpmaWxlLWU2N2U4MzE1M2IwZTQ0ZDFiNTcwOWQ7bW9kZWwsYmF0Y2gtYg"


def packed(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


@pytest.mark.parametrize(
    ("identifier", "decoded"),
    [
        (ENCODED_BATCH, DecodedId("batch_7f513df78e664c9c9c28137dceddda17", "batch-b")),
        (ENCODED_FILE, DecodedId("file-e67e83153b0e44d1b5709d", "batch-b")),
        (
            packed(
                "litellm_proxy:application/octet-stream;unified_id,0f1e;target_model_names,"
                "gpt-5-mini,gemini;llm_output_file_id,file-abc"
            ),
            DecodedId("file-abc", "gpt-5-mini,gemini", "0f1e"),
        ),
        (
            packed("litellm_proxy;model_id:azure/gpt:1;llm_batch_id:batch_0123"),
            DecodedId("batch_0123", "azure/gpt:1"),
        ),
        ("batch_2c0f7a3e-0000-4000-8000-000000000000", None),
        ("file-0123456789abcdef0123456789abcdef", None),
        ("batch_cf88beb44b40407c9b834164cb62a575", None),
        (f"batch_{packed('litellm:')}", None),
        (f"file-{packed('something else, long enough')}", None),
        (packed("litellm_proxy" + chr(27) + "[2J;model_id:x"), None),
        ("", None),
        ("batch_", None),
    ],
)
def test_what_is_packed_into_an_id(identifier: str, decoded: DecodedId | None) -> None:
    assert describe_id(identifier) == (decoded or DecodedId(identifier))


def test_managed_ids_are_known_by_their_beginning() -> None:
    assert packed("litellm_proxy;x").startswith("bGl0ZWxsbV9wcm94e")


@given(strategies.text(max_size=600))
def test_any_text_is_an_id(identifier: str) -> None:
    assert describe_id(identifier).raw or not identifier


@given(strategies.text(max_size=80), strategies.sampled_from(["litellm:", "litellm_proxy;"]))
def test_anything_may_be_packed(text: str, start: str) -> None:
    for prefix in ("batch_", "file-", ""):
        identifier = prefix + base64.urlsafe_b64encode((start + text).encode()).decode()
        found = describe_id(identifier)
        assert found.raw
        assert f"{found.raw}{found.model}{found.unified_id}".isprintable()
