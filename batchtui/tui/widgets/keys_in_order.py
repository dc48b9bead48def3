"""Keys typed faster than they are handled do what they would do if typed slowly.

Textual sends a key to the widget that has the focus when it arrives, and runs its binding only
after the key has bubbled up to the app. Until then further keys go the same way, so `/` and a text
that arrive together would be a search and several commands. Here a widget runs the binding before
it looks at its next key, and passes that on when the focus has moved.
"""

from __future__ import annotations

from textual import events
from textual.widget import Widget


class KeysInOrder(Widget):
    """Mixin for a widget whose keys are all bindings."""

    async def on_key(self, event: events.Key) -> None:
        if passed_on(self, event):
            return
        active = self.screen.active_bindings.get(event.key)
        if active is not None and active.enabled:
            event.stop()
            event.prevent_default()
            await self.app.run_action(active.binding.action, active.node)


def passed_on(widget: Widget, event: events.Key) -> bool:
    """Give `event` to the widget that has the focus; False when that is `widget`."""
    focused = widget.app.focused
    if focused is widget or focused is None:
        return False
    event.stop()
    event.prevent_default()
    focused.post_message(events.Key(event.key, event.character))
    return True
