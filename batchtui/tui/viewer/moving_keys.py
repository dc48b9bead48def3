"""The keys that move a cursor through rows, the same in the list and in the record beside it."""

from __future__ import annotations

from textual.binding import Binding, BindingType


def moving_keys(group: str, row: str) -> list[BindingType]:
    """Bindings to the actions `step`, `page`, `first` and `last`. `row`: what a row is called."""

    def key(keys: str, action: str, name: str, tooltip: str) -> Binding:
        return Binding(keys, action, tooltip, show=False, id=f"{group}.{name}", tooltip=tooltip)

    return [
        key("j,down", "step(1)", "down", f"Next {row}"),
        key("k,up", "step(-1)", "up", f"Previous {row}"),
        key("g,home", "first", "first", f"First {row}"),
        key("G,end", "last", "last", f"Last {row}"),
        key("ctrl+d", "page(0.5)", "half-down", "Half a screen down"),
        key("ctrl+u", "page(-0.5)", "half-up", "Half a screen up"),
        key("pagedown,ctrl+f", "page(1)", "page-down", "A screen down"),
        key("pageup,b", "page(-1)", "page-up", "A screen up"),
    ]
