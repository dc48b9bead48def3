"""Calls a person back to the terminal: bell, a notification, a command of theirs, the title.

Owns the sequences; whoever writes them to the terminal gets them as text. What they say may be
anybody's, so no control character of it is sent.
"""

from __future__ import annotations

import os
import shlex
import subprocess
from typing import Final

from batchtui.config.settings import Notify
from batchtui.visible import visible

SAVE_TITLE: Final = "\x1b[22;2t"
RESTORE_TITLE: Final = "\x1b[23;2t"
LONGEST: Final = 200
COMMAND_TIMEOUT_S: Final = 60.0


def notification(kind: Notify, text: str) -> str:
    """What a terminal turns into a notification; "" where the bell, or nothing, is wanted."""
    body = visible(text)[:LONGEST].replace(";", ",")
    if kind == "osc9":
        return _through_tmux(f"\x1b]9;batchtui: {body}\x07")
    if kind == "osc777":
        return _through_tmux(f"\x1b]777;notify;batchtui;{body}\x07")
    return ""


def title(text: str) -> str:
    return f"\x1b]2;{visible(text)[:LONGEST]}\x07"


def run_command(command: str, text: str) -> str | None:
    """Run `command` with `text` as its last argument, and wait; what went wrong, or None."""
    try:
        done = subprocess.run(  # noqa: S603 - the user's own command
            [*shlex.split(command), visible(text)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
    except (OSError, ValueError, subprocess.TimeoutExpired) as error:
        return f"notify_command: {error}"
    return f"notify_command ended with {done.returncode}" if done.returncode else None


def _through_tmux(sequence: str) -> str:
    """tmux hands on what is wrapped so, where `allow-passthrough` is on."""
    if not os.environ.get("TMUX"):
        return sequence
    doubled = sequence.replace("\x1b", "\x1b\x1b")
    return f"\x1bPtmux;{doubled}\x1b\\"
