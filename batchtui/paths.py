"""Where batchtui keeps things: one function per place, XDG on Linux.

Owns names and permissions of directories only; it reads and writes no file.
"""

from __future__ import annotations

import os
from pathlib import Path

import platformdirs

APP = "batchtui"
PRIVATE_DIR_MODE = 0o700


def config_file() -> Path:
    """The profile file: `BATCHTUI_CONFIG`, else `config.toml` in the user's config directory."""
    named = os.environ.get("BATCHTUI_CONFIG")
    return Path(named) if named else platformdirs.user_config_path(APP) / "config.toml"


def state_dir() -> Path:
    """What must survive a restart: history, the gateway's data."""
    return platformdirs.user_state_path(APP)


def cache_dir() -> Path:
    """What can be downloaded again: file contents."""
    return platformdirs.user_cache_path(APP)


def log_file() -> Path:
    return state_dir() / "log" / "batchtui.log"


def gateway_dir() -> Path:
    return state_dir() / "gateway"


def private(directory: Path) -> Path:
    """Make `directory`, and the parents it lacks, readable by this user alone; returns it.

    A directory that exists already keeps its permissions.
    """
    missing = []
    here = directory
    while not here.exists():
        missing.append(here)
        here = here.parent
    for each in reversed(missing):
        each.mkdir(mode=PRIVATE_DIR_MODE, exist_ok=True)
    return directory
