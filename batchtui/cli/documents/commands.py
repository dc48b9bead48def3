"""Which command prints which document."""

from __future__ import annotations

from typing import Any, Final

from batchtui.cli.documents.batches import BatchResults, BatchShown, RetryWritten
from batchtui.cli.documents.inputs import InputCounted, Merged, Part, Prepared, Validated
from batchtui.cli.documents.jobs import JobEnded, JobExported, JobListed, JobShown
from batchtui.cli.documents.machine import Finding, Key, Paths, Profile
from batchtui.cli.documents.results import Differences, Joined, ResultsCounted, Viewed
from batchtui.models.batch import Batch
from batchtui.models.file import FileObject

ONE: Final[dict[str, Any]] = {
    "batches create": Batch,
    "batches results": BatchResults,
    "batches retry": RetryWritten,
    "batches show": BatchShown,
    "diff": Differences,
    "files put": FileObject,
    "files show": FileObject,
    "jobs cancel": JobEnded,
    "jobs export": JobExported,
    "jobs resume": JobEnded,
    "jobs retry": JobEnded,
    "jobs show": JobShown,
    "merge": Joined | Merged,
    "paths": Paths,
    "prepare": Prepared,
    "profiles show": Profile,
    "run": JobEnded,
}
"""By command: the one thing that its document is."""

LISTS: Final[dict[str, Any]] = {
    "batches cancel": Batch,
    "batches ls": Batch,
    "batches watch": Batch,
    "doctor": Finding,
    "files ls": FileObject,
    "jobs ls": JobListed,
    "keys": Key,
    "profiles ls": Profile,
    "split": Part,
    "stats": InputCounted | ResultsCounted,
    "validate": Validated,
    "view": Viewed,
}
"""By command: what its document has a list of, as `data`."""
