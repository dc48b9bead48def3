"""What the app remembers from one run to the next: the tab, the directory, sort and filter.

A file that cannot be read is as good as none; one that cannot be written is no trouble.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, Final

from batchtui import paths
from batchtui.tui import tabs

TABS: Final = frozenset(name for name, _ in tabs.TABS)


@dataclass(slots=True)
class View:
    """Of one list. `sort`: a column's key, None for the order given. `columns`: the keys of those
    that are shown, in their order; none: the list's own choice.
    """

    sort: str | None = None
    descending: bool = False
    filter: str = ""
    columns: list[str] = field(default_factory=list)


@dataclass(slots=True)
class Memory:
    tab: str = "batches"
    directory: str | None = None
    views: dict[str, View] = field(default_factory=dict)

    def view(self, tab: str) -> View:
        return self.views.setdefault(tab, View())


def load(path: Path) -> Memory:
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
        return _memory(document)
    except (OSError, ValueError, TypeError, AttributeError, RecursionError):
        return Memory()


def save(memory: Memory, path: Path) -> None:
    """Whole or not at all."""
    try:
        paths.private(path.parent)
        fresh = path.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(memory)), encoding="utf-8")
        fresh.chmod(0o600)
        fresh.replace(path)
    except OSError:
        return


def _memory(document: dict[str, Any]) -> Memory:
    directory = document.get("directory")
    views = {
        str(name): View(
            sort=view["sort"] if isinstance(view.get("sort"), str) else None,
            descending=view.get("descending") is True,
            filter=view["filter"] if isinstance(view.get("filter"), str) else "",
            columns=[each for each in view.get("columns", []) if isinstance(each, str)],
        )
        for name, view in document.get("views", {}).items()
    }
    tab = document.get("tab")
    return Memory(
        tab=tab if tab in TABS else "batches",
        directory=directory if isinstance(directory, str) else None,
        views=views,
    )
