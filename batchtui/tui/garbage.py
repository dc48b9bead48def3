"""When the interpreter looks for unreachable objects: never at length while somebody types.

While the app is loaded nearly all that is made stays, so nothing is looked for until then. A full
collection walks every object of the app, which takes longer than a key may wait. So what has lived
for a while is frozen, that is, taken out of collections: nearly all of it is there for as long as
the app. What a closed viewer leaves behind is collected when it is closed.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from textual.app import App

STARTED_S: Final = 2.0
INTERVAL_S: Final = 60.0
AFTER_CLOSING_S: Final = 0.5


def hold_while_loading() -> None:
    """No collections until `keep_collections_short`."""
    gc.disable()


def keep_collections_short(app: App[Any]) -> None:
    """To be called when the app has started."""
    gc.freeze()
    gc.enable()
    app.set_timer(STARTED_S, gc.freeze)
    app.set_interval(INTERVAL_S, settle)


@contextmanager
def without_collections() -> Iterator[None]:
    """For work that makes very much which stays: each collection would walk all of it again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def settle() -> None:
    """Collect what came since the last time, and freeze what is still in use."""
    gc.collect()
    gc.freeze()


def let_go(app: App[Any]) -> None:
    """Much became unreachable: collect it all, as soon as the screen beneath is painted."""
    if app.is_running:
        app.set_timer(AFTER_CLOSING_S, _collect_all)


def _collect_all() -> None:
    if gc.get_freeze_count():
        gc.unfreeze()
        settle()
