"""Validation with statistics of 50,000 lines (200 MB) against a bare `json.loads` of each line.

python -m tests.bench.engine_validate [FOLDER] [--scale 1.0]
"""

from __future__ import annotations

import json
from pathlib import Path

from batchtui.jsonl.progress import run
from batchtui.jsonl.validate import validate
from batchtui.models.limits import Limits
from tests.bench.data import write_inputs
from tests.bench.engine_measure import folder_for, make, race, show


def loads(folder: Path) -> object:
    lines = 0
    with (folder / "in.jsonl").open("rb") as file:
        for line in file:
            json.loads(line)
            lines += 1
    return lines


def validation(folder: Path) -> object:
    found = run(validate(folder / "in.jsonl", limits=Limits(size_bytes=None)))
    return f"{found.statistics.requests} {found.counts or 'ok'}"


def bad_lines(folder: Path) -> object:
    found = run(validate(folder / "bad.jsonl", limits=Limits(None, None)))
    return f"{len(found.problems)} kept of {sum(found.counts.values())}"


def bad_loads(folder: Path) -> object:
    wrong = 0
    with (folder / "bad.jsonl").open("rb") as file:
        for line in file:
            try:
                json.loads(line)
            except ValueError:
                wrong += 1
    return wrong


def main() -> None:
    with folder_for(str(__doc__)) as (folder, scale):
        make(folder / "in.jsonl", lambda path: write_inputs(path, int(50_000 * scale)))
        make(folder / "bad.jsonl", lambda path: path.write_bytes(b"x\n{}\n" * int(500_000 * scale)))
        rows = race(folder, {"json.loads of each line": loads, "batchtui validate": validation})
        show("validate, 50,000 good lines", rows)
        methods = {"json.loads of each line": bad_loads, "batchtui validate": bad_lines}
        show("validate, 1,000,000 bad lines", race(folder, methods, rounds=1))


if __name__ == "__main__":
    main()
