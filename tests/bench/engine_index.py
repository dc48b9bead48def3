"""The line index of 1 GB against `wc -l`, at 4 kB and at 200 bytes a line.

python -m tests.bench.engine_index [FOLDER] [--scale 1.0]
"""

from __future__ import annotations

from pathlib import Path

from batchtui.jsonl.index import build
from batchtui.jsonl.progress import run
from batchtui.jsonl.source import Source
from tests.bench.data import repeat, write_results, write_short
from tests.bench.engine_measure import MB, folder_for, make, race, show, tool


def wc_long(folder: Path) -> object:
    return tool("wc", "-l", str(folder / "long.jsonl")).split()[0]


def wc_short(folder: Path) -> object:
    return tool("wc", "-l", str(folder / "short.jsonl")).split()[0]


def index_long(folder: Path) -> object:
    return _index(folder / "long.jsonl")


def index_short(folder: Path) -> object:
    return _index(folder / "short.jsonl")


def _index(path: Path) -> int:
    with Source.open(path) as source:
        return run(build(source)).line_count


def main() -> None:
    with folder_for(str(__doc__)) as (folder, scale):
        size = int(1000 * MB * scale)
        out = make(folder / "out.jsonl", lambda path: write_results(path, int(50_000 * scale)))
        make(folder / "long.jsonl", lambda path: repeat(out, path, size))
        make(folder / "short.jsonl", lambda path: write_short(path, size))
        rows = race(folder, {"wc -l": wc_long, "batchtui index": index_long})
        show("index, 4 kB a line", rows)
        rows = race(folder, {"wc -l": wc_short, "batchtui index": index_short})
        show("index, 200 bytes a line", rows)


if __name__ == "__main__":
    main()
