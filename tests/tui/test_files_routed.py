"""Files of a LiteLLM proxy that routes by model: its list has other ids than its batches."""

from __future__ import annotations

import base64

import pytest

from batchtui.models.file import FileObject
from batchtui.tui.account import Account
from batchtui.tui.protection import why_keep
from tests.tui.support import answer, make_batch


def packed(raw: str) -> str:
    text = base64.urlsafe_b64encode(f"litellm:{raw};model,batch-b".encode()).decode()
    return f"file-{text.rstrip('=')}"


@pytest.mark.parametrize("as_told", [packed, str])
@pytest.mark.parametrize(
    ("file_id", "why"),
    [
        ("file-in", "is the input of a batch that has not finished"),
        ("file-out", "has results that were not saved yet"),
        ("file-other", None),
    ],
)
def test_a_file_in_use_is_protected_whichever_id_it_has(
    as_told: object, file_id: str, why: str | None
) -> None:
    assert callable(as_told)
    account = Account()
    running = make_batch(1, "in_progress", input_file_id=as_told("file-in"))
    ended = make_batch(2, input_file_id=as_told("file-2"), output_file_id=as_told("file-out"))
    account.refresh(answer(running, ended))
    assert why_keep(FileObject(id=file_id, purpose="batch"), account, set()) == why
    account.refresh(answer())
    assert why_keep(FileObject(id=file_id, purpose="batch"), account, set()) is None
