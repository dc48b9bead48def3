"""Why a file should stay at the server for now. No widgets, no I/O."""

from __future__ import annotations

from collections.abc import Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from batchtui.models.file import FileObject
    from batchtui.tui.account import Account


def why_keep(file: FileObject, account: Account, saved: Collection[str]) -> str | None:
    """`the input of a batch that ...`, `results that ...`; None when it may go.

    `saved`: the ids of those that are on this machine.
    """
    for batch in account.using(file.id):
        if not batch.is_terminal:
            which = "the input" if file.id == batch.input_file_id else "a part"
            return f"{which} of a batch that has not finished"
        if file.id != batch.input_file_id and file.id not in saved:
            return "results that were not saved yet"
    if file.purpose == "batch_output" and file.id not in saved:
        return "results that were not saved yet"
    return None
