"""Why a file should stay at the server for now. No widgets, no I/O."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

from batchtui.tui.plain_ids import plain_id

if TYPE_CHECKING:
    from batchtui.models.file import FileObject
    from batchtui.tui.account import Account


def why_keep(file: FileObject, account: Account, saved: Collection[str]) -> str | None:
    """`is the input of a batch that ...`, `has results that ...`; None when it may go.

    `saved`: the ids of those that are on this machine.
    """
    for batch in account.using(file.id):
        is_input = plain_id(file.id) == plain_id(batch.input_file_id)
        if not batch.is_terminal:
            which = "the input" if is_input else "a part"
            return f"is {which} of a batch that has not finished"
        if not is_input and file.id not in saved:
            return "has results that were not saved yet"
    if file.purpose == "batch_output" and file.id not in saved:
        return "has results that were not saved yet"
    return None
