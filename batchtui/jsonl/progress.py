"""How long work reports and is cancelled: a generator yields `Progress` and returns its result.

A step lasts some milliseconds at most, so a thread that runs `Steps` leaves the interpreter to the
event loop often enough. Closing the generator cancels the work and releases what it holds.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import dataclass
from typing import TypeAlias, TypeVar

from batchtui.errors import BatchtuiError, ExitCode

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Progress:
    """How far the work is. `total_bytes` may grow with the file."""

    done_bytes: int
    total_bytes: int

    @property
    def fraction(self) -> float:
        """0.0 to 1.0; an empty file is done."""
        return min(1.0, self.done_bytes / self.total_bytes) if self.total_bytes else 1.0


Steps: TypeAlias = Generator[Progress, None, T]


class Cancelled(BatchtuiError):  # noqa: N818 - not a fault: the user asked for it
    exit_code = ExitCode.INTERRUPTED

    def __init__(self) -> None:
        super().__init__("cancelled")


def run(
    steps: Steps[T],
    on_progress: Callable[[Progress], None] | None = None,
    is_cancelled: Callable[[], bool] | None = None,
) -> T:
    """Run `steps` to its result.

    Raises Cancelled as soon as `is_cancelled()` is true between two steps.
    """
    try:
        while True:
            if is_cancelled is not None and is_cancelled():
                raise Cancelled
            progress = next(steps)
            if on_progress is not None:
                on_progress(progress)
    except StopIteration as stop:
        result: T = stop.value
        return result
    finally:
        steps.close()
