"""Keys that the user gave to bindings by id: which ids there are, and which keys now clash.

Imports every screen to know them all, so it belongs into a thread, after the first frame.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Iterator, Mapping

from textual.binding import Binding
from textual.dom import DOMNode

import batchtui.tui


def node_types() -> Iterator[type[DOMNode]]:
    """Every class of the app that can have bindings."""
    seen = set()
    for module in pkgutil.walk_packages(batchtui.tui.__path__, "batchtui.tui."):
        for value in vars(importlib.import_module(module.name)).values():
            if (
                isinstance(value, type)
                and issubclass(value, DOMNode)
                and value.__module__.startswith("batchtui.")
                and value not in seen
            ):
                seen.add(value)
                yield value


def bindings_of(node: type[DOMNode]) -> dict[str, Binding]:
    """By id, its own and the inherited ones; its own win."""
    found: dict[str, Binding] = {}
    for kind in node.__mro__:
        for each in vars(kind).get("BINDINGS", ()):
            if isinstance(each, Binding) and each.id:
                found.setdefault(each.id, each)
    return found


def problems(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with `keys` (key by binding id), each in one sentence."""
    types = list(node_types())
    known = {each for node in types for each in bindings_of(node)}
    told = [f"[keys] {each}: there is no such key id" for each in keys if each not in known]
    for node in types:
        bound: dict[str, str] = {}
        for name, binding in bindings_of(node).items():
            for key in keys.get(name, binding.key).split(","):
                other = bound.setdefault(key.strip(), name)
                if other != name and (name in keys or other in keys):
                    told.append(f"[keys] {key.strip()} means both {other} and {name}")
    return list(dict.fromkeys(told))
