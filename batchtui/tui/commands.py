"""The command palette: every action that works on this screen, by its name."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from textual.command import DiscoveryHit, Hit, Hits, Provider

from batchtui.tui.keys import key_name


class Actions(Provider):
    """Commands are called `group: action`, as in `batches: cancel`."""

    async def discover(self) -> Hits:
        for name, action, namespace, tip in self._actions():
            run = partial(self.app.run_action, action, namespace)
            yield DiscoveryHit(name, run, help=tip)

    async def search(self, query: str) -> Hits:
        matcher = self.matcher(query)
        for name, action, namespace, tip in self._actions():
            score = matcher.match(name)
            if score > 0:
                run = partial(self.app.run_action, action, namespace)
                yield Hit(score, matcher.highlight(name), run, help=tip)

    def _actions(self) -> Iterator[tuple[str, str, object, str]]:
        seen = set()
        for active in self.screen.active_bindings.values():
            binding = active.binding
            if not binding.id or binding.id in seen or not binding.description:
                continue
            if binding.id == "app.command":
                continue
            seen.add(binding.id)
            title = getattr(active.node, "BINDING_GROUP_TITLE", None) or type(active.node).__name__
            name = f"{title.lower()}: {binding.description.lower()}"
            yield name, binding.action, active.node, f"{key_name(binding)}  {binding.tooltip}"
