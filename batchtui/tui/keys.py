"""Bindings as people read them: the name of a key, and which keys a screen has.

Every binding of the app has an id, so that it can be remapped, and a tooltip, which is its help.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any, Final, NamedTuple

from textual.binding import Binding
from textual.dom import DOMNode
from textual.keys import key_to_character
from textual.screen import Screen

from batchtui.tui import needs

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
    "backspace": "Backspace",
    "number_sign": "#",
    "plus": "+",
    "equals_sign": "=",
    "dollar_sign": "$",
}


def key_name(binding: Binding) -> str:
    return binding.key_display or name_of_key(binding.key)


def name_of_key(key: str) -> str:
    if key[:1] == "f" and key[1:].isdecimal():
        return key.upper()
    return _NAMES.get(key, key)


def key_of(screen: Screen[Any], binding_id: str) -> str:
    """The first key that has this binding's action now; "" where none has, as where one types."""
    for active in screen.active_bindings.values():
        if active.binding.id == binding_id and not _is_typed(screen, active.binding):
            return key_name(active.binding)
    return ""


def tooltip(screen: Screen[Any], binding: Binding) -> str:
    """What it does, or why it cannot be done here."""
    app: Any = screen.app
    return needs.why_not(app, binding.id) or binding.tooltip


def shown_bindings(screen: Screen[Any]) -> list[Binding]:
    """Those for the key line: one each, the screen's own first and in its order."""
    found: dict[str, Binding] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        typed = _is_typed(screen, binding)
        if binding.show and active.enabled and binding.id and not typed:
            found.setdefault(binding.id, binding)
    return sorted(found.values(), key=partial(_rank, _own_ids(screen)))


def _is_typed(screen: Screen[Any], binding: Binding) -> bool:
    """The field that has the focus takes the key as a character."""
    name, focused = key_name(binding), screen.focused
    character = name if len(name) == 1 else key_to_character(binding.key)
    return focused is not None and focused.check_consume_key(binding.key, character)


class KeyHelp(NamedTuple):
    """`keys` as people read them, with blanks between; `id` is what they are remapped by."""

    keys: str
    id: str
    description: str
    tooltip: str


def grouped_bindings(screen: Screen[Any]) -> Iterator[tuple[str, list[KeyHelp]]]:
    """All that work now, for help: the title of each group, and what is in it."""
    groups: dict[str, dict[str, tuple[list[str], str, str]]] = {}
    for active in screen.active_bindings.values():
        binding = active.binding
        if not binding.id or binding.system:
            continue
        title = getattr(active.node, "BINDING_GROUP_TITLE", None) or type(active.node).__name__
        keys, _, _ = groups.setdefault(title, {}).setdefault(
            binding.id, ([], binding.description, tooltip(screen, binding))
        )
        name = key_name(binding)
        if name not in keys:
            keys.append(name)
    own = getattr(screen, "BINDING_GROUP_TITLE", None) or ""
    for title in sorted(groups, key=lambda each: each != own):
        own_ids = _own_ids(screen)
        ordered = sorted(groups[title].items(), key=lambda item: _place(own_ids, item[0]))
        yield (
            title,
            [
                KeyHelp(" ".join(sorted(keys, key=len)), binding_id, label, tip)
                for binding_id, (keys, label, tip) in ordered
            ],
        )


def ordered_bindings(screen: Screen[Any]) -> list[tuple[Binding, DOMNode]]:
    """All that work now, one each, with the node whose they are; the screen's own first."""
    found: dict[str, tuple[Binding, DOMNode]] = {}
    for active in screen.active_bindings.values():
        if active.binding.id:
            found.setdefault(active.binding.id, (active.binding, active.node))
    own = _own_ids(screen)
    return sorted(found.values(), key=lambda pair: _rank(own, pair[0]))


def _own_ids(screen: Screen[Any]) -> list[str | None]:
    """In their order; the screen's `first_keys`, where it has some, come before."""
    first: tuple[str, ...] = getattr(screen, "first_keys", ())
    return [*first, *(each.id for each in type(screen).BINDINGS if isinstance(each, Binding))]


def _rank(own: list[str | None], binding: Binding) -> int:
    return _place(own, binding.id)


def _place(own: list[str | None], binding_id: str | None) -> int:
    return own.index(binding_id) if binding_id in own else len(own)
