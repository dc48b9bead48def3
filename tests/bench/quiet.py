"""Waits until the machine does nothing else, so that a figure is of what is measured.

Not a benchmark itself. Where the machine never becomes quiet, or cannot be asked, the measurement
goes on after a while, and its figures are those of a loaded machine.
"""

from __future__ import annotations

import os
import time
from pathlib import Path

LOOK_S = 0.3
PATIENCE_S = 30.0
BUSY = 0.15
"""The part of one processor that others may use meanwhile."""

_STAT = Path("/proc/stat")


def wait_for_quiet(patience_s: float = PATIENCE_S) -> bool:
    """True as soon as the machine was quiet for a moment; False when it did not become so."""
    if not _STAT.exists():
        return False
    deadline = time.monotonic() + patience_s
    while time.monotonic() < deadline:
        before = _busy_ticks()
        time.sleep(LOOK_S)
        if _busy_ticks() - before <= BUSY * LOOK_S * os.sysconf("SC_CLK_TCK"):
            return True
    return False


def _busy_ticks() -> int:
    """The ticks that all processors together have worked since the start."""
    user, nice, system, _idle, _wait, irq, soft, *_ = map(
        int, _STAT.read_text(encoding="ascii").split("\n", 1)[0].split()[1:]
    )
    return user + nice + system + irq + soft
