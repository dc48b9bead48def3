"""The command palette: every action that works on this screen, by its name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Final

from textual.command import DiscoveryHit, Hit, Hits, Provider
from textual.dom import DOMNode

from batchtui.tui.keys import key_name, ordered_bindings, tooltip

MOVING: Final = ("list: ", "text: ")
"""Found when typed, but not offered: one moves with a key."""


class Actions(Provider):
    """Commands are called `group: action`, as in `batches: cancel`."""

    async def discover(self) -> Hits:
        for name, action, namespace, tip in self._actions():
            if name.startswith(MOVING):
                continue
            run = partial(self.app.run_action, action, namespace)
            yield DiscoveryHit(name, run, help=tip)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, action, namespace, tip in self._actions():
            score = matcher.match(name)
            if score > 0:
                run = partial(self.app.run_action, action, namespace)
                yield Hit(score, matcher.highlight(name), run, help=tip)

    def _actions(self) -> Iterator[tuple[str, str, DOMNode, str]]:
        for binding, node in ordered_bindings(self.screen):
            if not binding.description or binding.id == "app.command":
                continue
            title = getattr(node, "BINDING_GROUP_TITLE", None) or type(node).__name__
            name = f"{title.lower()}: {binding.description.lower()}"
            yield (
                name,
                binding.action,
                node,
                f"{key_name(binding)}  {tooltip(self.screen, binding)}",
            )
