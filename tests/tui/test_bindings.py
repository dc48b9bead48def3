"""Every key has an id and a tooltip, means one thing on a screen, and is in the help."""

from __future__ import annotations

import importlib
import pkgutil
from collections import Counter
from collections.abc import Iterator

from textual.binding import Binding
from textual.dom import DOMNode

import batchtui.tui
from tests.tui.support import CannedApp, make_batch, screen_text, until_shown

FORBIDDEN = {
    "ctrl+s",
    "ctrl+enter",
    "ctrl+b",
    "ctrl+a",
    "ctrl+j",
    "ctrl+m",
    "ctrl+i",
    "ctrl+h",
    "ctrl+k",
}


def node_types() -> Iterator[type[DOMNode]]:
    """Every class of the app that has bindings of its own."""
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


def own_bindings(node: type[DOMNode]) -> list[Binding]:
    own = [each for each in vars(node).get("BINDINGS", ()) if isinstance(each, Binding)]
    assert len(own) == len(vars(node).get("BINDINGS", ())), f"{node.__name__}: use Binding"
    return own


def test_every_binding_has_an_id_and_a_tooltip() -> None:
    for node in node_types():
        for binding in own_bindings(node):
            assert binding.id, (node.__name__, binding.key)
            assert binding.tooltip, (node.__name__, binding.key)
            assert binding.description, (node.__name__, binding.key)


def test_no_key_is_bound_twice_in_one_place_and_none_that_terminals_swallow() -> None:
    for node in node_types():
        keys = Counter(key for each in own_bindings(node) for key in each.key.split(","))
        assert not [key for key, times in keys.items() if times > 1], node.__name__
        assert not keys.keys() & FORBIDDEN, node.__name__


def test_an_id_means_one_action() -> None:
    meanings: dict[str, set[str]] = {}
    for node in node_types():
        for binding in own_bindings(node):
            assert binding.id is not None
            meanings.setdefault(binding.id, set()).add(binding.action)
    assert {key: actions for key, actions in meanings.items() if len(actions) > 1} == {}


async def test_help_lists_every_key_of_the_screen() -> None:
    app = CannedApp(make_batch(1))
    async with app.run_test(size=(80, 60)) as pilot:
        await until_shown(pilot, "file-1")
        expected = {active.binding.tooltip for active in app.screen.active_bindings.values()}
        await pilot.press("question_mark")
        await until_shown(pilot, "Esc closes")
        text = screen_text(app)
        assert [tooltip for tooltip in expected if tooltip not in text] == []


async def test_keys_can_be_remapped_by_id() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        app.set_keymap({"batch.cancel": "f9"})
        await pilot.pause()
        await pilot.press("f9")
        await until_shown(pilot, "Cancel file-1?")


async def test_the_palette_runs_an_action_by_its_name() -> None:
    app = CannedApp(make_batch(1, "in_progress"))
    async with app.run_test(size=(80, 24)) as pilot:
        await until_shown(pilot, "file-1")
        await pilot.press("colon")
        await pilot.press(*"batches", "space", *"cancel")
        await until_shown(pilot, "Cancel the marked, or this one")
        await pilot.press("enter")
        await until_shown(pilot, "Cancel file-1?")
