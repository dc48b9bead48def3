"""Which of a server's files were saved on this machine, by whoever asked for them.

Kept so that results are not deleted at the server before somebody has them. What was only looked
at does not count: such copies are in the cache, which may be emptied. A note that cannot be read
or written is no trouble: then one is asked once more. Everything here belongs into a thread.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from batchtui import paths
from batchtui.workflows.session import Session


def note(session: Session, file_ids: Iterable[str]) -> None:
    """The content of these files is in a place that a person chose."""
    with suppress(OSError):
        directory = paths.private(_directory())
        for file_id in file_ids:
            (directory / _key(session, file_id)).touch()


def among(session: Session, file_ids: Iterable[str]) -> set[str]:
    """Those of `file_ids` that were saved."""
    directory = _directory()
    return {file_id for file_id in file_ids if (directory / _key(session, file_id)).exists()}


def _directory() -> Path:
    return paths.state_dir() / "saved"


def _key(session: Session, file_id: str) -> str:
    return session.download_path(file_id).stem
