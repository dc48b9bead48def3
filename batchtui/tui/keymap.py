"""Keys that the user gave to bindings by id: which ids there are, and which keys now clash.

Imports every screen to know them all, so it belongs into a thread, after the first frame.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Collection, Iterator, Mapping
from typing import NamedTuple

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


class Bound(NamedTuple):
    """A binding by its id: its `keys` as they are written in `[keys]`, and what it does where."""

    id: str
    keys: list[str]
    does: str


def all_bindings(given: Mapping[str, str]) -> list[Bound]:
    """Every binding there is, with the keys of `given` (key by binding id) where it names them."""
    found: dict[str, Bound] = {}
    for node in node_types():
        for name, binding in bindings_of(node).items():
            keys = [each.strip() for each in given.get(name, binding.key).split(",")]
            found.setdefault(name, Bound(name, keys, binding.tooltip))
    return sorted(found.values())


def problems(keys: Mapping[str, str]) -> list[str]:
    """What is wrong with `keys` (key by binding id), each in one sentence."""
    types = list(node_types())
    known = {each for node in types for each in bindings_of(node)}
    told = [_unknown(each, known) for each in keys if each not in known]
    for node in types:
        bound: dict[str, str] = {}
        for name, binding in bindings_of(node).items():
            for key in keys.get(name, binding.key).split(","):
                other = bound.setdefault(key.strip(), name)
                if other != name and (name in keys or other in keys):
                    one, two = sorted((other, name))
                    told.append(f"[keys] {key.strip()} means both {one} and {two}")
    return list(dict.fromkeys(told))


def _unknown(name: str, known: Collection[str]) -> str:
    from difflib import get_close_matches

    near = get_close_matches(name, known, n=1)
    way = f"is {near[0]} meant?" if near else "`batchtui keys` lists them"
    return f"[keys] {name}: there is no such key id; {way}"
