"""The `batchtui` command. `--version` answers before anything else is imported."""

from __future__ import annotations

import sys


def main() -> None:
    if sys.argv[1:] == ["--version"]:
        from batchtui import __version__

        sys.stdout.write(f"batchtui {__version__}\n")
        return
    from batchtui.cli.root import root

    root(prog_name="batchtui")


if __name__ == "__main__":
    main()
