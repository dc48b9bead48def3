"""Bindings as people read them: the name of a key, and which keys a screen has.

Every binding of the app has an id, so that it can be remapped, and a tooltip, which is its help.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from textual.binding import Binding
from textual.screen import Screen

HELP_ID: Final = "app.help"

_NAMES: Final = {
    "enter": "Enter",
    "escape": "Esc",
    "question_mark": "?",
    "slash": "/",
    "colon": ":",
    "asterisk": "*",
    "full_stop": ".",
    "space": "space",
    "tab": "Tab",
    "shift+tab": "shift+Tab",
    "pagedown": "PgDn",
    "pageup": "PgUp",
    "home": "Home",
    "end": "End",
    "up": "up",
    "down": "down",
    "left": "left",
    "right": "right",
    "f1": "F1",
    "backspace": "Backspace",
    "number_sign": "#",
    "plus": "+",
    "dollar_sign": "$",
}


def key_name(binding: Binding) -> str:
    return binding.key_display or _NAMES.get(binding.key, binding.key)


def shown_bindings(screen: Screen[object]) -> list[Binding]:
    """Those for the key line: one each, the screen's own first and in its order."""
    own = [each.id for each in type(screen).BINDINGS if isinstance(each, Binding)]
    found: dict[str, Binding] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if binding.show and active.enabled and binding.id:
            found.setdefault(binding.id, binding)
    return sorted(
        found.values(), key=lambda each: own.index(each.id) if each.id in own else len(own)
    )


def grouped_bindings(screen: Screen[object]) -> Iterator[tuple[str, list[tuple[str, str, str]]]]:
    """All that work now, for help: group title, then (keys, description, tooltip) of each."""
    groups: dict[str, dict[str, tuple[list[str], str, str]]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.id or binding.system:
            continue
        title = getattr(active.node, "BINDING_GROUP_TITLE", None) or type(active.node).__name__
        keys, _, _ = groups.setdefault(title, {}).setdefault(
            binding.id, ([], binding.description, binding.tooltip)
        )
        name = key_name(binding)
        if name not in keys:
            keys.append(name)
    for title, entries in groups.items():
        yield title, [(" ".join(keys), label, tip) for keys, label, tip in entries.values()]
