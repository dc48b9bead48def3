"""The account of a batch's requests in words: every submitted id answered, failed or missing."""

from __future__ import annotations

from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from batchtui.cli.output import note
from batchtui.errors import ExitCode

if TYPE_CHECKING:
    from batchtui.jsonl.joined import Audit


def audit_exit_code(audit: Audit) -> ExitCode:
    return ExitCode.DONE if audit.is_complete else ExitCode.SOME_FAILED


def audit_note(audit: Audit) -> None:
    parts = [f"{audit.submitted:,} requests", f"{audit.ok:,} ok"]
    for name in ("failed", "missing", "duplicate", "unknown", "unreadable"):
        count = getattr(audit, name)
        if count:
            parts.append(f"{count:,} {name}")
    note(", ".join(parts))


def audit_document(audit: Audit) -> dict[str, Any]:
    return asdict(audit)
