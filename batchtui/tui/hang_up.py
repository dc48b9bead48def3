"""What to do when the terminal is gone: end, and never wait for it."""

from __future__ import annotations

import os
import signal
import termios
import threading
from types import FrameType
from typing import Final

PATIENCE_S: Final = 5.0
HUNG_UP: Final = 129
"""As a shell says of a program that SIGHUP ended."""


def terminal_is_gone() -> bool:
    try:
        termios.tcgetattr(2)
    except termios.error:
        return True
    return False


def ignore_continue_when_gone() -> None:
    """The kernel sends SIGCONT along with SIGHUP, and the driver takes it for a return from
    ctrl+z: it would begin to draw anew, on a terminal that is gone, and hang there. To be called
    when the driver has set its handler."""
    draw_again = signal.getsignal(signal.SIGCONT)

    def on_continue(number: int, frame: FrameType | None) -> None:
        if callable(draw_again) and not terminal_is_gone():
            draw_again(number, frame)

    signal.signal(signal.SIGCONT, on_continue)


def let_go_of_terminal() -> None:
    """From now on input, output and errors are nobody's.

    A write to a terminal that is gone fails in the thread that draws, and whoever waits for that
    thread waits for ever. Should the app not end by itself all the same, the process does.
    """
    nowhere = os.open(os.devnull, os.O_RDWR)
    for descriptor in (0, 1, 2):
        os.dup2(nowhere, descriptor)
    os.close(nowhere)
    watchdog = threading.Timer(PATIENCE_S, os._exit, (HUNG_UP,))
    watchdog.daemon = True
    watchdog.start()
