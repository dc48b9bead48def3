"""Whether the terminal takes what is drawn more slowly than it is drawn, as over a bad line.

Frames that queue up would be looked at long after the keys that made them: a screen asks here, and
leaves a frame out while earlier ones are on their way. What it would have shown, the next one does.
"""

from __future__ import annotations

from queue import Queue
from typing import Any

from textual.app import App


def is_behind(app: App[Any]) -> bool:
    """False also where nobody can tell, as without a terminal."""
    waiting = getattr(getattr(app._driver, "_writer_thread", None), "_queue", None)
    return isinstance(waiting, Queue) and not waiting.empty()
