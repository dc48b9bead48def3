"""`batchtui serve` as a process of its own, to be stopped, or killed without warning."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.gateway.support import Api

PATIENCE_S = 30.0


class ServerProcess:
    """Runs from entering to leaving; `api` is a client of it."""

    def __init__(self, data_dir: Path, *options: str, port: int = 0) -> None:
        self._command = [
            *(sys.executable, "-m", "batchtui", "serve"),
            *("--port", str(port), "--data-dir", str(data_dir), *options),
        ]

    def __enter__(self) -> Self:
        self.process = subprocess.Popen(
            self._command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
        )
        assert self.process.stdout is not None
        self.first_line = self.process.stdout.readline()
        if not self.first_line:
            _, stderr = self.process.communicate(timeout=PATIENCE_S)
            raise AssertionError(f"the server did not start: {stderr}")
        self.api = Api(self.first_line.split()[-1])
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        traceback: TracebackType | None,
    ) -> None:
        self.api.close()
        if self.process.poll() is None:
            self.process.kill()
        self.process.communicate(timeout=PATIENCE_S)

    def kill(self) -> None:
        """kill -9: no chance to write anything."""
        self.process.kill()
        self.process.wait(PATIENCE_S)

    def stop(self, number: signal.Signals = signal.SIGTERM) -> tuple[int, str, str]:
        """Ask it to end; returns its exit code and the rest of stdout and stderr."""
        self.process.send_signal(number)
        stdout, stderr = self.process.communicate(timeout=PATIENCE_S)
        return self.process.returncode, stdout, stderr
