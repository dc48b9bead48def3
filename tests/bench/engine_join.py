"""The join of 500,000 requests with 500,000 results (4 GB) against `wc -l` of both files.

python -m tests.bench.engine_join [FOLDER] [--scale 1.0]
"""

from __future__ import annotations

import json
from pathlib import Path

from batchtui.jsonl.join import join
from batchtui.jsonl.progress import run
from tests.bench.data import write_inputs, write_results
from tests.bench.engine_measure import folder_for, make, race, show, tool


def wc(folder: Path) -> object:
    return tool("wc", "-l", str(folder / "in.jsonl"), str(folder / "out.jsonl")).split()[-2]


def joined(folder: Path) -> object:
    with run(join(folder / "in.jsonl", [folder / "out.jsonl"])) as found:
        audit = found.audit
        counts = {str(outcome): count for outcome, count in found.counts.items()}
        return f"{audit.submitted} complete={not audit.missing} {counts}"


def loads(folder: Path) -> object:
    """The plain way: a dictionary of where each result is."""
    places: dict[str, int] = {}
    offset = 0
    with (folder / "out.jsonl").open("rb") as file:
        for line in file:
            places[json.loads(line)["custom_id"]] = offset
            offset += len(line)
    with (folder / "in.jsonl").open("rb") as file:
        return sum(json.loads(line)["custom_id"] in places for line in file)


def main() -> None:
    with folder_for(str(__doc__)) as (folder, scale):
        lines = int(500_000 * scale)
        make(folder / "in.jsonl", lambda path: write_inputs(path, lines))
        make(folder / "out.jsonl", lambda path: write_results(path, lines))
        rows = race(folder, {"wc -l": wc, "batchtui join with outcomes": joined}, rounds=3)
        rows += race(folder, {"json.loads and a dict": loads}, rounds=1)
        rows[-1].seconds *= 3
        show(f"join, {lines:,} + {lines:,} lines", rows)


if __name__ == "__main__":
    main()
