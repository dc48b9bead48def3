"""Prints: JSON documents, tables, and a line of progress that only a terminal sees."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

import click

from batchtui.cli.narrowing import GAP, narrowed
from batchtui.visible import visible

SCHEMA_VERSION: Final = 1
UNKNOWN: Final = "-"


def print_json(document: Mapping[str, Any]) -> None:
    """One JSON document on stdout, ASCII only, so that no text of others can steer a terminal."""
    click.echo(json.dumps({"schema_version": SCHEMA_VERSION, **document}, indent=2))


def print_json_list(items: Iterable[Mapping[str, Any]]) -> None:
    print_json({"data": list(items)})


def print_table(
    header: Sequence[str],
    rows: Sequence[Sequence[str]],
    *,
    right: Iterable[int] = (),
    give_up: Sequence[int] = (),
    floors: Mapping[int, int] | None = None,
) -> None:
    """Aligned columns with a header for a person, bare tab-separated values for a pipe.

    `right`: the columns that are aligned to the right. `give_up`: those that a narrow terminal may
    do without, the first one first; `floors`: those of them that it only cuts, see `narrowed`.
    """
    if not sys.stdout.isatty():
        for row in rows:
            click.echo("\t".join(visible(cell) for cell in row))
        return
    lines = [list(header), *([visible(cell) for cell in row] for row in rows)]
    kept, lines = narrowed(
        lines, shutil.get_terminal_size().columns, give_up=give_up, floors=floors
    )
    widths = [max(len(line[column]) for line in lines) for column in range(len(kept))]
    to_right = {kept.index(column) for column in right if column in kept}
    for line in lines:
        cells = (
            cell.rjust(width) if column in to_right else cell.ljust(width)
            for column, (cell, width) in enumerate(zip(line, widths, strict=True))
        )
        click.echo((" " * GAP).join(cells).rstrip())


def note(text: str) -> None:
    """A line for the person, on stderr."""
    click.echo(visible(text), err=True)


def size(size_bytes: int) -> str:
    value, unit = float(size_bytes), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{size_bytes} B" if unit == "B" else f"{value:.1f} {unit}"


def span(seconds: float) -> str:
    """A span of time in its largest unit: 9s, 41m, 5h, 3d."""
    whole = max(int(seconds), 0)
    for length, unit in ((86_400, "d"), (3_600, "h"), (60, "m")):
        if whole >= length:
            return f"{whole // length}{unit}"
    return f"{whole}s"


def age(at_s: int | None) -> str:
    return UNKNOWN if at_s is None else span(time.time() - at_s)


class Progress:
    """One line on stderr that is rewritten in place, on a terminal only, ten times a second."""

    INTERVAL_S: Final = 0.1

    def __init__(self) -> None:
        self._live = sys.stderr.isatty()
        self._written_at = 0.0
        self._width = 0

    def show(self, text: str) -> None:
        now = time.monotonic()
        if self._live and now - self._written_at >= self.INTERVAL_S:
            self._written_at = now
            self._write(text)

    def done(self, text: str) -> None:
        """A line that stays, on a terminal or not."""
        self.clear()
        click.echo(visible(text), err=True)

    def clear(self) -> None:
        if self._live and self._width:
            self._write("")
            sys.stderr.write("\r")
            sys.stderr.flush()
            self._width = 0

    def _write(self, text: str) -> None:
        shown = visible(text)[:79]
        sys.stderr.write("\r" + shown.ljust(self._width))
        sys.stderr.flush()
        self._width = len(shown)
