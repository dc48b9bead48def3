"""Keys typed faster than they are handled do what they would do if typed slowly.

Textual sends a key to the widget that has the focus when it arrives, and runs its binding only
after the key has bubbled up to the app. Until then further keys go the same way, so `/` and a text
that arrive together would be a search and several commands. Here a widget runs the binding before
it looks at its next key, and passes that on when the focus has moved.
"""

from __future__ import annotations

from collections.abc import Collection

from textual import events
from textual.widget import Widget


class KeysInOrder(Widget):
    """Mixin for a widget whose keys are all bindings."""

    async def on_key(self, event: events.Key) -> None:
        await in_order(self, event)


async def in_order(
    widget: Widget, event: events.Key, *, only: Collection[str] | None = None
) -> None:
    """Run the binding of the key, and be done with it, before `widget` sees its next key.

    `only`: these keys; others are the widget's own, as letters are in a field.
    """
    if passed_on(widget, event):
        return
    if only is not None and event.key not in only:
        return
    # An action may decline, as scrolling does where nothing scrolls: then the next one is asked.
    if await widget.app._check_bindings(event.key):
        event.stop()
        event.prevent_default()


def passed_on(widget: Widget, event: events.Key) -> bool:
    """Give `event` to what has the focus by now; False when that is `widget`.

    A screen that has just been put on top may have no focus yet: it gets the key itself, after it
    has been made.
    """
    top = widget.app.screen
    goes_to = top.focused or (None if top is widget.screen else top)
    if goes_to is widget or goes_to is None:
        return False
    event.stop()
    event.prevent_default()
    goes_to.post_message(events.Key(event.key, event.character))
    return True
