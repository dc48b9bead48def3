"""What starting costs: the commands that need nothing import nothing."""

from __future__ import annotations

import subprocess
import sys

import pytest

HEAVY = ("textual", "httpx", "starlette", "uvicorn", "pydantic", "rich", "asyncio")
PROBE = """
import sys
sys.argv = ["batchtui", {argument!r}]
from batchtui.__main__ import main
try:
    main()
except SystemExit:
    pass
print([name for name in {heavy!r} if name in sys.modules], file=sys.stderr)
"""


@pytest.mark.parametrize("argument", ["--version", "--help"])
def test_nothing_heavy_is_imported(argument: str) -> None:
    heavy = HEAVY if argument == "--version" else HEAVY[:-1]
    done = subprocess.run(
        [sys.executable, "-c", PROBE.format(argument=argument, heavy=heavy)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stderr.strip() == "[]"
    assert "batchtui" in done.stdout


def test_version_is_the_packages() -> None:
    from batchtui import __version__

    done = subprocess.run(
        [sys.executable, "-m", "batchtui", "--version"], capture_output=True, text=True, check=True
    )
    assert done.stdout == f"batchtui {__version__}\n"
