"""What `config.toml` says of the app itself: how it notifies, its look, its keys.

[app]
notify = "bell"            # or "osc9", "osc777", "none"
notify_command = "notify-send batchtui"
theme = "batchtui"
profiles = ["work", "azure"]   # side by side in one list; or "all"

[app.columns]
batches = ["status", "input", "progress", "age"]

[keys]
"batch.cancel" = "X"
"""

from __future__ import annotations

import re
import shlex
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final, Literal, NoReturn, get_args

from batchtui import paths
from batchtui.config import document
from batchtui.config.document import Document
from batchtui.errors import UsageError

Notify = Literal["bell", "osc9", "osc777", "none"]
NOTIFY: Final[tuple[Notify, ...]] = get_args(Notify)
ALL: Final = "all"
_TEXTS: Final = ("notify", "notify_command", "theme")
_KEYS: Final = (*_TEXTS, "profiles", "columns")


@dataclass(frozen=True, slots=True)
class AppSettings:
    """`notify`: how the terminal is told that a batch is final. `notify_command`: a program that
    is run then, with the text as its last argument. `keys`: keys by the id of their binding.
    `profiles`: those to show side by side, `("all",)` for every one. `columns`: of each list, by
    the name of its tab.
    """

    notify: Notify = "bell"
    notify_command: str | None = None
    theme: str | None = None
    keys: Mapping[str, str] = field(default_factory=dict)
    profiles: tuple[str, ...] = ()
    columns: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def app_settings() -> AppSettings:
    """Raises UsageError that names the file and the line for a wrong word."""
    return settings_of(document.read(paths.config_file()))


def settings_of(file: Document) -> AppSettings:
    for key, value in file.app.items():
        if key not in _KEYS:
            _refuse(file, "app", key, "is not a key", hint=document.home_of(key, _KEYS))
        if key in _TEXTS and not isinstance(value, str):
            _refuse(file, "app", key, "must be text")
    for key, value in file.keys.items():
        if not isinstance(value, str) or not value:
            _refuse(file, "keys", key, "must be a key, or several with commas")
    notify = file.app.get("notify", "bell")
    if notify not in NOTIFY:
        _refuse(file, "app", "notify", f"must be one of {', '.join(NOTIFY)}")
    command = file.app.get("notify_command")
    if command is not None and not _is_command(command):
        _refuse(file, "app", "notify_command", "is no command line")
    given = file.app.get("profiles", [])
    names = [given] if given == ALL else given
    if not _are_names(names):
        _refuse(file, "app", "profiles", 'must be a list of names, or "all"')
    columns = file.app.get("columns", {})
    if not isinstance(columns, dict) or not all(_are_names(each) for each in columns.values()):
        _refuse(file, "app", "columns", "must be a table with a list of columns for each tab")
    return AppSettings(
        notify,
        command,
        file.app.get("theme"),
        dict(file.keys),
        tuple(names),
        {tab: tuple(each) for tab, each in columns.items()},
    )


def _are_names(value: object) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) and each for each in value)


def _is_command(text: str) -> bool:
    try:
        return bool(shlex.split(text))
    except ValueError:
        return False


def _refuse(
    file: Document, table: str, key: str, what: str, *, hint: str | None = None
) -> NoReturn:
    pattern = rf"""\s*["']?{re.escape(key)}["']?\s*="""
    lines = file.text.splitlines()
    line = next((at for at, each in enumerate(lines, start=1) if re.match(pattern, each)), 0)
    where = f"{file.path}:{line}" if line else f"{file.path}"
    raise UsageError(f"{where}: {table}: {key} {what}", hint=hint)
