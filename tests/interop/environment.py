"""Environments of their own for the programs that ours must get along with.

Each is made once, under `.interop` in the project, and used again as long as it asks for the same
packages. They are foreign programs: nothing of the product depends on them.
"""

from __future__ import annotations

import hashlib
import subprocess
import sys
import venv
from pathlib import Path

ROOT = Path(__file__).parents[2] / ".interop"


def environment(name: str, *packages: str) -> Path:
    """The `bin` directory of a virtual environment with `packages` in it."""
    wanted = hashlib.sha256("\n".join([sys.version, *packages]).encode()).hexdigest()
    home = ROOT / name
    mark = home / "made-of"
    if not mark.exists() or mark.read_text() != wanted:
        venv.create(home, with_pip=True, clear=True)
        install = [str(home / "bin" / "pip"), "install", "--quiet", "--disable-pip-version-check"]
        subprocess.run([*install, *packages], check=True, stderr=subprocess.DEVNULL)
        mark.write_text(wanted)
    return home / "bin"
