"""A program on a terminal of its own: what it writes, and what is typed to it."""

from __future__ import annotations

import fcntl
import os
import pty
import select
import signal
import struct
import subprocess
import sys
import termios
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

PATIENCE_S = 30.0


class Terminal:
    """Runs `python -c code` on a pseudo terminal of 80x24; `output` is all that it wrote."""

    def __init__(self, code: str, environ: Mapping[str, str] | None = None) -> None:
        self._code = code
        self._environ = {**os.environ, "TERM": "screen-256color", **(environ or {})}
        self.output = b""
        self._is_gone = False

    def __enter__(self) -> Self:
        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        self.process = subprocess.Popen(
            [sys.executable, "-c", self._code],
            stdin=slave,
            stdout=slave,
            stderr=slave,
            env=self._environ,
            start_new_session=True,
        )
        os.close(slave)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        if not self._is_gone:
            os.close(self._master)

    def hang_up(self) -> None:
        """The terminal goes away, as when a connection drops, and the program is told."""
        os.close(self._master)
        self._is_gone = True
        self.process.send_signal(signal.SIGHUP)
        self.process.send_signal(signal.SIGCONT)

    def press(self, keys: str) -> None:
        os.write(self._master, keys.encode())

    def read_until(self, text: str) -> bytes:
        """All output, once `text` is in it."""
        deadline = time.monotonic() + PATIENCE_S
        while text.encode() not in self.output:
            if time.monotonic() > deadline or not self._read(0.1):
                raise AssertionError(f"{text!r} did not come:\n{self.output[-3000:]!r}")
        return self.output

    def exit_code(self) -> int:
        """Reads all that comes until the program has ended."""
        deadline = time.monotonic() + PATIENCE_S
        while self._read(0.1) and time.monotonic() < deadline:
            pass
        return self.process.wait(timeout=PATIENCE_S)

    def _read(self, wait_s: float) -> bool:
        """False at the end of the output."""
        ready, _, _ = select.select([self._master], [], [], wait_s)
        if not ready:
            return True
        try:
            data = os.read(self._master, 65536)
        except OSError:
            return False
        self.output += data
        return bool(data)
